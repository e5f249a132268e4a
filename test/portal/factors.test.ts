// Looking after one's own second factors, and the asking again that stands before it.

import { test } from 'tap';
import { readAuditRecords } from '../../storage/audit-trail.ts';
import { codeOf, recoveryCodesOn, secretOn } from '../support/authenticator.ts';
import {
  addUser,
  goodPassword,
  hiddenFields,
  openPlainBrowser,
  openPortal,
  type PlainBrowser,
  type PortalUnderTest,
} from '../support/portal.ts';

const factorsPage = '/account/second-factors';
const appPage = `${factorsPage}/app`;
const credentials = { 'user-id': 'maria.lopez', password: goodPassword };

/** Signs in as maria with a factor made by hand. */
async function signInByHand({ url, now }: PortalUnderTest) {
  const browser = openPlainBrowser(url);
  const secret = secretOn((await browser.fillIn('/sign-in', credentials)).html) ?? '';
  const page = await browser.fillIn('/sign-in/enrol', { code: codeOf(secret, now()) });
  return { browser, secret, codes: recoveryCodesOn(page.html) };
}

/** The form token of the session. */
const tokenOf = async (browser: PlainBrowser) =>
  hiddenFields((await browser.get('/home')).html)['form_token'] ?? '';

async function factorsOf({ secondFactors, maria }: PortalUnderTest) {
  return (await secondFactors.holdings(maria)).factors;
}

test('a user adds a second app, renames it, removes the first, and signs in with what is left', async (t) => {
  const opened = await openPortal(t);
  const { url, now, pass, database } = opened;
  const { browser, secret } = await signInByHand(opened);
  t.match((await browser.get(factorsPage)).text, /Authenticator app Kind Authenticator app .* 10 of 10 left/);
  const form = await browser.get(appPage);
  const second = secretOn(form.html) ?? '';
  t.not(second, secret);
  const added = await browser.fillIn(appPage, { code: codeOf(second, now()), name: ' My \n <b>phone</b> ' });
  t.match(added.text, /Your second factors were changed/);
  t.match(added.html, /My &lt;b>phone&lt;\/b>|My &lt;b&gt;phone/);
  t.notMatch(added.text, /recovery codes are/, 'the recovery codes stay');
  const factors = await factorsOf(opened);
  const first = factors.find(({ name }) => name === 'Authenticator app');
  const other = factors.find(({ name }) => name === 'My <b>phone</b>');
  t.ok(other, 'as text it is harmless');
  const token = await tokenOf(browser);
  const send = (path: string, fields: Record<string, string>) =>
    browser.post(`${factorsPage}/${path}`, { form_token: token, ...fields });
  t.match(await send('rename', { factor: other?.id ?? '', name: 'Spare' }), { status: 303 });
  t.match(await send('rename', { factor: other?.id ?? '', name: ' ' }), { status: 422 });
  t.match(await send('remove', { factor: first?.id ?? '' }), { status: 303 });
  t.same(
    (await factorsOf(opened)).map(({ name }) => name),
    ['Spare'],
  );
  const last = await send('remove', { factor: other?.id ?? '' });
  t.match(last, { status: 422, text: /your only second factor, and one is required/ });
  const actions = (await readAuditRecords(database, { limit: 4 })).map(({ action }) => action);
  t.same(actions, ['factor.remove', 'factor.rename', 'portal.factor', 'factor.add']);

  pass(60_000);
  const again = openPlainBrowser(url);
  await again.fillIn('/sign-in', credentials);
  t.match(
    await again.fillIn('/sign-in/factor', { code: codeOf(secret, now()) }),
    { status: 422 },
    'the old app',
  );
  t.match((await again.fillIn('/sign-in/factor', { code: codeOf(second, now()) })).text, /Welcome/);
});

test('after ten minutes a sensitive act asks again, and leads back', async (t) => {
  const opened = await openPortal(t);
  const { url, now, pass, database } = opened;
  const { browser, secret } = await signInByHand(opened);
  const token = await tokenOf(browser);
  const [factor] = await factorsOf(opened);
  t.equal((await browser.get(appPage)).status, 200);
  pass(10 * 60_000);
  const asked = '/account/confirm?next=%2Faccount%2Fsecond-factors';
  t.equal((await browser.get(factorsPage)).status, 200, 'looking is not changing');
  t.equal((await browser.get(appPage)).headers.get('location'), `${asked}%2Fapp`);
  for (const path of ['rename', 'remove', 'recovery-codes']) {
    const fields = { form_token: token, factor: factor?.id ?? '', name: 'Mine' };
    const answer = await browser.post(`${factorsPage}/${path}`, fields);
    t.equal(answer.headers.get('location'), asked, path);
  }
  t.match(await factorsOf(opened), [{ name: 'Authenticator app' }], 'nothing was done');
  t.match((await browser.get(asked)).text, /What you are about to do decides who can get in/);
  t.match((await browser.get(`${asked}&way=recovery-code`)).text, /Recovery code/);
  const form = hiddenFields((await browser.get(asked)).html);
  t.match(await browser.post(asked, { ...form, code: '000000' }), {
    status: 422,
    text: /That was not right/,
  });
  t.match(await browser.post(asked, { way: 'totp', code: codeOf(secret, now()) }), { status: 403 });
  const stranger = openPlainBrowser(url);
  t.equal((await stranger.get(asked)).status, 303, 'nobody who is not signed in is asked');
  const done = await browser.post(asked, { ...form, code: codeOf(secret, now()) });
  t.equal(done.headers.get('location'), factorsPage);
  t.equal((await browser.get(appPage)).status, 200);
  t.match(
    await browser.post(asked, { ...form, code: codeOf(secret, now()) }),
    { status: 422 },
    'a code is taken once',
  );
  t.ok((await readAuditRecords(database, { limit: 9 })).some(({ action }) => action === 'portal.factor'));
  for (const next of ['https://evil.example/', '//evil.example', '/sign-out']) {
    pass(60_000);
    const path = `/account/confirm?next=${encodeURIComponent(next)}`;
    const led = await browser.post(path, { ...form, code: codeOf(secret, now()) });
    t.equal(led.headers.get('location'), '/home', next);
  }
});

test('new recovery codes take the place of the old ones', async (t) => {
  const opened = await openPortal(t);
  const { url } = opened;
  const { browser, codes } = await signInByHand(opened);
  const page = await browser.post(`${factorsPage}/recovery-codes`, { form_token: await tokenOf(browser) });
  const renewed = recoveryCodesOn(page.html);
  t.equal(renewed.length, 10);
  t.same(
    renewed.filter((code) => codes.includes(code)),
    [],
  );
  const again = openPlainBrowser(url);
  await again.fillIn('/sign-in', credentials);
  const give = (code = '') => again.fillIn('/sign-in/factor?way=recovery-code', { code });
  t.match(await give(codes[0]), { status: 422 });
  t.match((await give(renewed[0])).text, /Welcome/);
  t.match((await again.get(factorsPage)).text, /9 of 10 left/);
});

test('where no factor is required the password is asked for again', async (t) => {
  const { url, pass, now, database, maria } = await openPortal(t, { secondFactor: 'optional' });
  const browser = openPlainBrowser(url);
  await browser.fillIn('/sign-in', credentials);
  t.equal((await browser.get(appPage)).status, 200, 'the password was given just now');
  pass(10 * 60_000);
  const asked = (await browser.get(appPage)).headers.get('location') ?? '';
  const form = hiddenFields((await browser.get(asked)).html);
  t.match(await browser.post(asked, { ...form, password: 'wrong' }), {
    status: 422,
    text: /password is not right/,
  });
  const done = await browser.post(asked, { ...form, password: goodPassword });
  t.equal(done.headers.get('location'), appPage);
  const secret = secretOn((await browser.get(appPage)).html) ?? '';
  const codes = await browser.fillIn(appPage, { code: codeOf(secret, now()), name: '' });
  t.match(codes.text, /Your recovery codes/, 'they come with the first factor');
  const again = openPlainBrowser(url);
  t.match(
    (await again.fillIn('/sign-in', credentials)).text,
    /Confirm that it is you/,
    'from now on it is asked for',
  );
  const [factor] = await database.sql.selectFrom('factors').select('id').execute();
  const token = await tokenOf(browser);
  const removed = await browser.post(`${factorsPage}/remove`, {
    form_token: token,
    factor: factor?.id ?? '',
  });
  t.equal(removed.status, 303, 'where none is required the last one may go');
  const rows = await database.sql
    .selectFrom('recovery_codes')
    .selectAll()
    .where('user_id', '=', maria)
    .execute();
  t.equal(rows.length, 0, 'and the recovery codes with it');
});

test('nobody touches another user’s factors', async (t) => {
  const opened = await openPortal(t);
  const { url, database, directory } = opened;
  await signInByHand(opened);
  const [factor] = await factorsOf(opened);
  await addUser({ database, directory, id: 'other.user', partner: 'other' });
  const other = openPlainBrowser(url);
  await other.signIn('other.user');
  const fields = { form_token: await tokenOf(other), factor: factor?.id ?? '', name: 'Stolen' };
  await other.post(`${factorsPage}/rename`, fields);
  await other.post(`${factorsPage}/remove`, fields);
  t.match(await factorsOf(opened), [{ name: 'Authenticator app' }]);
});
