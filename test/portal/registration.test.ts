// Registering oneself: the form, the confirmation by mail, and what a hostile visitor may learn.

import { type Test, test } from 'tap';
import { listMails } from '../../storage/mail-store.ts';
import { removeUnconfirmed } from '../../storage/user-status-store.ts';
import { findUser } from '../../storage/user-store.ts';
import { linkIn, readMailFolder, startPortalMailer, waitForMail } from '../support/mail.ts';
import {
  hiddenFields,
  openPlainBrowser,
  openPortal,
  type PlainBrowser,
  type PortalUnderTest,
} from '../support/portal.ts';
import { userId } from '../support/storage.ts';
import { until } from '../support/until.ts';

const dayMs = 24 * 3_600_000;
const password = 'Copper-Heron-7-Lake';
const ada = userId('ada.lovelace');

const form = {
  username: 'Ada.Lovelace',
  prefix: 'Ms.',
  'first-name': 'Ada',
  'middle-initial': 'K',
  'last-name': "O'Lovelace-Byron",
  suffix: '',
  email: 'Ada@Example.ORG',
  'email-again': 'ada@example.org',
  'mobile-phone': '(919) 555-0100',
  password,
  'password-again': password,
};

async function open(
  t: Test,
  ...options: Parameters<typeof openPortal> extends [unknown, ...infer Rest] ? Rest : never
) {
  const running = await openPortal(t, ...options);
  return { ...running, folder: startPortalMailer(running) };
}

/** Opens a mailed link as a browser does: what it leads to is the answer. */
async function follow(browser: PlainBrowser, link: string): ReturnType<PlainBrowser['get']> {
  const opened = await browser.get(link);
  return browser.get(opened.headers.get('location') ?? '/the-link-led-nowhere');
}

const mailOf = (folder: string) => waitForMail(folder, { subject: /Confirm your e-mail address/ });

test('an individual registers, confirms by the mailed link, signs in, and belongs to no partner yet', async (t) => {
  const { url, database, folder } = await open(t);
  const browser = openPlainBrowser(url);
  const choice = await browser.get('/register');
  t.match(
    choice.text,
    /State and local government employees You cannot register yourself\. An administrator makes/,
  );
  const sent = await browser.fillIn('/register/individual', form);
  t.match(sent.text, /One more step .* within 3 days/);
  t.match(await findUser(database, ada), {
    kind: 'individual',
    status: 'unconfirmed',
    partnerId: undefined,
    prefix: 'Ms.',
    firstName: 'Ada',
    middleInitial: 'K',
    lastName: "O'Lovelace-Byron",
    email: 'ada@example.org',
    mobilePhone: '9195550100',
  });
  const early = await browser.signIn(ada, password);
  t.match(early, { status: 403, text: /You have not confirmed your e-mail address yet/ });
  t.match((await browser.signIn(ada, 'Wrong-Heron-7-Lake')).text, /The User ID or the password is not right/);

  const mail = await mailOf(folder);
  t.same(mail.to?.[0]?.address, 'ada@example.org');
  const link = linkIn(mail);
  const opened = await browser.get(link);
  t.equal(opened.headers.get('location'), '/register/confirm', 'the token leaves the address at once');
  const page = await browser.get('/register/confirm');
  t.match(page.text, /User ID \(NCID\) ada\.lovelace/);
  t.match(await findUser(database, ada), { status: 'unconfirmed' }, 'opening a link does nothing yet');
  const confirmed = await browser.fillIn('/register/confirm', {});
  t.match(confirmed.text, /Your e-mail address is confirmed/);
  t.match((await browser.signIn(ada, password)).text, /Welcome, Ada .*You belong to no trading partner yet/);
  const events = await database.sql.selectFrom('events').select(['kind', 'partner_id']).execute();
  t.match(events.slice(-2), [
    { kind: 'user.created', partner_id: '' },
    { kind: 'user.confirmed', partner_id: '' },
  ]);

  const again = await openPlainBrowser(url).get(link);
  t.match(again, { status: 410, text: /This link is not good any more/ }, 'a link works once');
});

test('a business gives its name, and what is missing or wrong is said field by field', async (t) => {
  const { url, database } = await open(t);
  const browser = openPlainBrowser(url);
  const empty = await browser.fillIn('/register/business', {});
  t.equal(empty.status, 422);
  t.match(
    empty.text,
    /There is a problem Enter the username that you desire\. Enter your first name\. Enter your last name\. Enter your business name\. Enter an e-mail address, such as name@example\.org\. Enter a phone number with its area code, such as 919-555-0100\. Enter a password\./,
  );
  for (const [field, value, said] of [
    ['username', 'a', /A username has 3 to 64 letters/],
    ['first-name', 'Ada <script>', /Your first name has something in it/],
    ['first-name', 'http://evil.example/', /Your first name has something in it/],
    ['last-name', 'L'.repeat(61), /Your last name has something in it/],
    ['email', 'ada@example.org\r\nBcc: all@example.org', /Enter an e-mail address/],
    ['email', 'ada@localhost', /Enter an e-mail address/],
    ['email-again', 'eda@example.org', /The e-mail address and its repetition differ/],
    ['mobile-phone', 'none of yours', /Enter a phone number/],
    ['password', 'short', /Password: it has 5 characters; use at least 14/],
    ['password', 'Ada.Lovelace-77-x', /Password: it contains your name or user id/],
    ['password-again', 'Copper-Heron-7-Lakes', /The password and its repetition differ/],
  ] as const) {
    const fields = { ...form, 'business-name': 'Byron & Sons, Inc.', [field]: value };
    const refused = await browser.fillIn('/register/business', fields);
    t.equal(refused.status, 422, field);
    t.match(refused.text, said);
    t.notMatch(refused.html, password, 'a password is never written back');
    t.match(refused.html, new RegExp(`href="#${field}"`));
  }
  t.equal(await findUser(database, ada), undefined);
  await browser.fillIn('/register/business', { ...form, 'business-name': 'Byron & Sons, Inc.' });
  t.match(await findUser(database, ada), { kind: 'business', businessName: 'Byron & Sons, Inc.' });
});

test('that a username is taken is told, a known e-mail address never, and both are counted', async (t) => {
  const { url, database } = await open(t, {}, { identity: { requestsPerAddress: 4 } });
  const browser = openPlainBrowser(url);
  const taken = await browser.fillIn('/register/individual', { ...form, username: 'maria.lopez' });
  t.match(taken, { status: 422, text: /This username is taken\. Choose another one\./ });
  const known = { ...form, email: 'someone@acme.example', 'email-again': 'someone@acme.example' };
  const first = await browser.fillIn('/register/individual', known);
  const second = await browser.fillIn('/register/individual', { ...form, username: 'ada.second' });
  t.equal(first.text, second.text, "maria's e-mail address makes no difference");
  await browser.fillIn('/register/individual', { ...form, username: 'maria.lopez' });
  const over = await browser.fillIn('/register/individual', { ...form, username: 'maria.lopez' });
  t.match(over, { status: 429, text: /There were too many requests from your network\. Wait until/ });
  t.ok(over.headers.get('retry-after'));
  t.equal((await database.sql.selectFrom('users').select('id').execute()).length, 3);
});

test('one e-mail address is not flooded with confirmations for ever new usernames', async (t) => {
  const { url } = await open(t);
  const browser = openPlainBrowser(url);
  for (let count = 1; count <= 5; count += 1) {
    const page = await browser.fillIn('/register/individual', { ...form, username: `ada.${count}-x` });
    t.equal(page.status, 200);
  }
  t.equal((await browser.fillIn('/register/individual', { ...form, username: 'ada.6-x' })).status, 429);
});

test('a registration that is not confirmed within 3 days is forgotten, and its username is free again', async (t) => {
  const { url, database, folder, pass } = await open(t);
  const browser = openPlainBrowser(url);
  await browser.fillIn('/register/individual', form);
  const link = linkIn(await mailOf(folder));
  pass(3 * dayMs - 1);
  t.equal(await removeUnconfirmed(database), 0);
  t.match(await follow(browser, link), { status: 200 });
  pass(1);
  t.match(await browser.get('/register/confirm'), { status: 410 });
  t.match(await browser.post('/register/confirm', hiddenFields((await browser.get('/sign-in')).html)), {
    status: 410,
  });
  t.equal(await removeUnconfirmed(database), 1);
  t.equal(await findUser(database, ada), undefined);
  t.match((await browser.signIn(ada, password)).text, /The User ID or the password is not right/);
  t.match((await browser.fillIn('/register/individual', form)).text, /One more step/);
});

test('the confirmation is sent again to who has registered, and the answer is the same for everyone', async (t) => {
  const { url, database, folder } = await open(t);
  const browser = openPlainBrowser(url);
  await browser.fillIn('/register/individual', form);
  const first = linkIn(await mailOf(folder));
  const answers = new Set<string>();
  for (const fields of [
    { username: 'ada.lovelace', email: 'ada@example.org' },
    { username: 'ada.lovelace', email: 'thief@example.org' },
    { username: 'maria.lopez', email: 'someone@acme.example' },
    { username: 'nobody.known', email: 'thief@example.org' },
    { username: 'x', email: 'no address' },
  ]) {
    answers.add((await browser.fillIn('/register/resend', fields)).text);
  }
  t.equal(answers.size, 1);
  await until(
    'no mail waits',
    async () => (await listMails(database, { limit: 9, state: 'waiting' })).length === 0,
  );
  const mails = await readMailFolder(folder);
  const second = mails.find((mail) => linkIn(mail) !== first);
  t.same(
    mails.map(({ to }) => to?.[0]?.address),
    ['ada@example.org', 'ada@example.org'],
    'nobody else is sent anything',
  );
  if (second === undefined) return;
  await follow(browser, linkIn(second));
  t.match((await browser.fillIn('/register/confirm', {})).text, /Your e-mail address is confirmed/);
  t.equal((await browser.get(first)).status, 410, 'the first link has nothing left to confirm');
});

test('a link that was tampered with, cut short or made up is no link', async (t) => {
  const { url, folder } = await open(t);
  const browser = openPlainBrowser(url);
  await browser.fillIn('/register/individual', form);
  const link = linkIn(await mailOf(folder));
  const token = link.slice('/link?token='.length);
  const other = (text: string) => (text.endsWith('A') ? 'B' : 'A');
  for (const made of [
    `${token.slice(0, -1)}${other(token)}`,
    `${other(token.slice(0, 1))}${token.slice(1)}`,
    token.slice(0, -1),
    `${token}A`,
    token.slice(0, 22),
    'A'.repeat(64),
    '',
    "' or 1=1 --",
  ]) {
    const answer = await browser.get(`/link?token=${encodeURIComponent(made)}`);
    t.equal(answer.status, 410, made);
    t.notOk(browser.cookies.has('claimgate-link'));
  }
  t.equal((await browser.get('/link')).status, 410);
  t.equal((await browser.get(link)).status, 303);
});

test('the forms need the token of the browser that they were sent to', async (t) => {
  const { url, database } = await open(t);
  const thief = openPlainBrowser(url);
  for (const path of [
    '/register/individual',
    '/register/business',
    '/register/resend',
    '/register/confirm',
    '/recover/username',
    '/recover/password',
    '/recover/unlock',
    '/recover/code',
    '/recover/new-password',
    '/recover/unlock-now',
  ]) {
    t.match(await thief.post(path, { ...form, form_token: 'A'.repeat(43) }), { status: 403 }, path);
    t.match(await thief.post(path, form), { status: 403 });
  }
  t.equal(await findUser(database, ada), undefined);
});

test('where registering is closed there is no form, and the page says whom to ask', async (t) => {
  const { url } = await open(t, {}, { identity: { selfRegistration: false } });
  const browser = openPlainBrowser(url);
  t.match((await browser.get('/register')).text, /You cannot register here .*Call EDI support/);
  t.equal((await browser.get('/register/individual')).status, 404);
});

test('pages about identity are kept by no browser and no proxy', async (t) => {
  const { url }: PortalUnderTest = await open(t);
  const browser = openPlainBrowser(url);
  for (const path of [
    '/register',
    '/register/individual',
    '/recover',
    '/recover/password',
    '/link?token=x',
  ]) {
    t.equal((await browser.get(path)).headers.get('cache-control'), 'no-store', path);
    t.equal((await browser.get(path)).headers.get('referrer-policy'), 'same-origin', path);
  }
});
