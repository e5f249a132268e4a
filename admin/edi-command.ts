// `claimgate edi`: the X12 engine on files, without a server: what is wrong with a file, and what we would answer.

import { constants } from 'node:fs';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { CommandModule } from 'yargs';
import { acknowledge } from '../edi/acknowledge.ts';
import type { FileResult } from '../edi/file-result.ts';
import { createFileValidator } from '../edi/file-validator.ts';
import { createGuideLibrary, type GuideLibrary } from '../edi/guide-library.ts';
import { defaultProfile, type EdiProfile, strictProfile } from '../edi/profile.ts';
import { findPartner } from '../storage/partner-store.ts';
import { CommandFailure } from './command-failure.ts';
import { printFileReport } from './edi-report.ts';
import { type GlobalOptions, loadConfigOf } from './global-options.ts';
import { createOutput } from './output.ts';
import { partnerIdOf } from './parse-id.ts';
import { withCore } from './with-core.ts';

/** How much of a file is read at once, in bytes. */
const blockBytes = 256 * 1024;

async function validate(
  path: string,
  deps: { library: GuideLibrary; profile: EdiProfile },
): Promise<FileResult> {
  const handle = await open(path, constants.O_RDONLY).catch((thrown: unknown) => {
    const why = thrown instanceof Error ? thrown.message : 'unknown cause';
    throw new CommandFailure(`${path} cannot be opened (${why}).`, 2);
  });
  try {
    const validator = createFileValidator(deps);
    const block = Buffer.allocUnsafe(blockBytes);
    for (;;) {
      const { bytesRead } = await handle.read(block, 0, block.length, null).catch((thrown: unknown) => {
        const why = thrown instanceof Error ? thrown.message : 'unknown cause';
        throw new CommandFailure(`${path} cannot be read (${why}).`, 2);
      });
      if (bytesRead === 0) return validator.end();
      validator.push(block.subarray(0, bytesRead));
    }
  } finally {
    await handle.close();
  }
}

function exitCodeOf(result: FileResult): 0 | 1 | 2 {
  if (result.kind === 'unreadable') return 2;
  const rejected = result.interchanges.some(
    ({ verdict }) => verdict === 'rejected' || verdict === 'partially-accepted',
  );
  return rejected ? 1 : 0;
}

interface ProfileOptions extends GlobalOptions {
  readonly partner?: string | undefined;
  readonly profile: 'default' | 'strict';
}

/** The profile by name, and with `--partner` also the ids that this partner's files must carry. */
async function profileOf(options: ProfileOptions): Promise<EdiProfile> {
  const base = options.profile === 'strict' ? strictProfile : defaultProfile;
  if (options.partner === undefined) return base;
  const id = partnerIdOf(options.partner);
  const { receiverIds } = loadConfigOf(options).config.intake;
  let profile = base;
  await withCore({ ...options, json: true }, async ({ core }) => {
    const partner = await findPartner(core.database, id);
    if (partner === undefined) throw new CommandFailure(`There is no trading partner ${id}.`, 2);
    profile = {
      ...base,
      senderIds: [partner.submitterId],
      ...(receiverIds.length === 0 ? {} : { receiverIds }),
    };
  });
  return profile;
}

const profileOptions = {
  partner: { type: 'string', requiresArg: true, describe: 'Judge as a file of this trading partner' },
  profile: {
    choices: ['default', 'strict'] as const,
    default: 'default' as const,
    describe: 'How severe findings are judged',
  },
} as const;

interface ValidateOptions extends ProfileOptions {
  readonly files: readonly string[];
}

const validateVerb: CommandModule<GlobalOptions, ValidateOptions> = {
  command: 'validate <files..>',
  describe: 'Say what is wrong with X12 files; exit 0 accepted, 1 rejected, 2 unreadable',
  builder: (yargs) =>
    yargs
      .positional('files', { type: 'string', array: true, demandOption: true, describe: 'Files to read' })
      .options(profileOptions)
      .example('$0 edi validate claims.x12', '')
      .example('$0 edi validate --json claims/*.x12', 'for programs'),
  handler: async (options) => {
    const library = createGuideLibrary();
    const profile = await profileOf(options);
    const results: { readonly file: string; readonly result: FileResult }[] = [];
    for (const file of options.files)
      results.push({ file, result: await validate(file, { library, profile }) });
    createOutput(options).result(
      results.map(({ file, result }) => ({ file, ...result })),
      () => results.map(({ file, result }) => printFileReport(file, result)).join('\n'),
    );
    process.exitCode = Math.max(...results.map(({ result }) => exitCodeOf(result)));
  },
};

interface AckOptions extends ProfileOptions {
  readonly file: string;
  readonly out?: string | undefined;
  readonly now?: string | undefined;
}

const ackVerb: CommandModule<GlobalOptions, AckOptions> = {
  command: 'ack <file>',
  describe: 'Write the acknowledgement interchanges (TA1, 999) for a file; exit codes as validate',
  builder: (yargs) =>
    yargs
      .positional('file', { type: 'string', demandOption: true, describe: 'File to answer' })
      .option('out', {
        type: 'string',
        requiresArg: true,
        describe: 'Directory to write them to; standard output without it',
      })
      .option('now', {
        type: 'string',
        requiresArg: true,
        describe: 'The time to write, such as 2026-01-31T12:00Z, for a fixed result',
      })
      .options(profileOptions)
      .example('$0 edi ack claims.x12', '')
      .example('$0 edi ack claims.x12 --out answers', 'one file an interchange'),
  handler: async (options) => {
    const now = options.now === undefined ? new Date() : new Date(options.now);
    if (Number.isNaN(now.getTime()))
      throw new CommandFailure('--now takes a time such as 2026-01-31T12:00Z.', 2);
    const result = await validate(options.file, {
      library: createGuideLibrary(),
      profile: await profileOf(options),
    });
    if (result.kind === 'unreadable') throw new CommandFailure(`${options.file}: ${result.plain}`, 2);
    const answers = result.interchanges.flatMap((interchange, index) => {
      const number = index + 1;
      const controls = {
        interchangeControlNumber: number,
        groupControlNumber: number,
        firstSetControlNumber: 1,
      };
      const content = acknowledge({ interchange, controls, now });
      return content === undefined ? [] : [{ number, content }];
    });
    if (options.out === undefined) {
      for (const { content } of answers) process.stdout.write(content);
    } else {
      await writeAnswers(options, options.out, answers);
    }
    process.exitCode = exitCodeOf(result);
  },
};

async function writeAnswers(
  options: AckOptions,
  folder: string,
  answers: readonly { readonly number: number; readonly content: Uint8Array }[],
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const files: string[] = [];
  for (const { number, content } of answers) {
    const file = join(folder, `${basename(options.file)}.${String(number).padStart(9, '0')}.ack`);
    await writeFile(file, content);
    files.push(file);
  }
  createOutput(options).result(files, () =>
    files.length === 0
      ? 'No acknowledgement is due for this file.'
      : files.map((file) => `Wrote ${file}`).join('\n'),
  );
}

export const ediCommand: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'edi',
  describe: 'X12 files, without a server: validate, ack',
  builder: (yargs) =>
    yargs.command(validateVerb).command(ackVerb).demandCommand(1, 'Say what to do: validate or ack.'),
  handler: () => undefined,
};
