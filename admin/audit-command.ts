// `claimgate audit`: the trail of who did what, and the proof that it was not changed.

import type { CommandModule } from 'yargs';
import { readAuditRecords, verifyAuditTrail } from '../storage/audit-trail.ts';
import { CommandFailure } from './command-failure.ts';
import type { GlobalOptions } from './global-options.ts';
import { printTable, printTime } from './output.ts';
import { withCore } from './with-core.ts';

const verify: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'verify',
  describe: 'Walk the whole hash chain; exit 1 when it is broken',
  handler: (options) =>
    withCore(options, async ({ core, output }) => {
      const outcome = await verifyAuditTrail(core.database);
      if (outcome.kind === 'intact') {
        output.result(
          outcome,
          () => `The audit trail is intact: ${outcome.records} records.\nLast hash: ${outcome.lastHash}\n`,
        );
        return;
      }
      if (options.json) output.result(outcome, () => '');
      throw new CommandFailure(
        `The audit trail is broken at record ${outcome.atSequence}: ${outcome.why}. The ${outcome.records} records before it hold. Compare with a backup, and find out who could write to the database.`,
        1,
      );
    }),
};

const list: CommandModule<
  GlobalOptions,
  GlobalOptions & { readonly limit: number; readonly subject?: string | undefined }
> = {
  command: 'list',
  describe: 'List audit records, the newest first',
  builder: (yargs) =>
    yargs
      .option('limit', { type: 'number', default: 50, requiresArg: true, describe: 'At most so many' })
      .option('subject', { type: 'string', requiresArg: true, describe: 'Of this subject only, as noun:id' })
      .example('$0 audit list --subject user:jdoe', ''),
  handler: (options) =>
    withCore(options, async ({ core, output }) => {
      const { limit, subject } = options;
      const records = await readAuditRecords(core.database, {
        limit,
        ...(subject === undefined ? {} : { subject }),
      });
      const rows = records.map(({ atMs, ...record }) => ({ ...record, at: printTime(atMs) }));
      const columns = {
        sequence: 'NO',
        at: 'AT',
        actor: 'ACTOR',
        action: 'ACTION',
        subject: 'SUBJECT',
        address: 'ADDRESS',
        detail: 'DETAIL',
      };
      output.result(rows, () => printTable(rows, columns, 'There are no such records.'));
    }),
};

export const auditCommand: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'audit',
  describe: 'The audit trail: list, verify',
  builder: (yargs) => yargs.command(list).command(verify).demandCommand(1, 'Say what to do: list or verify.'),
  handler: () => undefined,
};
