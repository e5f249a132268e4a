// The second factor between the password and the session: made, asked for, guessed at, replayed, and lost.

import { test } from 'tap';
import { readAuditRecords } from '../../storage/audit-trail.ts';
import { resetFactors } from '../../storage/factor-store.ts';
import { codeOf, recoveryCodesOn, secretOn } from '../support/authenticator.ts';
import {
  addUser,
  administrator,
  goodPassword,
  hiddenFields,
  openPlainBrowser,
  openPortal,
  type PlainBrowser,
} from '../support/portal.ts';

const credentials = { 'user-id': 'maria.lopez', password: goodPassword };

/** Gives the password, and no more. @returns the page that is shown then */
const givePassword = (browser: PlainBrowser, user = 'maria.lopez') =>
  browser.fillIn('/sign-in', { ...credentials, 'user-id': user });

/** Makes the first factor by hand. @returns the app's secret and the recovery codes */
async function enrolByHand(browser: PlainBrowser, nowMs: number, user = 'maria.lopez') {
  const secret = secretOn((await givePassword(browser, user)).html) ?? '';
  const page = await browser.fillIn('/sign-in/enrol', { code: codeOf(secret, nowMs) });
  return { secret, codes: recoveryCodesOn(page.html), page };
}

test('who has no second factor makes one before any other page', async (t) => {
  const { url, database, now } = await openPortal(t);
  const browser = openPlainBrowser(url);
  const enrolment = await givePassword(browser);
  t.match(enrolment.text, /Set up an authenticator app/);
  t.match(enrolment.html, /<svg class="cg-qr"/);
  t.notMatch(enrolment.html, /style=/, 'nothing inline');
  t.notOk(browser.cookies.has('claimgate-session'), 'there is no session yet');
  for (const path of ['/home', '/account/password', '/trading-partner/sftp-account', '/session'])
    t.match(await browser.get(path), { status: path === '/session' ? 401 : 303 }, path);
  t.equal((await browser.get('/sign-in/factor')).headers.get('location'), '/sign-in/enrol');
  t.equal(
    secretOn((await browser.get('/sign-in/enrol')).html),
    secretOn(enrolment.html),
    'a reload changes nothing',
  );

  const secret = secretOn(enrolment.html) ?? '';
  t.match(secret, /^[A-Z2-7]{32}$/, '160 bits');
  const wrong = await browser.fillIn('/sign-in/enrol', { code: '000000' });
  t.match(wrong, { status: 422, text: /The code is not right/ });
  const { page, codes } = await (async () => {
    const done = await browser.fillIn('/sign-in/enrol', { code: codeOf(secret, now()) });
    return { page: done, codes: recoveryCodesOn(done.html) };
  })();
  t.match(page.text, /Your second factor is set up/);
  t.equal(new Set(codes).size, 10);
  for (const code of codes) t.match(code, /^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/);
  t.match((await browser.get('/home')).text, /Welcome, Quentin/);
  t.notOk(browser.cookies.has('claimgate-pending'));

  const rows = JSON.stringify([
    await database.sql.selectFrom('factors').selectAll().execute(),
    await database.sql.selectFrom('recovery_codes').selectAll().execute(),
    await database.sql.selectFrom('factor_challenges').selectAll().execute(),
    await readAuditRecords(database, { limit: 100 }),
  ]);
  for (const shown of [secret, ...codes, ...codes.map((code) => code.replace('-', ''))])
    t.notOk(rows.includes(shown), 'nothing at rest gives it away');
  const actions = (await readAuditRecords(database, { limit: 3 })).map(({ action }) => action);
  t.same(actions, ['portal.sign-in', 'factor.recovery-codes', 'factor.add']);
});

test('a code signs in once, and neither again nor from too far off', async (t) => {
  const { url, now, pass } = await openPortal(t);
  const { secret } = await enrolByHand(openPlainBrowser(url), now());
  const browser = openPlainBrowser(url);
  t.match((await givePassword(browser)).text, /Confirm that it is you/);
  const give = (code: string) => browser.fillIn('/sign-in/factor', { way: 'totp', code });
  t.match(await give(codeOf(secret, now())), { status: 422, text: /This code was used already/ });
  t.match(await give(codeOf(secret, now() - 30_000)), { status: 422, text: /used already/ });
  t.match(await give(codeOf(secret, now() + 60_000)), { status: 422, text: /That was not right/ });
  pass(60_000);
  t.match(await give(codeOf(secret, now() - 60_000)), { status: 422 }, 'two steps late');
  const early = codeOf(secret, now() + 30_000);
  t.match((await give(early)).text, /Welcome, Quentin/, 'a clock may be one step off');
  const replay = openPlainBrowser(url);
  await givePassword(replay);
  pass(30_000);
  t.match(
    await replay.fillIn('/sign-in/factor', { way: 'totp', code: early }),
    { status: 422, text: /used already/ },
    'and the code is not good for another session',
  );
});

test('of two forms sent at once with one code, one signs in', async (t) => {
  const { url, now, pass } = await openPortal(t);
  const { secret } = await enrolByHand(openPlainBrowser(url), now());
  pass(60_000);
  const browsers = [openPlainBrowser(url), openPlainBrowser(url), openPlainBrowser(url)];
  for (const browser of browsers) await givePassword(browser);
  const code = codeOf(secret, now());
  const answers = await Promise.all(
    browsers.map(async (browser) => {
      const form = hiddenFields((await browser.get('/sign-in/factor')).html);
      return browser.post('/sign-in/factor', { ...form, code });
    }),
  );
  t.same(answers.map(({ status }) => status).sort(), [303, 422, 422]);
});

test('a recovery code signs in once, in any spelling', async (t) => {
  const { url, now, database, maria } = await openPortal(t);
  const { codes } = await enrolByHand(openPlainBrowser(url), now());
  const [first = '', second = ''] = codes;
  const browser = openPlainBrowser(url);
  const offer = await givePassword(browser);
  t.match(offer.html, /href="\/sign-in\/factor\?way=recovery-code"/, 'use another way');
  t.match(
    (await browser.get('/sign-in/factor?way=recovery-code')).text,
    /Recovery code One of the ten codes/,
  );
  const give = (code: string) => browser.fillIn('/sign-in/factor?way=recovery-code', { code });
  t.match((await give(` ${first.toLowerCase().replace('-', ' ')} `)).text, /Welcome, Quentin/);
  browser.cookies.clear();
  await givePassword(browser);
  t.match(await give(first), { status: 422, text: /That was not right/ }, 'a used one is a wrong one');
  t.match((await give(second)).text, /Welcome, Quentin/);
  const spent = (await readAuditRecords(database, { limit: 100 })).filter(
    ({ action }) => action === 'factor.recovery-code-used',
  );
  t.equal(spent.length, 2);
  t.equal(spent[0]?.subject, `user:${maria}`);
});

test('a sign-in that waits for its factor is good for nothing else', async (t) => {
  const { url, now, pass } = await openPortal(t);
  await enrolByHand(openPlainBrowser(url), now());
  const browser = openPlainBrowser(url);
  await givePassword(browser);
  const pending = browser.cookies.get('claimgate-pending') ?? '';
  t.equal(Buffer.from(pending, 'base64url').length, 32);
  const thief = openPlainBrowser(url);
  thief.cookies.set('claimgate-session', pending);
  for (const path of ['/home', '/account/password', '/trading-partner/sftp-account'])
    t.equal((await thief.get(path)).status, 303, `its token opens ${path} not even as a session's`);
  t.equal((await browser.get('/sign-in/enrol')).headers.get('location'), '/sign-in/factor');
  const form = hiddenFields((await browser.get('/sign-in/factor')).html);
  t.match(
    await browser.post('/sign-in/enrol', { ...form, code: '123456' }),
    { status: 303 },
    'whoever has the password cannot make a factor beside the one that is there',
  );
  t.match(
    await browser.post('/sign-in/factor', { way: 'totp', code: '123456' }),
    { status: 403 },
    'no form token',
  );
  pass(30 * 60_000 + 1);
  t.equal(
    (await browser.get('/sign-in/factor')).headers.get('location'),
    '/sign-in',
    'and it ends by itself',
  );
});

test('a factor is its user’s alone', async (t) => {
  const { url, now, database, directory } = await openPortal(t);
  await addUser({ database, directory, id: 'other.user', partner: 'other' });
  const other = await enrolByHand(openPlainBrowser(url), now(), 'other.user');
  await enrolByHand(openPlainBrowser(url), now());
  const browser = openPlainBrowser(url);
  await givePassword(browser);
  const later = codeOf(other.secret, now() + 30_000);
  t.match(await browser.fillIn('/sign-in/factor', { way: 'totp', code: later }), { status: 422 });
  const code = other.codes[0] ?? '';
  t.match(await browser.fillIn('/sign-in/factor?way=recovery-code', { code }), { status: 422 });
  // Someone who can write the database moves a sealed secret to another row: it does not open there.
  const rows = await database.sql.selectFrom('factors').select(['user_id', 'secret']).execute();
  const stolen = rows.find((row) => row.user_id === 'other.user')?.secret ?? '';
  await database.sql
    .updateTable('factors')
    .set({ secret: stolen })
    .where('user_id', '=', 'maria.lopez')
    .execute();
  t.match(await browser.fillIn('/sign-in/factor', { way: 'totp', code: later }), { status: 422 });
});

test('guessing codes is slowed and then locked, whatever the code, and however many at once', async (t) => {
  const { url, now, pass, database } = await openPortal(t);
  const { secret, codes } = await enrolByHand(openPlainBrowser(url), now());
  const browser = openPlainBrowser(url);
  await givePassword(browser);
  const form = hiddenFields((await browser.get('/sign-in/factor')).html);
  const answers = await Promise.all(
    Array.from({ length: 30 }, (_, index) =>
      browser.post('/sign-in/factor', { ...form, code: String(100_000 + index) }),
    ),
  );
  t.equal(answers.filter(({ status }) => status === 422).length, 6, 'six are looked at');
  t.equal(answers.filter(({ status }) => status === 429).length, 24, 'and the others are not');
  pass(30_000);
  for (let failures = 7; failures <= 10; failures += 1) {
    t.match(await browser.post('/sign-in/factor', { ...form, code: '000000' }), { status: 422 });
    pass(3_600_000);
    await givePassword(browser);
    Object.assign(form, hiddenFields((await browser.get('/sign-in/factor')).html));
  }
  const locked = await browser.post('/sign-in/factor', { ...form, code: codeOf(secret, now()) });
  t.match(locked, { status: 429, text: /too many wrong codes\. Wait until/ }, 'locked for two hours');
  const recovery = { ...form, way: 'recovery-code', code: codes[0] ?? '' };
  t.match(await browser.post('/sign-in/factor', recovery), { status: 429 }, 'by every way');
  t.ok((await readAuditRecords(database, { limit: 100 })).some(({ action }) => action === 'factor.lock'));
  pass(3_600_000);
  await givePassword(browser);
  const page = await browser.fillIn('/sign-in/factor', { code: codeOf(secret, now()) });
  t.match(page.text, /Welcome, Quentin/, 'the lock ends by itself');
});

test('a password change or a reset ends a sign-in that waits', async (t) => {
  const { url, now, database, directory, maria } = await openPortal(t);
  await enrolByHand(openPlainBrowser(url), now());
  const browser = openPlainBrowser(url);
  await givePassword(browser);
  await directory.setPassword({ userId: maria, wanted: 'Copper-Heron-7-Lake', actor: administrator });
  t.equal((await browser.get('/sign-in/factor')).headers.get('location'), '/sign-in');
  const form = await browser.fillIn('/sign-in', { 'user-id': maria, password: 'Copper-Heron-7-Lake' });
  t.match(form.text, /Confirm that it is you/);
  t.equal(await resetFactors(database, { userId: maria, actor: administrator }), 1);
  t.equal((await browser.get('/sign-in/factor')).headers.get('location'), '/sign-in');
  const again = await browser.fillIn('/sign-in', { 'user-id': maria, password: 'Copper-Heron-7-Lake' });
  t.match(again.text, /Set up an authenticator app/, 'then the user makes a new one');
  t.equal((await database.sql.selectFrom('recovery_codes').selectAll().execute()).length, 0);
});

test('optional asks those who have a factor, and off asks nobody', async (t) => {
  const optional = await openPortal(t, { secondFactor: 'optional' });
  t.match((await givePassword(openPlainBrowser(optional.url))).text, /Welcome, Quentin/);
  const off = await openPortal(t, { secondFactor: 'off' });
  t.match((await givePassword(openPlainBrowser(off.url))).text, /Welcome, Quentin/);
});
