// `claimgate hostkey`: the keys by which clients know that it is us, and their rotation: rotate makes and announces a new
// one, people are told its fingerprint, retire lets it serve in the old one's place. A running gateway follows at once.

import type { CommandModule } from 'yargs';
import { CommandFailure } from './command-failure.ts';
import type { GlobalOptions } from './global-options.ts';
import { printTable } from './output.ts';
import { withCore } from './with-core.ts';

const list: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'list',
  describe: 'List the host keys: which serve, and which are announced',
  builder: (yargs) => yargs.example('$0 hostkey list', ''),
  handler: (options) =>
    withCore(options, async ({ core, output }) => {
      const { serving, announced } = core.hostKeys.read();
      const rows = [
        ...serving.map(({ type, fingerprint }) => ({ type, fingerprint, state: 'serving' })),
        ...announced.map(({ type, fingerprint }) => ({ type, fingerprint, state: 'announced' })),
      ];
      const columns = { type: 'TYPE', fingerprint: 'FINGERPRINT', state: 'STATE' };
      output.result(rows, () => printTable(rows, columns, 'There are no host keys yet.'));
    }),
};

const rotate: CommandModule<GlobalOptions, GlobalOptions & { readonly type: 'ed25519' | 'ecdsa' }> = {
  command: 'rotate',
  describe: 'Make a new host key and announce it; the old one goes on serving until it is retired',
  builder: (yargs) =>
    yargs
      .option('type', { choices: ['ed25519', 'ecdsa'] as const, default: 'ed25519' as const })
      .example('$0 hostkey rotate --type ecdsa', ''),
  handler: (options) =>
    withCore(options, async ({ core, output, actor }) => {
      const { kind, key } = await core.hostKeys.rotate({ kind: options.type, actor });
      const { type, fingerprint } = key;
      output.result({ type, fingerprint, changed: kind === 'announced' }, () =>
        kind === 'announced'
          ? `A new ${type} key is announced: ${fingerprint}\nTell partners; then retire the old one: claimgate hostkey list, claimgate hostkey retire FINGERPRINT`
          : `A rotation is under way already; its new key is ${fingerprint}. Retire the old key first, or the new one to call it off.`,
      );
    }),
};

const retire: CommandModule<GlobalOptions, GlobalOptions & { readonly fingerprint: string }> = {
  command: 'retire <fingerprint>',
  describe: 'Take a host key out of service; the announced one of its type serves from now on',
  builder: (yargs) =>
    yargs
      .positional('fingerprint', { type: 'string', demandOption: true, describe: 'SHA256:...' })
      .example('$0 hostkey retire SHA256:AbC', ''),
  handler: (options) =>
    withCore(options, async ({ core, output, actor }) => {
      const { fingerprint } = options;
      const outcome = await core.hostKeys.retire({ fingerprint, actor });
      if (outcome.kind === 'no-such-key')
        throw new CommandFailure(
          `There is no host key ${fingerprint}; claimgate hostkey list shows them.`,
          1,
        );
      if (outcome.kind === 'needed') {
        throw new CommandFailure(
          `${fingerprint} is the only ${outcome.key.type} key. Make its successor first: claimgate hostkey rotate.`,
          1,
        );
      }
      const { key, now } = outcome;
      const serving = now?.fingerprint;
      output.result({ retired: key.fingerprint, serving }, () =>
        serving === undefined
          ? `${key.fingerprint} is no longer announced; the rotation is called off.`
          : `${key.fingerprint} is retired; ${serving} serves new connections from now on.`,
      );
    }),
};

export const hostKeyCommand: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'hostkey',
  describe: 'Host keys: list, rotate, retire',
  builder: (yargs) =>
    yargs
      .command(list)
      .command(rotate)
      .command(retire)
      .demandCommand(1, 'Say what to do: list, rotate or retire.'),
  handler: () => undefined,
};
