// What is agreed with a partner, each key at the place where it counts, in a gateway that runs all the while.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { t as file, test } from 'tap';
import { readClaims, segmentsOf } from '../support/claims.ts';
import {
  addReadyUserByHand,
  answersTo,
  firstPassword,
  startTestGateway,
  type TestGateway,
  waitForAnswers,
} from '../support/gateway.ts';
import { agreeWith } from '../support/partner-profile.ts';
import { sendAndAwait } from '../support/send-file.ts';
import { call, connectSsh, putFile } from '../support/ssh-client.ts';
import { until } from '../support/until.ts';

const partner = 'acme-dental';
const user = 'mfranklin';

// One gateway for the file: each thread of a new one compiles the engine anew.
const shared = await startTestGateway(file, { config: { roles: ['sftp', 'intake'] } });
await addReadyUserByHand(shared.core, { partner, user });

/** The gateway, with nothing agreed. */
async function open(): Promise<TestGateway> {
  await shared.core.database.sql.deleteFrom('partner_profiles').execute();
  return shared;
}

let sent = 0;
/** Sends a file under a number of its own, or the one given. @returns the segments of its answers */
async function send(running: TestGateway, fixture: string, edit = (text: string) => text, number = 0) {
  sent += 1;
  const name = `file-${sent}.x12`;
  const content = edit(readClaims(fixture, number === 0 ? sent : number));
  const id = await sendAndAwait(running.core, { partner, user, name, content });
  const answers = answersTo(running.dataDirectory, partner, name);
  const segments = answers.flatMap(({ text }) => segmentsOf(text));
  return { id, name, answers, segments, ta1: segments.find((segment) => segment.startsWith('TA1')) };
}

const valid = 'p-00-valid';
const production = (text: string) => text.replace('*1*T*:', '*1*P*:');

test('who may stand in ISA and GS: ids, with or without their qualifiers', async (t) => {
  const running = await open();
  const agree = (changes: Parameters<typeof agreeWith>[2]) =>
    agreeWith(running.core.database, partner, changes);
  await agree({ senders: 'ZZ/SUBMITTER,OTHER' });
  t.match((await send(running, valid)).segments.join(), /IK5\*A/, 'the id under its qualifier');
  await agree({ senders: '30/SUBMITTER' });
  t.match((await send(running, valid)).ta1, /\*R\*006$/, 'not under another one');
  await agree({ senders: undefined, receivers: 'SOMEONE' });
  t.match((await send(running, valid)).ta1, /\*R\*009$/);
  await agree({ receivers: 'RECEIVER', groupSenders: 'NOBODY' });
  t.match((await send(running, valid)).ta1, /\*R\*024$/);
  await agree({ groupSenders: undefined, groupReceivers: 'NOBODY' });
  t.match((await send(running, valid)).ta1, /\*R\*024$/);
  await agree({ groupReceivers: undefined });
  t.match((await send(running, valid)).segments.join(), /IK5\*A/, 'and what was taken back falls back');
});

test('test and production: which is taken, and where test files go', async (t) => {
  const running = await open();
  const agree = (changes: Parameters<typeof agreeWith>[2]) =>
    agreeWith(running.core.database, partner, changes);
  const backEnd = (folder: string) => join(running.dataDirectory, 'backend', folder, partner);
  await agree({ usage: 'production' });
  t.match((await send(running, valid)).ta1, /\*R\*020$/, 'a test file, only production');
  t.match((await send(running, valid, production)).segments.join(), /IK5\*A/);
  await agree({ usage: 'test' });
  t.match((await send(running, valid, production)).ta1, /\*R\*020$/, 'a production file, only test');
  await agree({ usage: undefined, testReleases: 'test' });
  const tested = await send(running, valid);
  const real = await send(running, valid, production);
  await until('both are released', () => {
    const there = [...readdirSync(backEnd('test')), ...readdirSync(backEnd('accepted'))];
    return there.includes(`${tested.id}.json`) && there.includes(`${real.id}.json`);
  });
  t.strictSame(readdirSync(backEnd('test')).sort(), [tested.id, `${tested.id}.json`]);
  t.notOk(readdirSync(backEnd('accepted')).includes(tested.id));
  const both = await send(running, valid, (text) => text + production(readClaims(valid, 900)));
  t.match(both.ta1, /\*R\*020$/, 'one file cannot go both ways: its test interchange is rejected');
  await until('the rest of it is released as production', () =>
    readdirSync(backEnd('accepted')).includes(`${both.id}.json`),
  );
  t.strictSame(readdirSync(backEnd('test')).sort(), [tested.id, `${tested.id}.json`]);
});

test('TA1 policy, validation and severities are the partner’s', async (t) => {
  const running = await open();
  const agree = (changes: Parameters<typeof agreeWith>[2]) =>
    agreeWith(running.core.database, partner, changes);
  const asksForNone = (text: string) => text.replace('*1*T*:', '*0*T*:');
  t.equal((await send(running, valid, asksForNone)).ta1, undefined);
  await agree({ ta1Policy: 'always' });
  t.match((await send(running, valid, asksForNone)).ta1, /\*A\*000$/);
  await agree({ ta1Policy: 'never' });
  t.equal((await send(running, 'env-05-isa05-bad-qualifier')).ta1, undefined);
  await agree({ ta1Policy: undefined });
  const unbalanced = 'biz-02-balance-clm02';
  t.match((await send(running, unbalanced)).segments.join(), /IK5\*A/, 'only told by default');
  await agree({ severities: 'claim.balance:reject' });
  t.match((await send(running, unbalanced)).segments.join(), /IK5\*R/);
  await agree({ severities: undefined, snipSeverities: '3:accept-with-error' });
  t.match((await send(running, unbalanced)).segments.join(), /IK5\*E/);
  await agree({ snipSeverities: undefined, validation: 'strict' });
  t.match((await send(running, unbalanced)).segments.join(), /IK5\*R/);
  await agree({ validation: undefined, guideAliases: 'on' });
  t.match((await send(running, 'i-06-gs08-x223a3')).segments.join(), /IK5\*[AE]/);
});

test('the duplicate window is the partner’s', async (t) => {
  const day = 24 * 3_600_000;
  const running = await open();
  const { database } = running.core;
  t.match((await send(running, valid, undefined, 77)).segments.join(), /IK5\*A/);
  t.match((await send(running, valid, undefined, 77)).ta1, /\*R\*025$/);
  await database.sql
    .updateTable('interchange_keys')
    .set({ seen_at_ms: Date.now() - 3 * day })
    .execute();
  t.match(
    (await send(running, valid, undefined, 77)).ta1,
    /\*R\*025$/,
    'three days are nothing for everyone',
  );
  await agreeWith(database, partner, { duplicateWindowDays: '2' });
  t.match((await send(running, valid, undefined, 77)).segments.join(), /IK5\*A/);
});

test('delimiters, line breaks, the clock and the names of what we write are the partner’s', async (t) => {
  const running = await open();
  await agreeWith(running.core.database, partner, {
    delimiters: '|^>\\',
    lineBreaks: 'crlf',
    timeZone: 'Pacific/Kiritimati',
    acknowledgementName: '{partner}_{date}_{stem}-{control}.{transaction}',
  });
  sent += 1;
  const content = readClaims(valid, sent);
  const id = await sendAndAwait(running.core, { partner, user, name: 'my claims.x12', content });
  const outbound = join(running.dataDirectory, 'mailboxes', partner, 'outbound');
  const [name = '', ...others] = readdirSync(outbound).filter((one) => one.startsWith(`${partner}_`));
  t.strictSame(others, []);
  t.match(name, /^acme-dental_\d{8}_my_claims-\d{9}\.999$/);
  const text = readFileSync(join(outbound, name), 'latin1');
  t.match(text, /^ISA\|00\|.*\|\^\|00501\|\d{9}\|0\|T\|>\\\r\nTA1\|.*\\\r\nGS\|FA\|/);
  // Kiritimati is 14 hours ahead of UTC, all year.
  const there = new Date(Date.now() + 14 * 3_600_000).toISOString().slice(0, 10).replaceAll('-', '');
  t.match(name, there);
  t.match(text, `|${there.slice(2)}|`);
  const row = await running.core.database.sql
    .selectFrom('acknowledgements')
    .select('name')
    .where('transmission_id', '=', id)
    .executeTakeFirst();
  t.equal(row?.name, name, 'the journal knows it by that name');
  sent += 1;
  await sendAndAwait(running.core, { partner, user, name: 'no.x12', content: 'no X12' });
  t.match(readdirSync(outbound).join(), /acme-dental_\d{8}_no-[0-9a-f-]{36}\.rejected\.txt/);
});

test('names, sizes and files an hour are asked when a file is opened over SFTP', async (t) => {
  const running = await open();
  const { database } = running.core;
  const { sftp } = await connectSsh(t, running.target(user), firstPassword);
  const put = (name: string, content?: string) => {
    sent += 1;
    return putFile(sftp, `/inbound/${name}`, content ?? readClaims(valid, sent));
  };
  await put('anything.txt');
  await agreeWith(database, partner, { inboundNames: '*.x12,clm*.837' });
  await t.rejects(put('anything-else.txt'), /such as \*\.x12, clm\*\.837/, 'at once, in the live session');
  await put('CLM7.837');
  await put('part.txt.filepart');
  const rename = (from: string, to: string) =>
    call((done) => sftp.rename(`/inbound/${from}`, `/inbound/${to}`, done));
  await t.rejects(rename('part.txt.filepart', 'part.txt'), /such as/, 'nor by its final name');
  await rename('part.txt.filepart', 'part.x12');
  await waitForAnswers(running.dataDirectory, { partner, file: 'part.x12' });
  await agreeWith(database, partner, { maxFileBytes: '100' });
  await t.rejects(put('large.x12'), /at most 100 bytes/);
  await put('small.x12', 'x'.repeat(100));
  const begun = await database.sql
    .selectFrom('transmissions')
    .select('id')
    .where('source', '=', 'sftp')
    .where('state', '!=', 'discarded')
    .execute();
  await agreeWith(database, partner, { maxFileBytes: undefined, filesPerHour: String(begun.length) });
  await t.rejects(put('fifth.x12'), /No more than \d+ files an hour/);
  await agreeWith(database, partner, { filesPerHour: undefined });
  await put('fifth.x12');
});

test('a program that drops a file under another name, or a larger one, gets a report', async (t) => {
  const running = await open();
  await agreeWith(running.core.database, partner, { inboundNames: '*.x12', maxFileBytes: '1000000' });
  const inbound = join(running.dataDirectory, 'mailboxes', partner, 'inbound');
  writeFileSync(join(inbound, 'dropped.txt'), readClaims(valid, 1));
  writeFileSync(join(inbound, 'large.x12'), readClaims(valid, 2).padEnd(1_000_001, '\n'));
  const [named] = await waitForAnswers(running.dataDirectory, { partner, file: 'dropped.txt' });
  t.match(named?.text, /NOT PROCESSED[\s\S]*such as \*\.x12/);
  const [large] = await waitForAnswers(running.dataDirectory, { partner, file: 'large.x12' });
  t.match(large?.text, /NOT PROCESSED[\s\S]*at most 1000000 bytes/);
  const rows = await running.core.database.sql
    .selectFrom('transmissions')
    .select(['state', 'reason'])
    .where('source', '=', 'adopted')
    .execute();
  t.strictSame(rows.map(({ reason }) => reason).sort(), ['larger-than-agreed', 'name-not-agreed']);
});
