// `claimgate apply` and `claimgate export`: partners and users as a file.

import { readFileSync } from 'node:fs';
import { stringify } from 'yaml';
import type { CommandModule } from 'yargs';
import { readProvisioning } from '../config/provisioning.ts';
import { readProvisionedState } from '../storage/provision-store.ts';
import { exportState } from './apply-export.ts';
import { planApply } from './apply-plan.ts';
import { countPlan, planFacts, printPlan, usersOf } from './apply-report.ts';
import { runPlan } from './apply-run.ts';
import { newBlame, parseWanted, type WantedState } from './apply-wanted.ts';
import { CommandFailure } from './command-failure.ts';
import { messageOf } from './doctor-check.ts';
import type { GlobalOptions } from './global-options.ts';
import { printable } from './output.ts';
import { partnerIdOf } from './parse-id.ts';
import { createCountBar } from './progress-bar.ts';
import { withCore } from './with-core.ts';

interface ApplyOptions extends GlobalOptions {
  readonly file: string;
  readonly 'dry-run': boolean;
  readonly prune: boolean;
}

export const applyCommand: CommandModule<GlobalOptions, ApplyOptions> = {
  command: 'apply',
  describe: 'Make partners and users be as a file says; what is so already stays untouched',
  builder: (yargs) =>
    yargs
      .option('file', {
        alias: 'f',
        type: 'string',
        demandOption: true,
        requiresArg: true,
        describe: 'YAML or JSON, as `claimgate export` prints it; - reads standard input',
      })
      .option('dry-run', {
        type: 'boolean',
        default: false,
        describe: 'Say what would be done, and do nothing',
      })
      .option('prune', {
        type: 'boolean',
        default: false,
        describe: 'Disable users of these partners, and administrators of none, that are not in the file',
      })
      .example('$0 apply -f partners.yaml --dry-run', 'look first')
      .example('$0 apply -f partners.yaml', 'again changes nothing')
      .example('$0 export | $0 apply -f - --data /var/lib/claimgate-test', 'into another installation'),
  handler: (options) => {
    const wanted = readFile(options.file);
    return withCore(options, async ({ core, output, actor }) => {
      const blame = newBlame();
      const state = await readProvisionedState(core.database);
      const plan = planApply(state, { wanted, prune: options.prune }, blame);
      refuse(options.file, blame.problems);
      const counts = countPlan(plan);
      const dry = options['dry-run'];
      // The difference is told before anything is changed.
      if (!options.json)
        output.result(undefined, () => printPlan(plan, dry ? Number.MAX_SAFE_INTEGER : linesMax));
      if (!dry) {
        const bar = createCountBar(
          { stream: process.stderr, now: Date.now },
          { label: 'apply', totalCount: plan.partners.length + usersOf(plan).length },
        );
        try {
          await runPlan({ core, actor, advance: () => bar.advance(1) }, plan);
        } finally {
          bar.end();
        }
      }
      if (options.json) output.result({ applied: !dry, counts, ...planFacts(plan) }, () => '');
      else output.note(dry ? 'Nothing was changed (--dry-run).' : 'Done.');
    });
  },
};

/** @throws CommandFailure (2) with the line of everything that does not fit */
function readFile(file: string): WantedState {
  let text: string;
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (thrown) {
    throw new CommandFailure(`${file} cannot be read: ${messageOf(thrown)}.`, 2);
  }
  const read = readProvisioning(text);
  if (read.kind === 'refused') throw refusal(file, read.problems);
  const blame = newBlame();
  const wanted = parseWanted(read, blame);
  refuse(file, blame.problems);
  return wanted;
}

type Problems = readonly { readonly line: number; readonly message: string }[];

/** How many problems are told of at once. */
const problemsMax = 30;

function refusal(file: string, problems: Problems): CommandFailure {
  const lines = [...problems]
    .sort((one, other) => one.line - other.line)
    .slice(0, problemsMax)
    .map(({ line, message }) => `  ${file}:${line}: ${printable(message)}`);
  const more = problems.length > problemsMax ? [`  ... and ${problems.length - problemsMax} more`] : [];
  return new CommandFailure(['Nothing was changed:', ...lines, ...more].join('\n'), 2);
}

function refuse(file: string, problems: Problems): void {
  if (problems.length > 0) throw refusal(file, problems);
}

/** So many lines of a difference are shown where it is carried out at once. */
const linesMax = 60;

export const exportCommand: CommandModule<
  GlobalOptions,
  GlobalOptions & { readonly partner?: string | undefined }
> = {
  command: 'export',
  describe: 'Print partners and users as `claimgate apply` reads them; no passwords, no accounts',
  builder: (yargs) =>
    yargs
      .option('partner', { type: 'string', requiresArg: true, describe: 'Of this trading partner alone' })
      .example('$0 export > partners.yaml', '')
      .example('$0 export --partner carolina-clinic', ''),
  handler: (options) =>
    withCore(options, async ({ core, output }) => {
      const only = options.partner === undefined ? undefined : partnerIdOf(options.partner);
      const state = await readProvisionedState(core.database);
      if (only !== undefined && !state.partners.has(only))
        throw new CommandFailure(`There is no trading partner ${only}.`, 1);
      const value = exportState(state, only);
      output.result(value, () => stringify(value, { lineWidth: 0 }));
    }),
};
