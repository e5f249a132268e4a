// Signing in and out, and the session in between.

import { test } from 'tap';
import { readAuditRecords } from '../../storage/audit-trail.ts';
import { addUser, goodPassword, hiddenFields, openPlainBrowser, openPortal } from '../support/portal.ts';

const minuteMs = 60_000;

test('a user signs in, is led to the page that was wanted, and signs out', async (t) => {
  const { url, observations, database } = await openPortal(t);
  const browser = openPlainBrowser(url);
  const led = await browser.get('/trading-partner/sftp-account');
  t.equal(led.status, 303);
  const signIn = led.headers.get('location') ?? '';
  t.equal(signIn, '/sign-in?next=%2Ftrading-partner%2Fsftp-account', 'a relative redirect');
  t.notMatch(
    (await browser.get(signIn)).text,
    /session has ended/,
    'there was no session that could have ended',
  );

  const page = await browser.signIn(' Maria.Lopez ', goodPassword, signIn);
  t.match(page.text, /SFTP Account Setup\/Update/, 'the user id may be typed in any case');
  t.match(page.text, /Signed in as maria\.lopez/);
  t.same(
    observations.filter(({ kind }) => kind === 'portal.sign-in'),
    [{ kind: 'portal.sign-in', userId: 'maria.lopez', address: '127.0.0.1' }],
  );
  t.equal((await browser.get('/sign-in')).headers.get('location'), '/home', 'no second sign-in is asked for');

  const session = browser.cookies.get('claimgate-session') ?? '';
  const home = await browser.get('/home');
  const out = await browser.post('/sign-out', hiddenFields(home.html));
  t.match(out, { status: 303 });
  t.equal(out.headers.get('location'), '/sign-in?notice=signed-out');
  t.notOk(browser.cookies.has('claimgate-session'), 'the browser forgets the token');
  t.match((await browser.get('/sign-in?notice=signed-out')).text, /You have signed out/);
  const thief = openPlainBrowser(url);
  thief.cookies.set('claimgate-session', session);
  t.equal((await thief.get('/home')).status, 303, 'and the token is worth nothing any more');
  const actions = (await readAuditRecords(database, { limit: 10 })).map((record) => record.action);
  t.same(actions.slice(0, 2), ['portal.sign-out', 'portal.sign-in']);
});

test('nothing that a request brings along leads to another site', async (t) => {
  const { url } = await openPortal(t, { secondFactor: 'off' });
  for (const next of [
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '/sign-out',
    '/home/../x',
  ]) {
    const browser = openPlainBrowser(url);
    const form = await browser.get(`/sign-in?next=${encodeURIComponent(next)}`);
    t.equal(hiddenFields(form.html)['next'], '/home', next);
    const fields = { ...hiddenFields(form.html), next, 'user-id': 'maria.lopez', password: goodPassword };
    t.equal((await browser.post('/sign-in', fields)).headers.get('location'), '/home', next);
  }
});

test('wrong user, wrong password and disabled user read the same, and cost a failure', async (t) => {
  const { url, observations, database, directory } = await openPortal(t);
  await addUser({ database, directory, id: 'left.us', partner: 'acme' });
  await database.sql.updateTable('users').set({ status: 'disabled' }).where('id', '=', 'left.us').execute();
  const texts = new Set<string>();
  for (const [user, password] of [
    ['maria.lopez', 'Wrong-Password-1'],
    ['left.us', goodPassword],
    ['nobody.known', goodPassword],
    ["o'brien; drop table users", goodPassword],
  ] as const) {
    const page = await openPlainBrowser(url).signIn(user, password);
    t.equal(page.status, 422);
    t.notMatch(page.html, password, 'the password is not written back');
    texts.add(page.text);
  }
  t.equal(texts.size, 1, 'one page for all of them');
  t.match([...texts][0], /There is a problem The User ID or the password is not right/);
  t.equal(observations.filter(({ kind }) => kind === 'portal.sign-in-refused').length, 3);
  t.equal((await readAuditRecords(database, { limit: 10 }))[0]?.action, 'portal.sign-in-refused');
  const empty = await openPlainBrowser(url).signIn('', '');
  t.match(empty.text, /There is a problem Enter your User ID \(NCID\)\. Enter your password\./);
  t.match(empty.html, /href="#user-id"/);
  t.match(empty.html, /<title>Error: Sign in/);
});

test('repeated failures make anyone wait, saying until when, whether or not the user exists', async (t) => {
  const { url, pass } = await openPortal(t);
  const texts = new Set<string>();
  for (const user of ['maria.lopez', 'nobody.known']) {
    const browser = openPlainBrowser(url);
    for (let tries = 0; tries < 6; tries += 1) t.equal((await browser.signIn(user, 'wrong')).status, 422);
    const blocked = await browser.signIn(user, goodPassword);
    t.equal(blocked.status, 429, 'not even with the right password');
    t.equal(blocked.headers.get('retry-after'), '30');
    texts.add(blocked.text);
  }
  t.equal(texts.size, 1);
  t.match(
    [...texts][0],
    /too many wrong tries .* Wait until November 21, 2025 at 2:06 PM UTC, then try again/,
  );
  pass(30_000);
  t.match((await openPlainBrowser(url).signIn('maria.lopez')).text, /Welcome, Quentin/);
});

test('a session ends after 15 idle minutes, saying so, and not before', async (t) => {
  const { url, pass } = await openPortal(t);
  const browser = openPlainBrowser(url);
  await browser.signIn('maria.lopez');
  for (let visits = 0; visits < 3; visits += 1) {
    pass(15 * minuteMs);
    t.equal((await browser.get('/home')).status, 200, 'each visit begins the quarter of an hour anew');
  }
  const form = await browser.get('/account/password');
  pass(15 * minuteMs + 1);
  const late = await browser.post('/account/password', hiddenFields(form.html));
  t.equal(late.headers.get('location'), '/sign-in?next=%2Faccount%2Fpassword&notice=ended');
  t.match(
    (await browser.get(late.headers.get('location') ?? '')).text,
    /Your session has ended You were signed out because there was no activity for 15 minutes/,
  );
  t.notOk(browser.cookies.has('claimgate-session'));
});

test('a session ends after 12 hours, however busy', async (t) => {
  const { url, pass } = await openPortal(t);
  const browser = openPlainBrowser(url);
  await browser.signIn('maria.lopez');
  for (let visits = 0; visits < 48; visits += 1) {
    pass(15 * minuteMs);
    if ((await browser.get('/home')).status !== 200) t.fail(`ended after ${visits + 1} quarters of an hour`);
  }
  pass(1);
  t.equal((await browser.get('/home')).status, 303);
});

test('a new sign-in gets a new token, and a token planted before it is worth nothing', async (t) => {
  const { url } = await openPortal(t, { secondFactor: 'off' });
  const browser = openPlainBrowser(url);
  const planted = 'A'.repeat(43);
  browser.cookies.set('claimgate-session', planted);
  await browser.signIn('maria.lopez');
  const first = browser.cookies.get('claimgate-session') ?? '';
  t.not(first, planted);
  t.equal(Buffer.from(first, 'base64url').length, 32, '256 random bits');

  const form = await openPlainBrowser(url).get('/sign-in');
  browser.cookies.set('claimgate-form', hiddenFields(form.html)['form_token'] ?? '');
  const again = { ...hiddenFields(form.html), 'user-id': 'maria.lopez', password: goodPassword };
  await browser.post('/sign-in', again);
  t.not(browser.cookies.get('claimgate-session'), first);
  const old = openPlainBrowser(url);
  old.cookies.set('claimgate-session', first);
  t.equal((await old.get('/home')).status, 303, 'the session before it has ended');
});

test('a form without its token, or with another one, does nothing', async (t) => {
  const { url, database, directory, accountSetup, maria } = await openPortal(t);
  await addUser({ database, directory, id: 'other.user', partner: 'other' });
  const credentials = { 'user-id': 'maria.lopez', password: goodPassword };
  const browser = openPlainBrowser(url);
  await browser.get('/sign-in');
  for (const token of [undefined, '', 'A'.repeat(43)]) {
    const fields = token === undefined ? credentials : { ...credentials, form_token: token };
    const refused = await browser.post('/sign-in', fields);
    t.equal(refused.status, 403);
    t.match(refused.text, /The form was out of date/);
    t.notOk(browser.cookies.has('claimgate-session'));
  }
  const noCookies = openPlainBrowser(url);
  t.equal((await noCookies.post('/sign-in', { ...credentials, form_token: '' })).status, 403);

  await browser.signIn('maria.lopez');
  const other = openPlainBrowser(url);
  await other.signIn('other.user');
  const foreign = hiddenFields((await other.get('/home')).html);
  t.ok(foreign['form_token']);
  const setup = { ...credentials, attestation: 'yes' };
  for (const fields of [setup, { ...setup, ...foreign }]) {
    t.match(await browser.post('/trading-partner/sftp-account', fields), {
      status: 403,
      text: /Form not accepted/,
    });
    t.match(await browser.post('/account/password', fields), { status: 403 });
    t.match(await browser.post('/sign-out', fields), { status: 403 });
  }
  t.equal((await accountSetup.status(maria)).status, 'not-set-up');
  t.equal((await browser.get('/home')).status, 200, 'nobody was signed out by another site');
});

test('a form from another site is refused by what the browser says of it', async (t) => {
  const { url } = await openPortal(t, { publicUrl: 'https://portal.agency.example', secondFactor: 'off' });
  for (const [headers, status] of [
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ origin: 'https://evil.example' }, 403],
    [{ origin: 'null' }, 403],
    [{ origin: 'https://portal.agency.example.evil.example' }, 403],
    [{ origin: url, 'sec-fetch-site': 'same-origin' }, 303],
    [{ origin: 'https://portal.agency.example', 'sec-fetch-site': 'same-origin' }, 303],
    [{}, 303],
  ] as const) {
    const browser = openPlainBrowser(url);
    const form = await browser.get('/sign-in');
    const fields = { ...hiddenFields(form.html), 'user-id': 'maria.lopez', password: goodPassword };
    const answer = await browser.post('/sign-in', fields, { headers: new Headers(Object.entries(headers)) });
    t.equal(answer.status, status, JSON.stringify(headers));
  }
});

test('cookies are HttpOnly, SameSite and for the whole site; under https also Secure and __Host-', async (t) => {
  for (const [secureCookies, secondFactor, begun] of [
    [false, 'off', 'session'],
    [true, 'off', 'session'],
    [false, 'required', 'pending'],
    [true, 'required', 'pending'],
  ] as const) {
    const { url } = await openPortal(t, { secureCookies, secondFactor });
    const browser = openPlainBrowser(url);
    const form = await browser.get('/sign-in');
    const fields = { ...hiddenFields(form.html), 'user-id': 'maria.lopez', password: goodPassword };
    const answer = await browser.post('/sign-in', fields);
    t.equal(answer.status, 303);
    const prefix = secureCookies ? '__Host-' : '';
    const lines = [...form.headers.getSetCookie(), ...answer.headers.getSetCookie()];
    t.same(
      lines.map((line) => line.slice(0, line.indexOf('='))),
      [`${prefix}claimgate-form`, `${prefix}claimgate-form`, `${prefix}claimgate-${begun}`],
    );
    for (const line of lines) {
      t.match(line, /; Path=\//);
      t.match(line, /; HttpOnly/);
      t.match(line, /; SameSite=Lax/);
      t.equal(line.includes('; Secure'), secureCookies);
      t.notMatch(line, /Domain=/);
    }
  }
});
