// `claimgate audit checkpoint` and `audit sign-off`: the trail signed as it stands, and that someone has looked through it.

import { readFileSync } from 'node:fs';
import type { CommandModule } from 'yargs';
import { parseKeptCheckpoint } from '../config/kept-checkpoint.ts';
import { describeFault } from '../domain/observation.ts';
import { type AuditCheckpoint, writeAuditCheckpoint } from '../storage/audit-checkpoint.ts';
import { signOffAudit } from '../storage/audit-sign-off.ts';
import { CommandFailure } from './command-failure.ts';
import type { GlobalOptions } from './global-options.ts';
import { printTime } from './output.ts';
import { withCore } from './with-core.ts';

export const checkpointCommand: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'checkpoint',
  describe: 'Sign the trail as it stands now, and print what was signed; the gateway does it daily',
  builder: (yargs) =>
    yargs.example('$0 audit checkpoint --json > checkpoint.json', 'to keep on another machine'),
  handler: (options) =>
    withCore(options, async ({ core, output, actor }) => {
      const outcome = await writeAuditCheckpoint(core, { actor });
      if (outcome.kind === 'nothing-recorded')
        throw new CommandFailure('Nothing was recorded yet, so there is nothing to sign.', 1);
      const { checkpoint } = outcome;
      output.result(checkpoint, () =>
        [
          outcome.kind === 'written' ? 'Signed:' : 'Nothing has happened since it was signed:',
          `${checkpoint.records} records, as of ${printTime(checkpoint.atMs)}`,
          `Last hash: ${checkpoint.hash}`,
          `Signature: ${checkpoint.signature}`,
          '',
        ].join('\n'),
      );
    }),
};

/** Reads a checkpoint that was kept elsewhere. @throws CommandFailure (2) */
export function readCheckpointFile(path: string): AuditCheckpoint {
  const checkpoint = parseKeptCheckpoint(readTextOf(path));
  if (checkpoint !== undefined) return checkpoint;
  throw new CommandFailure(`${path} is no checkpoint. Give what audit checkpoint --json printed.`, 2);
}

function readTextOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (thrown) {
    throw new CommandFailure(`${path} cannot be read: ${describeFault(thrown).message}`, 2);
  }
}

interface SignOffOptions extends GlobalOptions {
  readonly 'up-to': number;
  readonly note: string;
}

/** Characters. */
const noteMax = 1000;

export const signOffCommand: CommandModule<GlobalOptions, SignOffOptions> = {
  command: 'sign-off',
  describe: 'Record that you have looked through the trail up to a record, and what you found',
  builder: (yargs) =>
    yargs
      .option('up-to', {
        type: 'number',
        requiresArg: true,
        demandOption: true,
        describe: 'The number of the last record that you have looked at',
      })
      .option('note', {
        type: 'string',
        requiresArg: true,
        demandOption: true,
        describe: 'What you found; no patient data',
      })
      .example('$0 audit sign-off --up-to 4711 --note "Nothing unusual in May"', '')
      .example('$0 audit list --action audit.sign-off', 'who has looked, and how far'),
  handler: (options) =>
    withCore(options, async ({ core, output, actor }) => {
      const { 'up-to': upTo } = options;
      const note = options.note.trim();
      if (note === '' || note.length > noteMax)
        throw new CommandFailure(`--note takes 1 to ${noteMax} characters.`, 2);
      if (!Number.isSafeInteger(upTo) || upTo < 1)
        throw new CommandFailure('--up-to takes the number of a record, as audit list shows it.', 2);
      const outcome = await signOffAudit(core.database, { upTo, note, actor });
      if (outcome.kind === 'no-such-record') throw new CommandFailure(`There is no record ${upTo}.`, 1);
      output.result(outcome, () =>
        outcome.kind === 'already'
          ? `The trail is signed off up to record ${outcome.upTo} already; nothing was changed.\n`
          : `Signed off: records ${outcome.from} to ${outcome.upTo}.\n`,
      );
    }),
};
