// `claimgate apply` and `claimgate export`: partners and users as a file.

import { readFileSync } from 'node:fs';
import { stringify } from 'yaml';
import type { CommandModule } from 'yargs';
import { readProvisioning } from '../config/provisioning.ts';
import { readProvisionedState } from '../storage/provision-store.ts';
import { exportState } from './apply-export.ts';
import { type Change, type PartnerPlan, planApply } from './apply-plan.ts';
import { runPlan } from './apply-run.ts';
import { newBlame, parseWanted, type WantedPartner } from './apply-wanted.ts';
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
        describe: 'Disable users of these partners that are not in the file',
      })
      .example('$0 apply -f partners.yaml --dry-run', 'look first')
      .example('$0 apply -f partners.yaml', 'again changes nothing')
      .example('$0 export | $0 apply -f - --data /var/lib/claimgate-test', 'into another installation'),
  handler: (options) => {
    const wanted = readFile(options.file);
    return withCore(options, async ({ core, output, actor }) => {
      const blame = newBlame();
      const state = await readProvisionedState(core.database);
      const plan = planApply(state, { wanted: wanted.partners, prune: options.prune }, blame);
      refuse(options.file, blame.problems);
      const counts = countPlan(plan);
      const dry = options['dry-run'];
      // The difference is told before anything is changed.
      if (!options.json)
        output.result(undefined, () => printPlan(plan, dry ? Number.MAX_SAFE_INTEGER : linesMax));
      if (!dry) {
        const bar = createCountBar(
          { stream: process.stderr, now: Date.now },
          { label: 'apply', totalCount: plan.reduce((sum, { users }) => sum + 1 + users.length, 0) },
        );
        try {
          await runPlan({ core, actor, advance: () => bar.advance(1) }, plan);
        } finally {
          bar.end();
        }
      }
      if (options.json)
        output.result(
          {
            applied: !dry,
            counts,
            plan: plan.map(facts).filter(({ kind, users }) => kind !== 'unchanged' || users.length > 0),
          },
          () => '',
        );
      else output.note(dry ? 'Nothing was changed (--dry-run).' : 'Done.');
    });
  },
};

/** @throws CommandFailure (2) with the line of everything that does not fit */
function readFile(file: string): { readonly partners: readonly WantedPartner[] } {
  let text: string;
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (thrown) {
    throw new CommandFailure(`${file} cannot be read: ${messageOf(thrown)}.`, 2);
  }
  const read = readProvisioning(text);
  if (read.kind === 'refused') throw refusal(file, read.problems);
  const blame = newBlame();
  const partners = parseWanted(read, blame);
  refuse(file, blame.problems);
  return { partners };
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

function countPlan(plan: readonly PartnerPlan[]) {
  const count = (list: readonly { readonly kind: string }[]) => ({
    create: list.filter(({ kind }) => kind === 'create').length,
    change: list.filter(({ kind }) => kind === 'change').length,
    prune: list.filter(({ kind }) => kind === 'prune').length,
    unchanged: list.filter(({ kind }) => kind === 'unchanged').length,
  });
  return { partners: count(plan), users: count(plan.flatMap(({ users }) => users)) };
}

function facts({ kind, id, changes, users }: PartnerPlan) {
  return {
    partner: id,
    kind,
    changes,
    users: users
      .filter((user) => user.kind !== 'unchanged')
      .map((user) => ({ user: user.id, kind: user.kind, changes: user.changes })),
  };
}

/** So many lines of a difference are shown where it is carried out at once. */
const linesMax = 60;

function printPlan(plan: readonly PartnerPlan[], max: number): string {
  const lines = plan.flatMap(planLines);
  const shown =
    lines.length > max
      ? [...lines.slice(0, max), `... and ${lines.length - max} lines more (--dry-run shows all)`]
      : lines;
  const { partners, users } = countPlan(plan);
  const summary = `Partners: ${partners.create} to create, ${partners.change} to change, ${partners.unchanged} unchanged. Users: ${users.create} to create, ${users.change} to change, ${users.prune} to disable, ${users.unchanged} unchanged.`;
  return [...shown, ...(shown.length > 0 ? [''] : []), summary].join('\n');
}

function planLines(partner: PartnerPlan): readonly string[] {
  const { kind, id, wanted } = partner;
  const head = kind === 'create' ? [`+ partner ${id}  ${wanted.name} (${wanted.submitterId})`] : [];
  const changed = kind === 'change' ? [`~ partner ${id}`, ...partner.changes.map(changeLine)] : [];
  const users = partner.users.flatMap((user) => {
    const who = `user ${user.id} of ${id}`;
    switch (user.kind) {
      case 'create':
        return [
          `+ ${who}  ${user.role}, ${user.wanted?.status ?? 'invited'}, ${user.rights?.length ?? 0} grants`,
        ];
      case 'change':
        return [`~ ${who}`, ...user.changes.map(changeLine)];
      case 'prune':
        return [`- ${who}  is not in the file: disabled`];
      default:
        return [];
    }
  });
  return [...head, ...changed, ...users].map(printable);
}

function changeLine({ field, before, after }: Change): string {
  return `    ${field}: ${before} -> ${after}`;
}

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
