// What the back end sends, as the partner's people see it through their own SFTP clients: by their grants, and with who
// collected what on record. And the messages for people who only use SFTP.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import type { Right } from '../../domain/right.ts';
import { parseEntryName } from '../../domain/virtual-path.ts';
import { sendActivityReports } from '../../intake/activity-report.ts';
import { startOfDay } from '../../intake/local-clock.ts';
import { sendBroadcast } from '../../roles/broadcast.ts';
import { readCollection } from '../../storage/collection-store.ts';
import { listDispatches } from '../../storage/dispatch-store.ts';
import { changeGrants } from '../../storage/grant-store.ts';
import { listOutbound } from '../../storage/outbound-list.ts';
import { readClaims } from '../support/claims.ts';
import {
  addPartnerAndUser,
  addReadyUserByHand,
  administrator,
  firstPassword,
  startTestGateway,
  type TestGateway,
} from '../support/gateway.ts';
import { dropOutgoing, outgoingFile } from '../support/outgoing.ts';
import { agreeWith } from '../support/partner-profile.ts';
import { missingProgram } from '../support/program.ts';
import { sendAndAwait } from '../support/send-file.ts';
import { call, connectSsh } from '../support/ssh-client.ts';
import { opensshSftp } from '../support/stock-clients.ts';
import { partnerId, userId } from '../support/storage.ts';
import { until } from '../support/until.ts';

const partner = 'acme-dental';
const user = 'mfranklin';

async function open(t: Test): Promise<TestGateway> {
  const running = await startTestGateway(t, { config: { roles: ['sftp', 'intake'] } });
  await addReadyUserByHand(running.core, { partner, user });
  return running;
}

const published = (running: TestGateway, name: string) =>
  until(`${name} is published`, async () => {
    const found = await listDispatches(running.core.database, { limit: 50 });
    return found.find((one) => one.name === name && one.state !== 'accepted' && one.state !== 'refused');
  });

const grant = async (running: TestGateway, rights: readonly Right[]) => {
  const change = { userId: userId(user), partnerId: partnerId(partner), rights, actor: administrator };
  await running.core.database.transaction((transaction) =>
    changeGrants(transaction, { ...change, expectedVersion: undefined }),
  );
};

const receive = (transaction: '835' | '271') => ({ direction: 'receive', transaction }) as const;

test('a stock client fetches what its user was granted; the first who took it stays on record', {
  skip: missingProgram('sftp'),
}, async (t) => {
  const running = await open(t);
  dropOutgoing(running.dataDirectory, partner, 'remit.x12', outgoingFile('835', { control: 1 }));
  dropOutgoing(running.dataDirectory, partner, 'answer.x12', outgoingFile('271', { control: 2 }));
  const remit = await published(running, 'remit.x12');
  await published(running, 'answer.x12');
  await grant(running, [receive('835')]);
  const fetch = () =>
    opensshSftp.run(running.target(user), {
      cwd: running.clientDirectory,
      password: firstPassword,
      commands: [
        { kind: 'list', folder: '/outbound' },
        { kind: 'get', remote: '/outbound/remit.x12', local: 'remit.x12' },
      ],
    });
  const first = await fetch();
  t.equal(first.code, 0, first.out);
  t.match(first.out, 'remit.x12');
  t.notMatch(first.out, 'answer.x12', 'what was not granted is not there');
  t.equal(
    readFileSync(join(running.clientDirectory, 'remit.x12'), 'latin1'),
    outgoingFile('835', { control: 1 }),
  );
  const { database } = running.core;
  const collected = await until('it is collected', () => readCollection(database, remit.id));
  t.match(collected, { firstBy: user, downloads: 1, source: 'sftp' });
  await fetch();
  const again = await until('and again', async () => {
    const found = await readCollection(database, remit.id);
    return found?.downloads === 2 && found;
  });
  t.match(again, { firstBy: user, firstAtMs: collected.firstAtMs, lastBy: user });
  t.match(
    (await listDispatches(database, { limit: 9 })).find(({ id }) => id === remit.id),
    { state: 'collected' },
  );
  const listed = await listOutbound(database, { partnerId: partnerId(partner), limit: 9 });
  t.match(
    listed.find(({ id }) => id === remit.id),
    { kinds: '835', collected: { userId: user } },
  );
  const events = await database.sql
    .selectFrom('events')
    .select('kind')
    .where('kind', '=', 'dispatch.collected')
    .execute();
  t.equal(events.length, 1, 'one event, for the first time');
});

test('a file that a program puts straight into outbound is put on record, and its collection too', async (t) => {
  const running = await open(t);
  const outbound = join(running.dataDirectory, 'mailboxes', partner, 'outbound');
  writeFileSync(join(outbound, 'direct.x12'), outgoingFile('835'));
  const dispatch = await published(running, 'direct.x12');
  t.match(dispatch, { source: 'adopted', transactions: '835', kinds: ['835'] });
  const { sftp } = await connectSsh(t, running.target(user), firstPassword);
  const handle = await call<Buffer>((done) => sftp.open('/outbound/direct.x12', 'r', done));
  await call((done) => sftp.read(handle, Buffer.alloc(32_768), 0, 32_768, 0, (error) => done(error)));
  await call((done) => sftp.close(handle, done));
  await until('it is collected', () => readCollection(running.core.database, dispatch.id));
  // Our own answers have a second name and are not taken for a program's.
  await sendAndAwait(running.core, {
    partner,
    user,
    name: 'claims.x12',
    content: readClaims('p-00-valid', 1),
  });
  dropOutgoing(running.dataDirectory, partner, 'last.x12', outgoingFile('271'));
  await published(running, 'last.x12');
  const sources = (await listDispatches(running.core.database, { limit: 9 })).map(({ source }) => source);
  t.strictSame(sources.sort(), ['adopted', 'back-end']);
});

test('a broadcast reaches who wants it, once, and anyone there who receives something', async (t) => {
  const running = await open(t);
  const { core } = running;
  await addPartnerAndUser(core, { partner: 'other', user: 'someone', submitterId: 'OTHER' });
  await agreeWith(core.database, partner, { broadcasts: 'on' });
  await grant(running, [receive('271')]);
  const name = parseEntryName('message.txt');
  if (name === undefined) throw new Error('The test names a wrong file.');
  const message = {
    key: 'k1',
    name,
    text: 'No service on Sunday.\r\n',
    actor: administrator,
    only: undefined,
  };
  t.match(await sendBroadcast(core, message), { sent: [partner], before: [], unwanted: ['other'] });
  t.match(await sendBroadcast(core, message), { sent: [], before: [partner] });
  const { sftp } = await connectSsh(t, running.target(user), firstPassword);
  const listed = await call<{ filename: string }[]>((done) => sftp.readdir('/outbound', done));
  t.strictSame(
    listed.map(({ filename }) => filename),
    ['message.txt'],
  );
  t.match(await sendBroadcast(core, { ...message, key: 'k2' }), { sent: [partner] });
  const outbound = join(running.dataDirectory, 'mailboxes', partner, 'outbound');
  t.equal(readdirSync(outbound).length, 2, 'another message does not overwrite the first');
});

test('the activity report tells of the day that has ended, once, by the partner’s clock', async (t) => {
  const running = await open(t);
  const { database, directory, observe } = running.core;
  await sendAndAwait(running.core, {
    partner,
    user,
    name: 'claims.x12',
    content: readClaims('p-00-valid', 1),
  });
  await agreeWith(database, partner, { activityReport: 'on', timeZone: 'America/New_York' });
  const dayMs = 24 * 3_600_000;
  const tomorrow = { ...database, now: () => Date.now() + dayMs };
  t.equal(await sendActivityReports({ database: tomorrow, directory, observe }), 1);
  t.equal(await sendActivityReports({ database: tomorrow, directory, observe }), 0, 'once');
  const outbound = join(running.dataDirectory, 'mailboxes', partner, 'outbound');
  const day = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/New_York' }).format(Date.now());
  const text = readFileSync(join(outbound, `activity-${day.replaceAll('-', '')}.txt`), 'utf8');
  t.match(text, `ACTIVITY OF ${day}`);
  t.match(text, /Files received from you: 1\r\n {2}\d\d:\d\d:\d\d {2}claims\.x12 {2}accepted\r\n/);
  t.match(text, /not collected by the end of the day: 1\r\n {2}[\d-]+ [\d:]+ {2}claims\.x12\.\d{9}\.999 /);
});

test('days begin when the partner’s clock says so, also when clocks change', (t) => {
  for (const [zone, at, expected] of [
    ['UTC', '2026-11-21T12:34:56.789Z', '2026-11-21T00:00:00.000Z'],
    ['America/New_York', '2026-03-08T18:00:00Z', '2026-03-08T05:00:00.000Z'],
    ['America/New_York', '2026-11-01T18:00:00Z', '2026-11-01T04:00:00.000Z'],
    ['Pacific/Kiritimati', '2026-11-21T12:00:00Z', '2026-11-21T10:00:00.000Z'],
    // Clocks went from 24:00 to 01:00: the day has no midnight.
    ['America/Asuncion', '2024-10-06T12:00:00Z', '2024-10-06T04:00:00.000Z'],
  ] as const) {
    t.equal(new Date(startOfDay(Date.parse(at), zone)).toISOString(), expected, `${zone} ${at}`);
  }
  t.end();
});
