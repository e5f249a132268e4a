// `claimgate audit`: the trail of who did what, and the proof that it was not changed.

import { once } from 'node:events';
import type { CommandModule } from 'yargs';
import { verifyAuditCheckpoints } from '../storage/audit-checkpoint.ts';
import {
  type AuditQuery,
  exportAuditRecords,
  readAuditRecords,
  verifyAuditTrail,
} from '../storage/audit-trail.ts';
import { checkpointCommand, readCheckpointFile, signOffCommand } from './audit-review-commands.ts';
import { CommandFailure } from './command-failure.ts';
import type { GlobalOptions } from './global-options.ts';
import { printTable, printTime } from './output.ts';
import { partnerIdOf } from './parse-id.ts';
import { withCore } from './with-core.ts';

interface VerifyOptions extends GlobalOptions {
  readonly checkpoint?: string | undefined;
}

const verify: CommandModule<GlobalOptions, VerifyOptions> = {
  command: 'verify',
  describe: 'Walk the whole hash chain and hold it against what was signed; exit 1 when it is broken',
  builder: (yargs) =>
    yargs
      .option('checkpoint', {
        type: 'string',
        requiresArg: true,
        describe: 'A checkpoint that was kept elsewhere, as audit checkpoint --json printed it',
      })
      .example('$0 audit verify', 'after a restore, and before an auditor asks'),
  handler: (options) =>
    withCore(options, async ({ core, output }) => {
      const carried = options.checkpoint === undefined ? [] : [readCheckpointFile(options.checkpoint)];
      const outcome = await verifyAuditTrail(core.database);
      if (outcome.kind === 'intact') {
        const signed = await verifyAuditCheckpoints(core, carried);
        if (signed.kind === 'hold') {
          const { checkpoints } = signed;
          output.result(
            { ...outcome, checkpoints },
            () =>
              `The audit trail is intact: ${outcome.records} records, ${checkpoints} signed checkpoints.\nLast hash: ${outcome.lastHash}\n`,
          );
          return;
        }
        if (options.json) output.result(signed, () => '');
        throw new CommandFailure(
          `The chain holds, and the checkpoint at record ${signed.atRecord} does not: ${signed.why}. Compare with a backup and with checkpoints kept elsewhere, and find out who could write to the database.`,
          1,
        );
      }
      if (options.json) output.result(outcome, () => '');
      throw new CommandFailure(
        `The audit trail is broken at record ${outcome.atSequence}: ${outcome.why}. The ${outcome.records} records before it hold. Compare with a backup, and find out who could write to the database.`,
        1,
      );
    }),
};

interface SearchOptions extends GlobalOptions {
  readonly subject?: string | undefined;
  readonly action?: string | undefined;
  readonly actor?: string | undefined;
  readonly address?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly text?: string | undefined;
  readonly partner?: string | undefined;
}

const searchOptions = {
  subject: { type: 'string', requiresArg: true, describe: 'Of this subject only, as noun:id' },
  action: { type: 'string', requiresArg: true, describe: 'Such as user.add or sftp.login-refused' },
  actor: { type: 'string', requiresArg: true, describe: 'As user:ID, administrator:NAME or gateway' },
  address: { type: 'string', requiresArg: true, describe: 'From this network address' },
  since: {
    type: 'string',
    requiresArg: true,
    describe: 'From this time on: 2026-01-31, 2026-01-31T12:00Z, or 2h, 7d',
  },
  until: { type: 'string', requiresArg: true, describe: 'Before this time, in the same forms' },
  partner: {
    type: 'string',
    requiresArg: true,
    describe: 'Of this trading partner: itself, its users and what they did, its transmissions',
  },
  text: { type: 'string', requiresArg: true, describe: 'What stands somewhere in subject or detail' },
} as const;

function queryOf(options: SearchOptions): AuditQuery {
  const { subject, action, actor, address, text, since, until } = options;
  const partnerId = options.partner === undefined ? undefined : partnerIdOf(options.partner);
  return { subject, action, actor, address, text, partnerId, fromMs: timeOf(since), untilMs: timeOf(until) };
}

const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** @throws CommandFailure (2) */
function timeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, count, unit = ''] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  if (count !== undefined) return Date.now() - Number(count) * (unitMs[unit] ?? 0);
  const atMs = Date.parse(text);
  if (/^\d{4}-\d{2}-\d{2}/.test(text) && Number.isFinite(atMs)) return atMs;
  throw new CommandFailure(
    `"${text}" is no time. Say a date (2026-01-31), a time (2026-01-31T12:00Z), or how long ago (30m, 2h, 7d).`,
    2,
  );
}

function searching(
  command: string,
  describe: string,
): CommandModule<GlobalOptions, SearchOptions & { readonly limit: number }> {
  return {
    command,
    describe,
    builder: (yargs) =>
      yargs
        .options(searchOptions)
        .option('limit', { type: 'number', default: 50, requiresArg: true, describe: 'At most so many' })
        .example(`$0 audit ${command} --subject user:jdoe`, '')
        .example(`$0 audit ${command} --action sftp.login-refused --since 7d`, ''),
    handler: (options) =>
      withCore(options, async ({ core, output }) => {
        const records = await readAuditRecords(core.database, { ...queryOf(options), limit: options.limit });
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
}

const exporting: CommandModule<GlobalOptions, SearchOptions> = {
  command: 'export',
  describe: 'Print all matching records with their hashes, the oldest first, a line of JSON each',
  builder: (yargs) =>
    yargs
      .options(searchOptions)
      .example('$0 audit export --since 2026-01-01 --until 2026-02-01 > january.jsonl', '')
      .example('$0 audit export --partner carolina-clinic > clinic.jsonl', 'of one trading partner'),
  handler: (options) =>
    withCore(options, async ({ core }) => {
      for await (const { atMs, ...record } of exportAuditRecords(core.database, queryOf(options))) {
        const line = `${JSON.stringify({ ...record, at: new Date(atMs).toISOString() })}\n`;
        if (!process.stdout.write(line)) await once(process.stdout, 'drain');
      }
    }),
};

export const auditCommand: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'audit',
  describe: 'The audit trail: list, search, export, verify, checkpoint, sign-off',
  builder: (yargs) =>
    yargs
      .command(searching('list', 'List audit records, the newest first'))
      .command(searching('search', 'Find audit records by who, what, whom, when, from where'))
      .command(exporting)
      .command(verify)
      .command(checkpointCommand)
      .command(signOffCommand)
      .demandCommand(1, 'Say what to do: list, search, export, verify, checkpoint or sign-off.'),
  handler: () => undefined,
};
