// The public keys of an SFTP account, its last logins, and «Why can't I log in?», as a user sees them.

import { test } from 'tap';
import { findAccount, recordLogin } from '../../storage/account-store.ts';
import { readAuditRecords } from '../../storage/audit-trail.ts';
import { noteRefusal } from '../../storage/sftp-refusal-store.ts';
import {
  administrator,
  goodPassword,
  hiddenFields,
  newPublicKeyLine,
  openPlainBrowser,
  openPortal,
  type PortalUnderTest,
} from '../support/portal.ts';
import { partnerId } from '../support/storage.ts';

const page = '/trading-partner/sftp-account';
const keysPage = `${page}/keys`;
const setup = { 'user-id': 'maria.lopez', password: goodPassword, attestation: 'yes' };

async function signInSetUp({ url }: PortalUnderTest) {
  const browser = openPlainBrowser(url);
  await browser.signIn('maria.lopez');
  await browser.fillIn(page, setup);
  return browser;
}

test('a user adds a key with a name and a last day, renames it, and revokes it', async (t) => {
  const opened = await openPortal(t);
  const { database, maria, pass } = opened;
  const browser = await signInSetUp(opened);
  t.match((await browser.get(page)).html, new RegExp(`href="${keysPage}"`));
  const line = newPublicKeyLine();
  const added = await browser.fillIn(keysPage, {
    name: 'Nightly',
    'public-key': line,
    expires: '2026-01-31',
  });
  t.match(added.text, /Your public keys were changed .* Nightly .* Expires February 1, 2026 at 12:00 AM UTC/);
  const [key] = (await findAccount(database, maria))?.keys ?? [];
  t.match(key, { comment: 'Nightly', expiresAtMs: Date.UTC(2026, 1, 1) });
  for (const [fields, expected] of [
    [{ 'public-key': line }, /registered already/],
    [{ 'public-key': 'ssh-dss AAAA' }, /DSA keys are no longer safe/],
    [{ 'public-key': 'ssh-ed25519-cert-v01@openssh.com AAAA' }, /certificate/],
    [{ 'public-key': newPublicKeyLine(), expires: '2025-11-20' }, /This day is past/],
    [{ 'public-key': newPublicKeyLine(), expires: '2026-02-30' }, /Enter a day as YYYY-MM-DD/],
    [{ 'public-key': newPublicKeyLine(), expires: 'soon' }, /Enter a day as YYYY-MM-DD/],
  ] as const) {
    const refused = await browser.fillIn(keysPage, { name: '', expires: '', ...fields });
    t.match(refused, { status: 422, text: expected });
  }
  const form_token = hiddenFields((await browser.get(keysPage)).html)['form_token'] ?? '';
  const fields = { form_token, key: key?.fingerprint ?? '', name: 'Weekly' };
  t.match(await browser.post(`${keysPage}/rename`, fields), { status: 303 });
  t.match((await findAccount(database, maria))?.keys, [{ comment: 'Weekly' }]);
  pass(11 * 60_000);
  const late = await browser.post(`${keysPage}/revoke`, fields);
  t.match(late.headers.get('location'), /^\/account\/confirm\?next=/, 'a sensitive act asks again');
  t.equal((await findAccount(database, maria))?.keys.length, 1);
  const again = openPlainBrowser(opened.url);
  await again.signIn('maria.lopez');
  const token = hiddenFields((await again.get(keysPage)).html)['form_token'] ?? '';
  t.match(await again.post(`${keysPage}/revoke`, { ...fields, form_token: token }), { status: 303 });
  t.equal((await findAccount(database, maria))?.keys.length, 0);
  const actions = (await readAuditRecords(database, { limit: 50, subject: `account:${maria}` })).map(
    ({ action }) => action,
  );
  t.same(actions.slice(0, 3), ['account.key-revoke', 'account.key-rename', 'account.key-add']);
});

test('before the setup there is nothing to add a key to', async (t) => {
  const { url } = await openPortal(t);
  const browser = openPlainBrowser(url);
  await browser.signIn('maria.lopez');
  t.match((await browser.get(keysPage)).text, /Do the setup first/);
  const form_token = hiddenFields((await browser.get('/home')).html)['form_token'] ?? '';
  const sent = { form_token, 'public-key': newPublicKeyLine() };
  t.match(await browser.post(keysPage, sent), { status: 422, text: /not set up/ });
});

test('the page says why a login is refused, and shows the last ones', async (t) => {
  const opened = await openPortal(t);
  const { url, database, directory, maria, pass } = opened;
  const browser = openPlainBrowser(url);
  await browser.signIn('maria.lopez');
  t.match((await browser.get(page)).text, /WHY CAN’T I LOG IN\? You have not done the setup below yet/);
  await browser.fillIn(page, setup);
  t.match((await browser.get(page)).text, /Nothing in your account stands in the way/);
  t.match((await browser.get(page)).text, /No SFTP login was accepted yet\. No attempt was refused lately/);
  const login = {
    userId: maria,
    partnerId: partnerId('acme'),
    address: '192.0.2.9',
    method: 'password+public-key',
  };
  await recordLogin(database, login);
  pass(60_000);
  await noteRefusal(database, {
    userId: maria,
    address: '192.0.2.9',
    method: 'password',
    reason: 'wrong-password',
  });
  const text = (await browser.get(page)).text;
  t.match(text, /2:05 PM UTC 192\.0\.2\.9 password and public key/);
  t.match(text, /2:06 PM UTC 192\.0\.2\.9 password The password was wrong\. 1/);
  await directory.setPassword({ userId: maria, wanted: 'Copper-Heron-7-Lake', actor: administrator });
  const again = openPlainBrowser(url);
  await again.signIn('maria.lopez', 'Copper-Heron-7-Lake');
  t.match(
    (await again.get(page)).text,
    /Your NCID password was changed on November 21, 2025 at 2:06 PM UTC\. Do the update below/,
  );
});
