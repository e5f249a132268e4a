// `claimgate transmission retry|quarantine|release|discard`: what an administrator decides of a received file.

import type { CommandModule } from 'yargs';
import { type DecisionVerb, decideTransmission } from '../storage/decide-transmission.ts';
import { CommandFailure } from './command-failure.ts';
import type { GlobalOptions } from './global-options.ts';
import { transmissionIdOf } from './parse-id.ts';
import { withCore } from './with-core.ts';

type DecideOptions = GlobalOptions & { readonly id: string; readonly reason?: string | undefined };

interface Verb {
  readonly verb: DecisionVerb;
  readonly describe: string;
  /** Whether the partner reads the reason, so that there must be one. */
  readonly reasonNeeded: boolean;
  /** What was done, and what was so already. */
  readonly done: string;
  readonly unchanged: string;
}

const verbs: readonly Verb[] = [
  {
    verb: 'retry',
    describe: 'Read a failed file again, or one that waits for its next attempt at once',
    reasonNeeded: false,
    done: 'is read again',
    unchanged: 'is about to be read already',
  },
  {
    verb: 'quarantine',
    describe:
      'Put a file that is not answered yet into quarantine; the partner gets a report with the reason',
    reasonNeeded: true,
    done: 'goes into quarantine',
    unchanged: 'is in quarantine already',
  },
  {
    verb: 'release',
    describe:
      'Take a file out of quarantine and read it like one that has just come; its report is taken back',
    reasonNeeded: false,
    done: 'is out of quarantine and is read again',
    unchanged: 'is out of quarantine already',
  },
  {
    verb: 'discard',
    describe: 'Never process a file; the partner gets a report with the reason',
    reasonNeeded: true,
    done: 'is discarded',
    unchanged: 'is discarded already',
  },
];

const maxReasonLength = 300;

function decideCommand(verb: Verb): CommandModule<GlobalOptions, DecideOptions> {
  return {
    command: `${verb.verb} <id>`,
    describe: verb.describe,
    builder: (yargs) =>
      yargs
        .positional('id', { type: 'string', demandOption: true })
        .option('reason', {
          type: 'string',
          requiresArg: true,
          demandOption: verb.reasonNeeded,
          describe: verb.reasonNeeded
            ? 'Why, for the partner and the audit trail; no patient data'
            : 'Why, for the audit trail; no patient data',
        })
        .example(exampleOf(verb), ''),
    handler: (options) =>
      withCore(options, async ({ core, output, actor }) => {
        const reason = (options.reason ?? 'decided by an administrator').trim();
        if (reason === '' || reason.length > maxReasonLength)
          throw new CommandFailure(`--reason takes 1 to ${maxReasonLength} characters.`, 2);
        const id = transmissionIdOf(options.id);
        const outcome = await decideTransmission(core, { id, verb: verb.verb, reason, actor });
        if (outcome.kind === 'unknown') throw new CommandFailure(`There is no transmission ${id}.`, 1);
        if (outcome.kind === 'refused') throw new CommandFailure(outcome.why, 1);
        const sentence = outcome.kind === 'decided' ? verb.done : verb.unchanged;
        output.result({ id, outcome: outcome.kind, state: outcome.state }, () => `${id} ${sentence}.`);
      }),
  };
}

const exampleOf = ({ verb, reasonNeeded }: Verb): string =>
  `$0 transmission ${verb} 018f2d3c-0000-7000-8000-000000000000${reasonNeeded ? ' --reason "Sent to the wrong payer"' : ''}`;

export const decideCommands = verbs.map(decideCommand);
