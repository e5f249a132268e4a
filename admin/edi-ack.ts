// `claimgate edi ack`: the acknowledgements that a file gets, without a server.

import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { CommandModule } from 'yargs';
import { acknowledge } from '../edi/acknowledge.ts';
import { createGuideLibrary } from '../edi/guide-library.ts';
import { CommandFailure } from './command-failure.ts';
import { exitCodeOf, validateHandle, withFile } from './edi-file.ts';
import { type ProfileOptions, profileOf, profileOptions } from './edi-profile-options.ts';
import type { GlobalOptions } from './global-options.ts';
import { createOutput } from './output.ts';

interface AckOptions extends ProfileOptions {
  readonly file: string;
  readonly out?: string | undefined;
  readonly now?: string | undefined;
}

export const ackVerb: CommandModule<GlobalOptions, AckOptions> = {
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
    const deps = { library: createGuideLibrary(), profile: await profileOf(options) };
    const path = options.file;
    const result = await withFile(path, (handle) => validateHandle(deps, { path, handle }));
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
