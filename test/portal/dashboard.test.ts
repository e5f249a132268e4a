// The pages of those who run the gateway: who gets in, what is counted, and how content is opened.

import { test } from 'tap';
import { countActivity, readActivity, readTopOfPartners } from '../../storage/activity-counts.ts';
import { readAuditRecords } from '../../storage/audit-trail.ts';
import { switchAdministrator } from '../../storage/role-store.ts';
import { storedUserId } from '../../storage/stored-id.ts';
import { readClaims } from '../support/claims.ts';
import {
  addPartnerAndUser,
  administrator,
  firstPassword,
  startTestGateway,
  type TestGateway,
} from '../support/gateway.ts';
import { nameRole } from '../support/office.ts';
import { agreeWith } from '../support/partner-profile.ts';
import { sendAndAwait } from '../support/send-file.ts';
import type { TestScope } from '../support/test-folder.ts';

const mine = { partner: 'acme', user: 'maria.lopez' };
const runner = 'rita.runs';

async function startScene(t: TestScope) {
  const running = await startTestGateway(t, { config: { roles: ['intake', 'portal'] } });
  const { core } = running;
  await addPartnerAndUser(core, mine);
  await nameRole(core.database, { ...mine, role: 'office-administrator' });
  await addPartnerAndUser(core, { partner: 'agency', user: runner, submitterId: 'AGENCY' });
  const give = { userId: storedUserId(runner), to: 'given', actor: administrator } as const;
  await switchAdministrator(core.database, give);
  return running;
}

async function enter(running: TestGateway, user: string) {
  const browser = running.browser();
  await browser.signIn(user, firstPassword);
  return browser;
}

async function countAll({ core }: TestGateway): Promise<void> {
  while (await countActivity(core.database));
}

test('who has not the role finds no such page, the office administrator of a partner included', async (t) => {
  const running = await startScene(t);
  const id = await sendAndAwait(running.core, {
    ...mine,
    name: 'a.x12',
    content: readClaims('p-00-valid', 1),
  });
  const outsider = await enter(running, mine.user);
  for (const path of [
    '',
    '/transmissions?state=failed',
    `/transmissions/${id}`,
    `/transmissions/${id}/content`,
  ])
    t.equal((await outsider.get(`/administration${path}`)).status, 404, path);
  t.notMatch((await outsider.get('/home')).text, /Dashboard/);
  const insider = await enter(running, runner);
  t.match(await insider.get('/administration'), { status: 200, html: /<h1>Dashboard/ });
  t.match((await insider.get('/home')).text, /Dashboard/);
});

test('what happened is counted once, however often and by whomever it is counted', async (t) => {
  const running = await startScene(t);
  const { core } = running;
  await sendAndAwait(core, { ...mine, name: 'good.x12', content: readClaims('p-00-valid', 1) });
  await sendAndAwait(core, { ...mine, name: 'bad.x12', content: readClaims('ele-13-gender-R', 2) });
  await sendAndAwait(core, { ...mine, name: 'letter.txt', content: 'Dear Sir' });
  await enter(running, mine.user);
  await Promise.all([countAll(running), countAll(running)]);
  await countAll(running);
  const measures = ['received', 'verdict', 'answer-time', 'login'] as const;
  const counts = await readActivity(core.database, { measures, sinceMs: 0, by: 'hour' });
  const of = (measure: string, word?: string) =>
    counts
      .filter((one) => one.measure === measure && (word === undefined || one.word === word))
      .reduce((sum, { count }) => sum + count, 0);
  t.equal(of('received'), 3);
  t.equal(of('verdict', 'accepted'), 1);
  t.equal(of('verdict', 'rejected'), 1);
  t.equal(of('verdict', 'quarantined'), 1);
  t.equal(of('answer-time'), 3);
  t.equal(of('answer-time', 'more'), 0);
  t.equal(of('login', 'portal'), 1);
  const top = await readTopOfPartners(core.database, {
    measure: 'partner-rejection',
    sinceMs: 0,
    by: 'hour',
    limit: 9,
  });
  t.equal(top.length, 2, 'a rule, and why the letter is in quarantine');
  t.ok(top.every(({ partnerId, count }) => partnerId === 'acme' && count === 1));
  const page = (await (await enter(running, runner)).get('/administration')).html;
  t.match(page, /3 files were received and 3 answered/);
  t.match(page, /100 % of 3 answers stood in outbound within the hour/);
  t.match(page, /<svg class="cg-chart"[^>]*role="img"/);
  const year = (await (await enter(running, runner)).get('/administration?range=year')).html;
  t.match(year, /last 12 months[\s\S]*3 files were received and 3 answered/i);
  t.match(year, /acme[\s\S]*In how many files, last 12 months|In how many files, last 12 months[\s\S]*acme/);
  t.notMatch(page, /style="/, 'nothing that the content security policy refuses');
});

test('content is opened for a reason and a time, and everyone concerned is told', async (t) => {
  const running = await startScene(t);
  const { core } = running;
  const content = readClaims('p-00-valid', 1);
  const id = await sendAndAwait(core, { ...mine, name: 'a.x12', content });
  const path = `/administration/transmissions/${id}`;
  const insider = await enter(running, runner);
  t.equal((await insider.get(`${path}/content`)).status, 303, 'led back: it is not open');
  const refused = await insider.fillIn(path, { reason: 'curious', minutes: '15' });
  t.match(refused, { status: 422, text: /Say in 15 to 500 characters/ });
  const shown = await insider.fillIn(path, {
    reason: 'The partner asked why its claims wait.',
    minutes: '15',
  });
  t.match(shown, { status: 200, text: /ISA\*00\*/ });
  const records = await readAuditRecords(core.database, { limit: 100, subject: `transmission:${id}` });
  const actions = records.map(({ action }) => action);
  t.ok(actions.includes('content.open') && actions.includes('content.view'));
  const events = await core.database.sql
    .selectFrom('events')
    .selectAll()
    .where('kind', '=', 'content.opened')
    .execute();
  t.match(events, [{ partner_id: 'acme', payload: /The partner asked why/ }]);
  const mails = await core.database.sql
    .selectFrom('mails')
    .selectAll()
    .where('kind', '=', 'content-opened')
    .execute();
  t.match(mails, [{ user_id: mine.user }]);
  await core.database.sql
    .updateTable('content_openings')
    .set({ until_ms: core.database.now() - 1 })
    .execute();
  t.equal((await insider.get(`${path}/content`)).status, 303, 'its time is over');
});

test('a companion guide shows whoever has signed in what is agreed with its own trading partner', async (t) => {
  const running = await startScene(t);
  const { core } = running;
  const path = '/documents/companion-guide/837p';
  await agreeWith(core.database, mine.partner, {
    usage: 'test',
    senders: 'ZZ/ACMETEST',
    ta1Policy: 'always',
    duplicateWindowDays: '30',
    inboundNames: '*.x12',
    maxFileBytes: '1048576',
  });
  const own = (await (await enter(running, mine.user)).get(path)).text;
  t.match(own, /from what is agreed with/);
  t.match(own, /T \(P: production, T: test\)/);
  t.match(own, /ISA06 is checked: ZZ\/ACMETEST/);
  t.match(own, /A TA1 for every interchange/);
  t.match(own, /within 30 days is a duplicate/);
  t.match(own, /Only names such as \*\.x12 are taken/);
  const others = (await (await enter(running, runner)).get(path)).text;
  t.match(others, /P or T \(P: production/);
  t.notMatch(others, /ACMETEST/);
  const everyone = (await running.browser().get(path)).text;
  t.match(everyone, /sign in to see yours/);
  t.notMatch(everyone, /ACMETEST/);
});
