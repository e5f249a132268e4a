// Changing the identity password, and what that does to the SFTP account.

import { test } from 'tap';
import { goodPassword, openPlainBrowser, openPortal } from '../support/portal.ts';

const newPassword = 'Copper-Heron-7-Lake';
const setup = { 'user-id': 'maria.lopez', password: goodPassword, attestation: 'yes' };
const change = {
  'present-password': goodPassword,
  'new-password': newPassword,
  'repeat-password': newPassword,
};

test('a changed password makes SFTP wait for the update step, in plain words', async (t) => {
  const { url, accountSetup, maria, pass } = await openPortal(t);
  const browser = openPlainBrowser(url);
  const elsewhere = openPlainBrowser(url);
  await browser.signIn('maria.lopez');
  await elsewhere.signIn('maria.lopez');
  await browser.fillIn('/trading-partner/sftp-account', setup);
  t.equal((await accountSetup.status(maria)).status, 'active');

  pass(10 * 60_000);
  const changed = await browser.fillIn('/account/password', change);
  t.match(changed.text, /SFTP refuses you until you do SFTP Account Update again with the new password/);
  t.equal((await accountSetup.status(maria)).status, 'update-required');
  t.notMatch(
    (await browser.get('/account/password')).text,
    /password was changed/,
    'the result is shown once',
  );
  const ended = await elsewhere.get('/home');
  t.match(ended.headers.get('location'), /notice=ended/, 'other sessions end');

  const home = await browser.get('/home');
  t.match(home.text, /Status Update required SFTP refuses you until you do the update below/);
  t.match(home.text, /Last set up November 21, 2025 at 2:05 PM UTC/);
  t.match(home.text, /Changed since Your NCID password was changed on November 21, 2025 at 2:15 PM UTC/);
  const page = await browser.get('/trading-partner/sftp-account');
  t.match(page.html, />Update<\/button>/);
  t.notMatch(page.text, /HOW TO CONNECT/);
  const old = await browser.fillIn('/trading-partner/sftp-account', setup);
  t.match(old.text, /The password is not right/);
  const updated = await browser.fillIn('/trading-partner/sftp-account', { ...setup, password: newPassword });
  t.match(updated.text, /Your SFTP account is updated/);
  t.equal((await accountSetup.status(maria)).status, 'active');
});

test('a user without an SFTP account is not told about SFTP', async (t) => {
  const { url } = await openPortal(t);
  const browser = openPlainBrowser(url);
  await browser.signIn('maria.lopez');
  t.notMatch((await browser.get('/account/password')).text, /until you do/);
  const changed = await browser.fillIn('/account/password', change);
  t.match(changed.text, /Your password was changed Use it from now on/);
  t.match((await openPlainBrowser(url).signIn('maria.lopez', newPassword)).text, /Welcome/);
});

test('every reason against a new password is said, and the rules stand on the page', async (t) => {
  const { url, directory } = await openPortal(t);
  const browser = openPlainBrowser(url);
  await browser.signIn('maria.lopez');
  const page = await browser.get('/account/password');
  for (const rule of directory.passwordRules) t.ok(page.text.includes(rule), rule);
  t.match(page.html, /autocomplete="current-password"/);
  t.match(page.html, /autocomplete="new-password"/);
  t.match(page.html, /name="username" value="maria\.lopez" autocomplete="username" hidden/);
  const rows: readonly (readonly [Record<string, string>, RegExp])[] = [
    [{ 'present-password': '' }, /problem Enter your present password\./],
    [{ 'new-password': '', 'repeat-password': '' }, /problem Enter a new password\./],
    [{ 'repeat-password': 'another' }, /problem The new password and its repetition differ/],
    [{ 'present-password': 'wrong' }, /problem The present password is not right/],
    [
      { 'new-password': 'abc', 'repeat-password': 'abc' },
      /problem New password: it has 3 characters; use at least 14\. New password: it has 1 of the 5 kinds .* New password: it contains the sequence "abc"/,
    ],
    [
      { 'new-password': goodPassword, 'repeat-password': goodPassword },
      /problem New password: you have had this password before/,
    ],
    [
      { 'new-password': 'Farnsworth-Otter-9', 'repeat-password': 'Farnsworth-Otter-9' },
      /problem New password: it contains your name or user id/,
    ],
  ];
  for (const [fields, expected] of rows) {
    const refused = await browser.fillIn('/account/password', { ...change, ...fields });
    t.equal(refused.status, 422);
    t.match(refused.text, expected);
    t.match(refused.html, /id="error-summary" role="alert"[^>]* autofocus/, 'the summary takes the focus');
    for (const typed of [newPassword, 'another'])
      t.notOk(refused.html.includes(typed), 'nothing is written back');
  }
});

test('guessing the present password locks this door too', async (t) => {
  const { url } = await openPortal(t);
  const browser = openPlainBrowser(url);
  await browser.signIn('maria.lopez');
  const wrong = { ...change, 'present-password': 'wrong' };
  for (let tries = 0; tries < 6; tries += 1) await browser.fillIn('/account/password', wrong);
  const blocked = await browser.fillIn('/account/password', change);
  t.match(blocked.text, /tried too many passwords\. Wait until November 21, 2025 at 2:06 PM UTC/);
});
