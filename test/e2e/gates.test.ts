// The operator's gates as clients meet them: at CLOSE, at a rename, at a sign-in, and for what other programs drop.

import { chmodSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { openFlag, packetType, statusCode } from '../../server/protocol-numbers.ts';
import { readAuditRecords } from '../../storage/audit-trail.ts';
import { searchEvents } from '../../storage/event-search.ts';
import { handleOf, statusOf } from '../server/support/wire-session.ts';
import {
  addReadyUserByHand,
  firstPassword,
  startTestGateway,
  type TestGateway,
  waitForAnswers,
} from '../support/gateway.ts';
import { openRawSftp, type RawSftp } from '../support/raw-sftp.ts';
import { makeTestFolder } from '../support/test-folder.ts';
import { until } from '../support/until.ts';

/** A scanner as clamdscan is one: 0 clean, 1 found. */
const scanner = '#!/bin/sh\nif grep -q VIRUS "$1"; then echo "A virus was found in the file."; exit 1; fi\n';
const doorkeeper = '#!/bin/sh\nif grep -q bob; then echo "Bob is on holiday."; exit 1; fi\n';

function writeProgram(folder: string, name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

async function send(sftp: RawSftp, path: string, content: string) {
  const flags = openFlag.write | openFlag.create | openFlag.truncate;
  const handle = handleOf(await sftp.ask(packetType.open, path, flags, 0));
  await sftp.ask(packetType.write, handle, 0n, Buffer.from(content));
  return statusOf(await sftp.ask(packetType.close, handle));
}

const stateOf = ({ core }: TestGateway, name: string) =>
  until(`${name} is quarantined`, async () => {
    const row = await core.database.sql
      .selectFrom('transmissions')
      .selectAll()
      .where('name', '=', name)
      .where('state', '=', 'quarantined')
      .executeTakeFirst();
    return row;
  });

test('what a gate refuses is refused at CLOSE with its sentence, quarantined, and told of; whichever way it came', async (t) => {
  const root = makeTestFolder(t);
  const program = writeProgram(root, 'scan', scanner);
  const gates = [{ name: 'virus-scan', on: 'upload', argv: [program, '{path}'], onFailure: 'refuse' }];
  const running = await startTestGateway(t, {
    root,
    config: { roles: ['sftp', 'intake'], hooks: { gates } },
  });
  const { core, dataDirectory } = running;
  await addReadyUserByHand(core, { partner: 'acme', user: 'alice' });
  const sftp = await openRawSftp(t, running.target('alice'), firstPassword);
  const inbound = join(dataDirectory, 'mailboxes/acme/inbound');

  t.match(await send(sftp, '/inbound/clean.x12', 'clean'), { code: statusCode.ok });
  t.ok(existsSync(join(inbound, 'clean.x12')));
  const refusal = { code: statusCode.permissionDenied, message: 'A virus was found in the file.' };
  t.match(await send(sftp, '/inbound/bad.x12', 'a VIRUS'), refusal);
  t.notOk(existsSync(join(inbound, 'bad.x12')));
  t.match(await send(sftp, '/inbound/clean.x12', 'a VIRUS'), refusal);
  t.ok(existsSync(join(inbound, 'clean.x12')), 'what was there before stays');

  t.match(await send(sftp, '/inbound/later.x12.part', 'a VIRUS'), { code: statusCode.ok });
  t.match(
    statusOf(await sftp.ask(packetType.rename, '/inbound/later.x12.part', '/inbound/later.x12')),
    refusal,
  );
  t.notOk(existsSync(join(inbound, 'later.x12')));

  writeFileSync(join(inbound, 'dropped.x12'), 'a VIRUS');
  for (const name of ['bad.x12', 'later.x12', 'dropped.x12']) {
    const row = await stateOf(running, name);
    t.match(row, { reason: 'refused-by-gate', refusal: /virus-scan/ });
    const [report] = await waitForAnswers(dataDirectory, { partner: 'acme', file: name });
    t.match(report?.text, /A virus was found in the file\./, name);
    t.ok(readdirSync(join(dataDirectory, 'quarantine')).some((entry) => entry.includes(row.id)));
  }
  t.same(readdirSync(join(dataDirectory, 'staging')), []);
  const events = await searchEvents(core.database, {
    kind: 'transmission.refused',
    limit: 10,
    order: 'oldest-first',
  });
  t.equal(events.length, 4);
  t.match(JSON.parse(events[0]?.payload ?? ''), {
    name: 'bad.x12',
    gate: 'virus-scan',
    why: refusal.message,
  });
  const audited = await readAuditRecords(core.database, { limit: 100 });
  t.equal(audited.filter(({ action }) => action === 'transmission.refuse').length, 4);
});

test('a gate may refuse a sign-in after its proof was verified, by SFTP and in the portal', async (t) => {
  const root = makeTestFolder(t);
  const program = writeProgram(root, 'doorkeeper', doorkeeper);
  const gates = [{ name: 'door', on: 'login', argv: [program], onFailure: 'refuse' }];
  const running = await startTestGateway(t, {
    root,
    config: { roles: ['sftp', 'portal'], hooks: { gates } },
  });
  const { core } = running;
  await addReadyUserByHand(core, { partner: 'acme', user: 'alice' });
  await addReadyUserByHand(core, { partner: 'other', user: 'bob', submitterId: 'OTHER' });
  await openRawSftp(t, running.target('alice'), firstPassword);
  await t.rejects(openRawSftp(t, running.target('bob'), firstPassword));
  await t.rejects(openRawSftp(t, running.target('bob'), 'wrong-password'));
  const asked = running.observations.flatMap((seen) => (seen.kind === 'gate.decided' ? [seen.decision] : []));
  t.same(asked, ['passed', 'refused'], 'a wrong password is not asked about');
  const page = await running.browser().fillIn('/sign-in', { 'user-id': 'bob', password: firstPassword });
  t.equal(page.status, 403);
  t.match(page.text, /Bob is on holiday\./);
  const records = await readAuditRecords(core.database, { limit: 100, subject: 'account:bob' });
  const refusals = records.filter(({ action }) => action === 'sftp.login-refused');
  t.ok(refusals.some(({ detail }) => /refused-by-gate/.test(detail)));
});
