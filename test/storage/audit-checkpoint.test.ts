// Signed checkpoints of the audit trail, and what whoever can write to the database cannot do unseen.

import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { configSchema } from '../../config/schema.ts';
import { openCore } from '../../core.ts';
import {
  listAuditCheckpoints,
  verifyAuditCheckpoints,
  writeAuditCheckpoint,
} from '../../storage/audit-checkpoint.ts';
import { signOffAudit } from '../../storage/audit-sign-off.ts';
import { exportAuditRecords, readAuditRecords, verifyAuditTrail } from '../../storage/audit-trail.ts';
import { openSqlite } from '../../storage/sqlite-driver.ts';
import { administrator } from '../support/gateway.ts';
import { partnerId } from '../support/storage.ts';
import type { TestScope } from '../support/test-folder.ts';

function openScene(t: TestScope) {
  const dataDirectory = t.testdir();
  const config = configSchema.parse({ dataDirectory });
  const core = openCore({ config, observe: () => undefined });
  const raw = openSqlite(join(dataDirectory, 'claimgate.db'));
  t.teardown(async () => {
    raw.close();
    await core.close();
  });
  const record = (subject: string) =>
    core.database.transaction((transaction) =>
      transaction.audit({ actor: administrator, action: 'partner.add', subject }),
    );
  return { core, raw, record, dataDirectory };
}

test('a checkpoint is signed with a key of its own, once for each state, and holds', async (t) => {
  const { core, record, dataDirectory } = openScene(t);
  t.same(await writeAuditCheckpoint(core, { actor: administrator }), { kind: 'nothing-recorded' });
  await record('partner:one');
  const first = await writeAuditCheckpoint(core, { actor: administrator });
  t.match(first, { kind: 'written', checkpoint: { records: 1 } });
  t.ok(readdirSync(join(dataDirectory, 'keys')).includes('audit-signing'));
  t.match(await writeAuditCheckpoint(core, { actor: administrator }), { kind: 'unchanged' });
  await record('partner:two');
  const daily = { actor: { kind: 'gateway' }, unlessSinceMs: Date.now() - 86_400_000 } as const;
  t.match(await writeAuditCheckpoint(core, daily), { kind: 'unchanged' }, 'there is one of today');
  t.match(await writeAuditCheckpoint(core, { actor: administrator }), { checkpoint: { records: 3 } });
  t.same(await verifyAuditCheckpoints(core), { kind: 'hold', checkpoints: 2 });
  t.match(await verifyAuditTrail(core.database), { kind: 'intact', records: 4 });
});

test('a trail that was written anew does not fit what was signed', async (t) => {
  const { core, raw, record } = openScene(t);
  await record('partner:one');
  await writeAuditCheckpoint(core, { actor: administrator });
  const [carried] = await listAuditCheckpoints(core.database);
  if (carried === undefined) throw new Error('unreachable');
  raw.exec('drop trigger audit_records_keep; drop trigger audit_records_stay');
  raw.exec(`update audit_records set hash = '${'f'.repeat(64)}' where sequence = 1`);
  t.match(await verifyAuditCheckpoints(core), { kind: 'broken', atRecord: 1, why: /another one/ });
  // Whoever changes the checkpoint too has no key to sign it with.
  raw.exec(`update audit_checkpoints set hash = '${'f'.repeat(64)}'`);
  t.match(await verifyAuditCheckpoints(core), { kind: 'broken', why: /changed after it was signed/ });
  raw.exec('delete from audit_checkpoints');
  t.match(await verifyAuditCheckpoints(core), { kind: 'broken', atRecord: 1, why: /it is gone/ });
  // And whoever takes the record of it away too meets the one that was carried elsewhere.
  raw.exec('delete from audit_records');
  t.match(await verifyAuditCheckpoints(core), { kind: 'hold', checkpoints: 0 });
  t.match(await verifyAuditCheckpoints(core, [carried]), { kind: 'broken', why: /is gone/ });
});

test('another key proves nothing', async (t) => {
  const { core, record, dataDirectory } = openScene(t);
  await record('partner:one');
  await writeAuditCheckpoint(core, { actor: administrator });
  rmSync(join(dataDirectory, 'keys', 'audit-signing'));
  t.match(await verifyAuditCheckpoints(core), { kind: 'broken', why: /another key/ });
});

test('a review goes on from the one before', async (t) => {
  const { core, record } = openScene(t);
  for (const id of ['one', 'two', 'three']) await record(`partner:${id}`);
  const review = (upTo: number) =>
    signOffAudit(core.database, { upTo, note: 'Nothing unusual.', actor: administrator });
  t.same(await review(2), { kind: 'signed-off', from: 1, upTo: 2 });
  t.same(await review(1), { kind: 'already', upTo: 2 });
  t.same(await review(99), { kind: 'no-such-record' });
  t.same(await review(4), { kind: 'signed-off', from: 3, upTo: 4 });
  const found = await readAuditRecords(core.database, { action: 'audit.sign-off', limit: 9 });
  t.match(found, [{ subject: 'audit:4', detail: /Nothing unusual/ }, { subject: 'audit:2' }]);
});

test('what is about one trading partner is exported by itself', async (t) => {
  const { core, record } = openScene(t);
  await record('partner:acme');
  await record('partner:acme-two');
  const subjects: string[] = [];
  for await (const { subject } of exportAuditRecords(core.database, { partnerId: partnerId('acme') }))
    subjects.push(subject);
  t.same(subjects, ['partner:acme']);
});
