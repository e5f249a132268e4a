// `claimgate hook`: who is told of events, how they do, and what to do when they do not.

import type { CommandModule } from 'yargs';
import type { Core } from '../core.ts';
import { type ConfiguredHook, configuredHooks, rotateHook, secretOf, tryHook } from '../roles/hook-trial.ts';
import { countDeliveries } from '../storage/delivery-list.ts';
import { disableHook, enableHook, findHook, listHookNames } from '../storage/hook-store.ts';
import { CommandFailure } from './command-failure.ts';
import type { GlobalOptions } from './global-options.ts';
import { deadLettersCommand, deliveriesCommand, replayCommand } from './hook-delivery-commands.ts';
import { printFacts, printTable, printTime } from './output.ts';
import { withCore } from './with-core.ts';

type OneHook = GlobalOptions & { readonly name: string };

/** @throws CommandFailure (1) */
function hookNamed(core: Core, name: string): ConfiguredHook {
  const hooks = configuredHooks(core);
  const hook = hooks.find((candidate) => candidate.name === name);
  if (hook !== undefined) return hook;
  const known = hooks.map((candidate) => candidate.name).join(', ');
  throw new CommandFailure(
    `No hook is named ${name} in the configuration. ${known === '' ? 'There are none: set hooks.webhooks or hooks.commands.' : `There are: ${known}.`}`,
    1,
  );
}

async function factsOf(core: Core, name: string, hook: ConfiguredHook | undefined) {
  const status = await findHook(core.database, name);
  const { waiting, dead, oldestWaitingAtMs } = await countDeliveries(core.database, name);
  const paused = status !== undefined && status.pausedUntilMs > core.database.now();
  return {
    name,
    kind: hook?.kind ?? 'not configured',
    target: hook?.target,
    state: status?.state ?? 'not started yet',
    cause: status?.cause ?? undefined,
    events: hook?.events.join(' '),
    partners: hook === undefined || hook.partners.length === 0 ? undefined : hook.partners.join(' '),
    waiting,
    dead,
    oldestWaiting: printTime(oldestWaitingAtMs),
    failuresInARow: status?.failures ?? 0,
    failingSince: printTime(status?.failingSinceMs),
    pausedUntil: paused ? printTime(status.pausedUntilMs) : undefined,
    lastTaken: printTime(status?.lastDeliveredAtMs),
  };
}

const list: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'list',
  describe: 'List hooks, what waits for them and how they do',
  builder: (yargs) => yargs.example('$0 hook list', ''),
  handler: (options) =>
    withCore(options, async ({ core, output }) => {
      const hooks = configuredHooks(core);
      const gone = (await listHookNames(core.database)).filter(
        (name) => !hooks.some((hook) => hook.name === name),
      );
      const named = [...hooks.map((hook) => hook.name), ...gone];
      const rows = await Promise.all(
        named.map((name) =>
          factsOf(
            core,
            name,
            hooks.find((hook) => hook.name === name),
          ),
        ),
      );
      const columns = {
        name: 'HOOK',
        kind: 'KIND',
        state: 'STATE',
        waiting: 'WAITING',
        dead: 'DEAD',
        failuresInARow: 'FAILURES',
        lastTaken: 'LAST TAKEN',
        target: 'TARGET',
      };
      output.result(rows, () => printTable(rows, columns, 'No hook is configured.'));
    }),
};

const show: CommandModule<GlobalOptions, OneHook & { readonly secret: boolean }> = {
  command: 'show <name>',
  describe: 'Show one hook; with --secret the secret that its receiver needs',
  builder: (yargs) =>
    yargs
      .positional('name', { type: 'string', demandOption: true })
      .option('secret', { type: 'boolean', default: false, describe: 'Print the signing secret too' })
      .example('$0 hook show claims-pipeline --secret', ''),
  handler: (options) =>
    withCore(options, async ({ core, output }) => {
      const hook = hookNamed(core, options.name);
      const facts = await factsOf(core, hook.name, hook);
      const secret = options.secret ? secretOf(core, hook.name) : undefined;
      if (options.secret && secret === undefined)
        throw new CommandFailure(`Claimgate keeps no secret for ${hook.name}: look into its secretFile.`, 1);
      const all = secret === undefined ? facts : { ...facts, secret };
      output.result(all, () => printFacts(all));
    }),
};

const trial: CommandModule<GlobalOptions, OneHook> = {
  command: 'test <name>',
  describe: 'Tell a hook of an event hook.test, now; exit 1 when it does not take it',
  builder: (yargs) =>
    yargs
      .positional('name', { type: 'string', demandOption: true })
      .example('$0 hook test claims-pipeline', ''),
  handler: (options) =>
    withCore(options, async ({ core, output }) => {
      const result = await tryHook(core, hookNamed(core, options.name));
      if (options.json || result.taken)
        output.result(result, () => `${options.name} has taken it after ${result.durationMs} ms.`);
      if (!result.taken)
        throw new CommandFailure(
          `${options.name} has not taken it: ${result.reason} (after ${result.durationMs} ms). docs/hooks.md says what that means.`,
          1,
        );
    }),
};

const disable: CommandModule<GlobalOptions, OneHook> = {
  command: 'disable <name>',
  describe: 'Tell a hook of nothing more; what happens meanwhile it is told when it is enabled',
  builder: (yargs) =>
    yargs
      .positional('name', { type: 'string', demandOption: true })
      .example('$0 hook disable claims-pipeline', ''),
  handler: (options) =>
    withCore(options, async ({ core, output, actor }) => {
      const { name } = options;
      await mustHaveStarted(core, name);
      const changed = await disableHook(core.database, { name, cause: 'administrator', actor });
      output.result({ name, state: 'disabled', changed }, () =>
        changed ? `${name} is disabled.` : `Nothing was changed: ${name} is disabled already.`,
      );
    }),
};

const enable: CommandModule<GlobalOptions, OneHook & { readonly skip: boolean }> = {
  command: 'enable <name>',
  describe: 'Tell a hook again, from where it was disabled',
  builder: (yargs) =>
    yargs
      .positional('name', { type: 'string', demandOption: true })
      .option('skip', { type: 'boolean', default: false, describe: 'Leave out what has happened meanwhile' })
      .example('$0 hook enable claims-pipeline', ''),
  handler: (options) =>
    withCore(options, async ({ core, output, actor }) => {
      const { name, skip } = options;
      await mustHaveStarted(core, name);
      const changed = await enableHook(core.database, { name, skip, actor });
      output.result({ name, state: 'enabled', changed }, () =>
        changed ? `${name} is enabled.` : `Nothing was changed: ${name} is enabled already.`,
      );
    }),
};

async function mustHaveStarted(core: Core, name: string): Promise<void> {
  if ((await findHook(core.database, name)) === undefined)
    throw new CommandFailure(
      `There is no hook ${name} yet: the gateway has not been started since it was configured.`,
      1,
    );
}

const hourMs = 3_600_000;
const maxOverlapHours = 720;

const rotate: CommandModule<GlobalOptions, OneHook & { readonly 'overlap-hours': number }> = {
  command: 'rotate <name>',
  describe: 'Give a webhook a new signing secret; both are signed with for a time',
  builder: (yargs) =>
    yargs
      .positional('name', { type: 'string', demandOption: true })
      .option('overlap-hours', {
        type: 'number',
        default: 24,
        requiresArg: true,
        describe: 'How long the old one is signed with too',
      })
      .example('$0 hook rotate claims-pipeline --overlap-hours 48', ''),
  handler: (options) =>
    withCore(options, async ({ core, output, actor }) => {
      const { name, 'overlap-hours': hours } = options;
      if (!(hours >= 0 && hours <= maxOverlapHours))
        throw new CommandFailure(`--overlap-hours is a number from 0 to ${maxOverlapHours}.`, 2);
      const rotation = await rotateHook(core, { name, overlapMs: Math.round(hours * hourMs), actor });
      switch (rotation.kind) {
        case 'no-webhook':
          throw new CommandFailure(`No webhook is named ${name} in the configuration.`, 1);
        case 'operators-file':
          throw new CommandFailure(
            `The secrets of ${name} are yours, in ${rotation.file}. Put the new one into its first line, and leave the old one below with the time of its end: whsec_... until 2026-12-01T00:00:00Z. The gateway takes it up at the next event.`,
            1,
          );
        case 'rotated': {
          const { secret } = rotation;
          const oldUntil = printTime(rotation.oldUntilMs);
          output.result({ name, secret, oldUntil }, () =>
            printFacts({ 'new secret': secret, 'old one signed with until': oldUntil }),
          );
        }
      }
    }),
};

export const hookCommand: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'hook',
  describe: 'Hooks: list, show, test, disable, enable, rotate, deliveries, dead-letters, replay',
  builder: (yargs) =>
    yargs
      .command(list)
      .command(show)
      .command(trial)
      .command(disable)
      .command(enable)
      .command(rotate)
      .command(deliveriesCommand)
      .command(deadLettersCommand)
      .command(replayCommand)
      .demandCommand(
        1,
        'Say what to do: list, show, test, disable, enable, rotate, deliveries, dead-letters or replay.',
      ),
  handler: () => undefined,
};
