// A code by mail in the place of a second factor: off unless turned on, and what a code is not good for.

import { readFileSync } from 'node:fs';
import { type Test, test } from 'tap';
import { listMails } from '../../storage/mail-store.ts';
import { codeOf, secretOn } from '../support/authenticator.ts';
import { codeIn, readMailFolder, startPortalMailer } from '../support/mail.ts';
import { addUser, goodPassword, hiddenFields, openPlainBrowser, openPortal } from '../support/portal.ts';
import { until } from '../support/until.ts';

const page = '/sign-in/email-code';
const minuteMs = 60_000;

async function open(t: Test) {
  const portal = await openPortal(t, {}, { emailCode: true });
  const folder = startPortalMailer(portal);
  const { database, directory } = portal;
  await addUser({ database, directory, id: 'dora.diaz', partner: 'acme' });
  /** Gives the password. */
  const arrive = async (user = 'maria.lopez') => {
    const browser = openPlainBrowser(portal.url);
    const shown = await browser.fillIn('/sign-in', { 'user-id': user, password: goodPassword });
    const { form_token = '' } = hiddenFields(shown.html);
    const send = () => browser.post(page, { form_token, act: 'send' });
    const enter = (code: string) => browser.post(page, { form_token, act: 'check', code });
    return { browser, shown, form_token, send, enter };
  };
  let read = 0;
  /** The code of the newest mail, once it is there. */
  const nextCode = async (): Promise<string> => {
    read += 1;
    await until('every mail is sent', async () => {
      const waiting = await listMails(database, { limit: 1, state: 'waiting' });
      return waiting.length === 0 && (await readMailFolder(folder)).length === read;
    });
    const newest = (await readMailFolder(folder)).at(-1);
    if (newest === undefined) throw new Error('There is no mail.');
    return codeIn(newest);
  };
  return { ...portal, folder, arrive, nextCode };
}

const other = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0');

test('nobody is offered a code by mail unless it is turned on', async (t) => {
  const { url, database } = await openPortal(t);
  const browser = openPlainBrowser(url);
  const shown = await browser.fillIn('/sign-in', { 'user-id': 'maria.lopez', password: goodPassword });
  t.match(shown.text, /Set up an authenticator app/);
  t.notMatch(shown.html, /email-code/);
  t.equal((await browser.get(page)).status, 404);
  const { form_token = '' } = hiddenFields(shown.html);
  t.equal((await browser.post(page, { form_token, act: 'send' })).status, 404);
  t.same(await listMails(database, { limit: 1 }), []);
});

test('a user without a factor signs in by a mailed code, and is advised to set up an app', async (t) => {
  const { arrive, nextCode, data, pass } = await open(t);
  const { browser, shown, send, enter, form_token } = await arrive();
  t.match(shown.html, new RegExp(`href="${page}"`));
  t.match((await browser.get(page)).text, /recommend to set up an authenticator app/);
  t.equal((await browser.post(page, { form_token: 'forged', act: 'send' })).status, 403);
  t.match(await send(), { status: 200, text: /The code is on its way .* good for 10 minutes/ });
  t.equal((await browser.get('/home')).status, 303, 'there is no session yet');
  const code = await nextCode();
  const entered = await enter(` ${code} `);
  t.equal(entered.headers.get('location'), '/home');
  t.match((await browser.get('/home')).text, /Welcome, Quentin/);
  const files = ['', '-wal'].map((ending) => readFileSync(`${data.database}${ending}`, 'latin1')).join('\n');
  t.ok(files.includes('maria.lopez'));
  t.notMatch(files, new RegExp(`\\b${code}\\b`), 'the code is not at rest');
  t.not((await browser.post(page, { form_token, act: 'check', code })).status, 200, 'the sign-in is over');

  pass(11 * minuteMs);
  const asked = await browser.get('/account/second-factors/app');
  const confirm = asked.headers.get('location') ?? '';
  t.match(confirm, /^\/account\/confirm/);
  const again = await browser.get(confirm);
  t.match(again.text, /Send a code to my e-mail address/);
  const form = hiddenFields(again.html);
  t.match(await browser.post(confirm, { ...form, act: 'check', code }), { status: 422 }, 'no code twice');
  t.match(await browser.post(confirm, { ...form, act: 'send' }), { status: 200 });
  const newest = await nextCode();
  const done = await browser.post(confirm, { ...form, act: 'check', code: newest });
  t.equal(done.headers.get('location'), '/account/second-factors/app');
  t.equal((await browser.get('/account/second-factors/app')).status, 200);
});

test('wrong, old, used, late and other users’ codes let nobody in', async (t) => {
  const { arrive, nextCode, pass } = await open(t);
  const maria = await arrive();
  t.equal((await maria.enter('123456')).status, 422, 'none was sent');
  await maria.send();
  const first = await nextCode();
  t.match(await maria.enter(other(first)), { status: 422, text: /not right, or its time is over/ });
  t.equal((await (await arrive('dora.diaz')).enter(first)).status, 422, 'it is another user’s');
  pass(1000);
  await maria.send();
  const second = await nextCode();
  if (first !== second) t.equal((await maria.enter(first)).status, 422, 'only the newest counts');
  t.equal((await maria.enter(second)).status, 303);
  const late = await arrive();
  t.equal((await late.enter(second)).status, 422, 'it was used');
  pass(1000);
  await late.send();
  const third = await nextCode();
  pass(10 * minuteMs);
  t.equal((await late.enter(third)).status, 422, 'its time is over');
  t.equal((await late.browser.get('/home')).status, 303);
});

test('wrong codes must wait, and so must who has many sent', async (t) => {
  const { arrive, nextCode } = await open(t);
  const maria = await arrive();
  await maria.send();
  const code = await nextCode();
  for (let tries = 0; tries < 5; tries += 1) t.equal((await maria.enter(other(code))).status, 422);
  t.equal((await maria.enter(code)).status, 422, 'five wrong ones have spent it');
  t.match(await maria.enter(code), { status: 429, text: /too many wrong codes/ });
  for (let count = 1; count < 5; count += 1) t.equal((await maria.send()).status, 200);
  t.match(await maria.send(), { status: 429, text: /sent too many codes/ });
});

test('who has a second factor is not let around it by a mailed code', async (t) => {
  const { arrive, nextCode, now, database } = await open(t);
  const early = await arrive();
  await early.send();
  const code = await nextCode();
  const maria = await arrive();
  const secret = secretOn(maria.shown.html) ?? '';
  await maria.browser.fillIn('/sign-in/enrol', { code: codeOf(secret, now()) });
  t.equal((await early.enter(code)).headers.get('location'), '/sign-in/factor');
  t.equal((await early.browser.get('/home')).status, 303);
  const late = await arrive();
  t.match(late.shown.text, /Confirm that it is you/);
  t.notMatch(late.shown.html, /email-code/);
  t.equal((await late.send()).headers.get('location'), '/sign-in/factor');
  const codes = (await listMails(database, { limit: 9 })).filter(
    ({ content }) => content.kind === 'email-code',
  );
  t.equal(codes.length, 1, 'and no code more was mailed');
});
