// `claimgate dispatch`: one file to a trading partner, and what became of those that were sent.

import { basename, resolve } from 'node:path';
import type { CommandModule } from 'yargs';
import { parseEntryName } from '../domain/virtual-path.ts';
import { dispatchNow } from '../roles/dispatch.ts';
import { type Collection, readCollection } from '../storage/collection-store.ts';
import type { HostPath } from '../storage/data-directory.ts';
import { type Dispatch, findDispatch, listDispatches } from '../storage/dispatch-store.ts';
import { CommandFailure } from './command-failure.ts';
import type { GlobalOptions } from './global-options.ts';
import { printFacts, printTable, printTime } from './output.ts';
import { partnerIdOf } from './parse-id.ts';
import { withCore } from './with-core.ts';

const shown = (dispatch: Dispatch) => ({
  id: dispatch.id,
  partner: dispatch.partnerId,
  source: dispatch.source,
  originalName: dispatch.originalName,
  name: dispatch.state === 'refused' ? undefined : dispatch.name,
  transactions: dispatch.transactions,
  controlNumber: dispatch.controlNumber || undefined,
  state: dispatch.state,
  reason: dispatch.reason,
  sizeBytes: dispatch.sizeBytes,
  sha256: dispatch.sha256,
  dispatched: printTime(dispatch.dispatchedAtMs),
});

const shownCollection = (collection: Collection | undefined) =>
  collection === undefined
    ? {}
    : {
        collectedBy: collection.firstBy,
        collected: printTime(collection.firstAtMs),
        downloads: collection.downloads,
        lastBy: collection.lastBy,
        last: printTime(collection.lastAtMs),
      };

interface ListOptions extends GlobalOptions {
  readonly partner?: string | undefined;
  readonly state?: Dispatch['state'] | undefined;
  readonly limit: number;
}

const list: CommandModule<GlobalOptions, ListOptions> = {
  command: 'list',
  describe: 'List what was dispatched or refused, the newest first',
  builder: (yargs) =>
    yargs
      .option('partner', { type: 'string', requiresArg: true, describe: 'Of this trading partner' })
      .option('state', {
        choices: ['accepted', 'published', 'refused', 'collected'] as const,
        requiresArg: true,
        describe: 'In this state',
      })
      .option('limit', { type: 'number', default: 50, requiresArg: true, describe: 'At most so many' })
      .example('$0 dispatch list --state refused', ''),
  handler: (options) =>
    withCore(options, async ({ core, output }) => {
      if (!Number.isInteger(options.limit) || options.limit < 1)
        throw new CommandFailure('--limit takes a whole number from 1 on.', 2);
      const found = await listDispatches(core.database, {
        limit: options.limit,
        partnerId: options.partner === undefined ? undefined : partnerIdOf(options.partner),
        state: options.state,
      });
      const rows = found.map(shown);
      const columns = {
        id: 'ID',
        partner: 'PARTNER',
        originalName: 'FILE',
        transactions: 'WHAT',
        state: 'STATE',
        reason: 'REASON',
        dispatched: 'DISPATCHED',
      };
      output.result(rows, () => printTable(rows, columns, 'There are no such dispatches.'));
    }),
};

const show: CommandModule<GlobalOptions, GlobalOptions & { readonly id: string }> = {
  command: 'show <id>',
  describe: 'Show one dispatch, who collected it, and why it was refused',
  builder: (yargs) =>
    yargs
      .positional('id', { type: 'string', demandOption: true })
      .example('$0 dispatch show 018f2d3c-0000-7000-8000-000000000000', ''),
  handler: (options) =>
    withCore(options, async ({ core, output }) => {
      const dispatch = await findDispatch(core.database, options.id);
      if (dispatch === undefined) throw new CommandFailure(`There is no dispatch ${options.id}.`, 1);
      const collection = await readCollection(core.database, dispatch.id);
      const facts = { ...shown(dispatch), ...shownCollection(collection) };
      output.result({ ...facts, report: dispatch.report }, () =>
        dispatch.report === undefined ? printFacts(facts) : `${printFacts(facts)}\n${dispatch.report}`,
      );
    }),
};

interface DispatchOptions extends GlobalOptions {
  readonly file?: string | undefined;
  readonly partner?: string | undefined;
  readonly name?: string | undefined;
  readonly again: boolean;
}

async function dispatch(options: DispatchOptions): Promise<void> {
  const { file, partner, again } = options;
  if (file === undefined || partner === undefined)
    throw new CommandFailure('Say which file, and for whom: claimgate dispatch FILE --partner ID', 2);
  const partnerId = partnerIdOf(partner);
  const name = parseEntryName(options.name ?? basename(file));
  if (name === undefined)
    throw new CommandFailure('That cannot be the name of a file. Give another one with --name.', 2);
  await withCore(options, async ({ core, output, actor }) => {
    const path = resolve(file) as HostPath;
    const outcome = await dispatchNow(core, { partnerId, path, name, source: 'command', actor, again });
    switch (outcome.kind) {
      case 'no-such-partner':
        throw new CommandFailure(`There is no trading partner ${partnerId}.`, 1);
      case 'unsettled':
        throw new CommandFailure(`${file} is not a file, or was changed while it was read.`, 2);
      case 'refused':
      case 'published':
        output.result({ ...shown(outcome.dispatch), report: outcome.dispatch.report }, () =>
          outcome.kind === 'published'
            ? `${outcome.dispatch.transactions} is in outbound of ${partnerId} as ${outcome.dispatch.name}.\n`
            : (outcome.dispatch.report ?? ''),
        );
        if (outcome.kind === 'refused') process.exitCode = 1;
    }
  });
}

export const dispatchCommand: CommandModule<GlobalOptions, DispatchOptions> = {
  command: 'dispatch [file]',
  describe: 'Send a file to a trading partner; list, show what was sent (docs/backend.md)',
  builder: (yargs) =>
    yargs
      .positional('file', { type: 'string', describe: 'File to send; it stays where it is' })
      .option('partner', { type: 'string', requiresArg: true, describe: 'For this trading partner' })
      .option('name', { type: 'string', requiresArg: true, describe: 'Its name, instead of its own' })
      .option('again', {
        type: 'boolean',
        default: false,
        describe: 'Send it though the same bytes were sent before',
      })
      .command(list)
      .command(show)
      .example('$0 dispatch remit.x12 --partner carolina-clinic', ''),
  handler: dispatch,
};
