import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { t as file, test } from 'tap';
import { readClaims } from '../support/claims.ts';
import { addPartnerAndUser, firstPassword, startTestGateway, type TestGateway } from '../support/gateway.ts';
import type { PlainBrowser } from '../support/portal.ts';
import { sendAndAwait, sendFile } from '../support/send-file.ts';

// One gateway for the file: each validator thread compiles the engine anew. Each test has a partner of its own.
const running: TestGateway = await startTestGateway(file, {
  config: { roles: ['intake', 'portal'], intake: { checkSenderId: false } },
});
let partners = 0;

interface Opened {
  readonly running: TestGateway;
  readonly browser: PlainBrowser;
  readonly mine: { readonly partner: string; readonly user: string };
}

async function openWithMaria(): Promise<Opened> {
  partners += 1;
  const mine = { partner: `acme-${partners}`, user: `maria.${partners}` };
  await addPartnerAndUser(running.core, { ...mine, submitterId: `TSN${partners}` });
  const browser = running.browser();
  await browser.signIn(mine.user, firstPassword);
  return { running, browser, mine };
}

const list = '/trading-partner/transmissions';
const auditActions = async ({ core }: TestGateway, subject: string) =>
  (
    await core.database.sql
      .selectFrom('audit_records')
      .select(['action', 'actor'])
      .where('subject', '=', subject)
      .orderBy('sequence')
      .execute()
  ).map(({ action, actor }) => `${action} ${actor}`);

test('a partner sees its transmissions with stages and verdicts, and follows one to its findings', async (t) => {
  const { running, browser, mine } = await openWithMaria();
  await sendAndAwait(running.core, { ...mine, name: 'good.x12', content: readClaims('d-00-valid', 1) });
  const bad = await sendAndAwait(running.core, {
    ...mine,
    name: 'bad.x12',
    content: readClaims('ele-13-gender-R', 2),
  });
  await sendAndAwait(running.core, { ...mine, name: 'letter.txt', content: 'Dear Sir or Madam' });

  const page = await browser.get(list);
  t.equal(page.status, 200);
  t.match(page.text, /letter\.txt.*Not accepted.*bad\.x12.*837P.*Rejected.*good\.x12.*837D.*Accepted/);
  t.match(page.text, /✓ Received: done ✓ Checked: done/, 'stages are said in words');

  const one = await browser.get(`${list}/${bad}`);
  t.match(one.text, /bad\.x12.*✕ Not released: stopped.*Rejected.*See what was found/);
  t.match(one.text, /SHA-256 [0-9a-f]{64}/);
  t.match(one.text, /The upload began.*Received, durable from then on by maria\.1.*Checked and answered/);

  const found = await browser.get(`${list}/${bad}/findings`);
  t.match(found.html, /<h1>Rejected<\/h1>/);
  t.match(found.text, /Sets received \(AK903\) 1 Sets accepted \(AK904\) 0/);
  t.match(found.text, /Error DMG03/);
  t.match(found.html, /DMG\*D8\*[^<]*<mark>.*>R<.*<\/mark>/, 'the bad element is marked in its segment');
  t.match(found.text, /How to fix it:/);
  t.same(
    (await auditActions(running, `transmission:${bad}`)).at(-1),
    'transmission.view user:maria.1',
    'the view is on record',
  );

  const answer = await browser.get(`${list}/${bad}/answers/1`);
  t.match(
    answer.text,
    /Acknowledgment TA1 and 999.*0 of 1 transaction sets accepted.*DMG03: The code does not exist/,
  );
  t.match(answer.html, /ISA\*00\*/, 'the raw 999 is there too');
  t.equal((await browser.get(`${list}/${bad}/answers/2`)).status, 404);
  t.same((await auditActions(running, `transmission:${bad}`)).at(-1), 'answer.view user:maria.1');
});

test('a file that is no X12 is answered with its report', async (t) => {
  const { running, browser, mine } = await openWithMaria();
  const id = await sendAndAwait(running.core, { ...mine, name: 'letter.txt', content: 'Dear Sir or Madam' });
  const page = await browser.get(`${list}/${id}/answers/1`);
  t.match(page.text, /Why the file was not processed.*THIS FILE WAS NOT PROCESSED/);
  t.equal(
    (await browser.get(`${list}/${id}/findings`)).status,
    200,
    'there is a page even with nothing found',
  );
});

test('a rejected envelope is explained from its TA1', async (t) => {
  const { running, browser, mine } = await openWithMaria();
  const id = await sendAndAwait(running.core, {
    ...mine,
    name: 'envelope.x12',
    content: readClaims('env-05-isa05-bad-qualifier', 5),
  });
  t.match((await browser.get(`${list}/${id}/answers/1`)).text, /TA1: the envelope of interchange 000000005/);
  t.match((await browser.get(`${list}/${id}/findings`)).text, /Envelope \(TA1\) .*sender/i);
});

test('the list is filtered by name, verdict, stage, transaction, control number, user and day', async (t) => {
  const { running, browser, mine } = await openWithMaria();
  await sendAndAwait(running.core, { ...mine, name: 'June_100%.x12', content: readClaims('d-00-valid', 71) });
  await sendAndAwait(running.core, { ...mine, name: 'july.x12', content: readClaims('ele-13-gender-R', 72) });
  await sendAndAwait(running.core, { ...mine, name: 'letter.txt', content: 'Dear Sir or Madam' });
  const names = async (query: string): Promise<readonly string[]> => {
    const { html } = await browser.get(`${list}?${query}`);
    return [...html.matchAll(/transmissions\/[0-9a-f-]{36}">([^<]*)</g)].map(([, name = '']) => name);
  };
  t.same(await names('name=JUNE'), ['June_100%.x12']);
  t.same(await names(`name=${encodeURIComponent('_100%')}`), ['June_100%.x12'], 'wildcards are only letters');
  t.same(await names(`name=${encodeURIComponent('%')}`), ['June_100%.x12']);
  t.same(await names('verdict=rejected'), ['july.x12']);
  t.same(await names('state=quarantined'), ['letter.txt']);
  t.same(await names('transaction=837P'), ['july.x12']);
  t.same(await names('transaction=837'), [], 'a transaction is its whole name');
  t.same(await names('number=71'), ['June_100%.x12'], 'ISA13 without its zeros');
  t.same(await names('number=000000072'), ['july.x12']);
  t.same(await names(`user=${mine.user}&verdict=accepted`), ['June_100%.x12']);
  t.same(await names('user=nobody'), []);
  const today = new Date().toISOString().slice(0, 10);
  t.equal((await names(`from=${today}`)).length, 3);
  t.same(await names('to=2020-01-01'), []);
  const refused = await browser.get(`${list}?from=2026-02-30`);
  t.equal(refused.status, 422);
  t.match(refused.text, /Enter a date as year, month and day/);
});

test('the list goes on page by page, and each transmission is on one of them', async (t) => {
  const { running, browser, mine } = await openWithMaria();
  for (let index = 0; index < 53; index += 1)
    await sendFile(running.core, { ...mine, name: `file-${index}.x12`, content: `no claims ${index}` });
  const seen: string[] = [];
  const pages: number[] = [];
  for (let path: string | undefined = list; path !== undefined; ) {
    const { html } = await browser.get(path);
    const names = [...html.matchAll(/">(file-\d+\.x12)</g)].map(([, name = '']) => name);
    pages.push(names.length);
    seen.push(...names);
    path = /<a href="([^"]*after=[^"]*)">Older/.exec(html)?.[1]?.replaceAll('&amp;', '&');
  }
  t.same(pages, [25, 25, 3]);
  t.equal(new Set(seen).size, 53);
});

test('the CSV holds the whole list, and no cell of it runs as a formula', async (t) => {
  const { running, browser, mine } = await openWithMaria();
  await sendAndAwait(running.core, {
    ...mine,
    name: '=HYPERLINK("x").x12',
    content: readClaims('d-00-valid', 9),
  });
  const page = await browser.get('/trading-partner/transmissions.csv');
  t.equal(page.headers.get('content-disposition'), 'attachment; filename="transmissions.csv"');
  t.match(page.headers.get('content-type'), /^text\/csv/);
  const [header = '', line = '', end] = page.html.split('\r\n');
  t.match(header, /^"Tracking ID","File","Arrived/);
  t.match(line, /,"'=HYPERLINK\(""x""\)\.x12",/);
  t.match(line, /"837D","Answered","Accepted"$/);
  t.equal(end, '');
});

test("another partner's transmission reads like one that there is none of", async (t) => {
  const { running, browser } = await openWithMaria();
  await addPartnerAndUser(running.core, { partner: 'other', user: 'mallory', submitterId: 'OTHER' });
  const id = await sendAndAwait(running.core, {
    partner: 'other',
    user: 'mallory',
    name: 'theirs.x12',
    content: readClaims('d-00-valid', 3),
  });
  for (const path of [`${list}/${id}`, `${list}/${id}/findings`, `${list}/${id}/answers/1`]) {
    const theirs = await browser.get(path);
    const none = await browser.get(
      path.replace(
        id,
        id.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
      ),
    );
    t.equal(theirs.status, 404, path);
    t.equal(theirs.text, none.text);
  }
  t.notMatch((await browser.get(list)).text, /theirs/);
  t.notMatch((await browser.get('/trading-partner/transmissions.csv')).html, /theirs/);
  t.equal((await browser.get(`${list}/not-an-id`)).status, 404);
});

test('what is still arriving is shown to its uploader alone', async (t) => {
  const { running, browser, mine } = await openWithMaria();
  await addPartnerAndUser(running.core, {
    partner: mine.partner,
    user: 'bob',
    submitterId: `TSN${partners}`,
  });
  await sendFile(running.core, { ...mine, name: 'held.x12.part', content: 'half of it' });
  t.match((await browser.get(list)).text, /held\.x12\.part/);
  const bob = running.browser();
  await bob.signIn('bob', firstPassword);
  t.notMatch((await bob.get(list)).text, /held\.x12\.part/, 'invariant I1');
  t.notMatch((await bob.get(`${list}?state=arriving`)).text, /held\.x12\.part/);
});

test('of an original that was changed on the disk nothing is shown', async (t) => {
  const { running, browser, mine } = await openWithMaria();
  const id = await sendAndAwait(running.core, {
    ...mine,
    name: 'bad.x12',
    content: readClaims('ele-13-gender-R', 12),
  });
  const { original_path } = await running.core.database.sql
    .selectFrom('transmissions')
    .select('original_path')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  const original = join(running.dataDirectory, original_path ?? '');
  chmodSync(original, 0o600);
  writeFileSync(original, readClaims('ele-13-gender-R', 12).replace('DMG*D8', 'DMG*D9'));
  const page = await browser.get(`${list}/${id}/findings`);
  t.equal(page.status, 200);
  t.match(page.text, /The segments cannot be shown/);
  t.notMatch(page.html, /DMG\*D9/);
});

test('someone who is not signed in is led to the sign-in page and back to the transmission', async (t) => {
  const { running, browser, mine } = await openWithMaria();
  const id = await sendFile(running.core, { ...mine, name: 'a.x12', content: 'x' });
  const stranger = running.browser();
  const answer = await stranger.get(`${list}/${id}`);
  t.equal(answer.status, 303);
  const signIn = answer.headers.get('location') ?? '';
  t.equal(signIn, `/sign-in?next=${encodeURIComponent(`${list}/${id}`)}`);
  const back = await browser.get('/sign-in?next=//evil.example/');
  t.equal(back.headers.get('location'), '/home');
});

test('a user sees of others what it may send, and reads of answers what it may receive', async (t) => {
  const { running, browser, mine } = await openWithMaria();
  await addPartnerAndUser(running.core, {
    partner: mine.partner,
    user: 'dora',
    submitterId: `TSN${partners}`,
  });
  const grants = () => running.core.database.sql.deleteFrom('grants').where('user_id', '=', 'dora');
  await grants().where('transaction_name', '!=', '837D').execute();
  const dental = await sendAndAwait(running.core, {
    ...mine,
    name: 'dental.x12',
    content: readClaims('d-00-valid', 201),
  });
  const medical = await sendAndAwait(running.core, {
    ...mine,
    name: 'medical.x12',
    content: readClaims('ele-13-gender-R', 202),
  });
  const dora = running.browser();
  await dora.signIn('dora', firstPassword);
  const seen = await dora.get(list);
  t.match(seen.text, /dental\.x12/);
  t.notMatch(seen.text, /medical\.x12/);
  t.notMatch((await dora.get('/trading-partner/transmissions.csv')).html, /medical/);
  t.equal((await dora.get(`${list}/${medical}`)).status, 404);
  for (const path of [`${list}/${dental}/findings`, `${list}/${dental}/answers/1`]) {
    const page = await dora.get(path);
    t.equal(page.status, 403);
    t.match(page.text, /You may not receive this acknowledgment/);
    t.equal((await browser.get(path)).status, 200, 'who may is shown it');
  }
  t.notMatch((await dora.get('/trading-partner/batch-transfer')).text, /dental\.x12\.|medical\.x12\./);
  await grants().execute();
  t.notMatch((await dora.get(list)).text, /dental|medical/, 'at once');
});
