// Whoever changes what a user signs in with, the user is told by mail: second factors, recovery codes, the password, and
// what opens the SFTP account.

import { type Test, test } from 'tap';
import { expireAccountKey } from '../../storage/account-key-store.ts';
import { resetFactors } from '../../storage/factor-store.ts';
import { listMails } from '../../storage/mail-store.ts';
import { codeOf, recoveryCodesOn, secretOn } from '../support/authenticator.ts';
import { readMailFolder, startPortalMailer } from '../support/mail.ts';
import {
  administrator,
  goodPassword,
  hiddenFields,
  newPublicKeyLine,
  openPlainBrowser,
  openPortal,
} from '../support/portal.ts';
import { until } from '../support/until.ts';

const factorsPage = '/account/second-factors';
const accountPage = '/trading-partner/sftp-account';
const credentials = { 'user-id': 'maria.lopez', password: goodPassword };
const newPassword = 'Copper-Heron-7-Lake';

/** Signed in with a first factor; `news()` gives the subjects of the mails that came since it was last asked. */
async function open(t: Test) {
  const opened = await openPortal(t);
  const { database, url, now } = opened;
  const folder = startPortalMailer(opened);
  const seen = new Set<string | undefined>();
  const news = async () => {
    const waiting = () => listMails(database, { limit: 1, state: 'waiting' });
    await until('no mail waits', async () => (await waiting()).length === 0);
    const mails = await readMailFolder(folder);
    const fresh = mails.filter(({ messageId }) => !seen.has(messageId));
    for (const { messageId } of fresh) seen.add(messageId);
    return fresh;
  };
  const subjects = async () => (await news()).map(({ subject }) => subject?.replace('Your Claimgate ', ''));
  const browser = openPlainBrowser(url);
  const secret = secretOn((await browser.fillIn('/sign-in', credentials)).html) ?? '';
  const page = await browser.fillIn('/sign-in/enrol', { code: codeOf(secret, now()) });
  const codes = recoveryCodesOn(page.html);
  const send = async (path: string, fields: Record<string, string> = {}) => {
    const token = hiddenFields((await browser.get('/home')).html)['form_token'] ?? '';
    return browser.post(path, { form_token: token, ...fields });
  };
  return { ...opened, browser, codes, news, subjects, send };
}

test('second factors and recovery codes: each change is told, with when and from where', async (t) => {
  const { browser, codes, news, subjects, send, now, pass, url, database, maria, secondFactors } =
    await open(t);
  const [first, ...others] = await news();
  t.same(others, [], 'the codes that come with the first factor have no mail of their own');
  t.match(first, {
    subject: 'Your Claimgate second factor: an authenticator app was added',
    to: [{ address: 'someone@acme.example' }],
  });
  t.match(
    first?.text?.replace(/\s+/g, ' '),
    /maria\.lopez on November 21, 2025 .* network address 127\.0\.0\.1\. If it was not you/,
  );
  const second = secretOn((await browser.get(`${factorsPage}/app`)).html) ?? '';
  await browser.fillIn(`${factorsPage}/app`, { code: codeOf(second, now()), name: 'Spare' });
  t.same(await subjects(), ['second factor: an authenticator app was added']);
  const spare = (await secondFactors.holdings(maria)).factors.find(({ name }) => name === 'Spare');
  t.match(await send(`${factorsPage}/rename`, { factor: spare?.id ?? '', name: 'Other' }), { status: 303 });
  t.same(await subjects(), [], 'a name changes nothing');
  t.match(await send(`${factorsPage}/remove`, { factor: spare?.id ?? '' }), { status: 303 });
  t.same(await subjects(), ['second factor: an authenticator app was removed']);
  const renewed = recoveryCodesOn((await send(`${factorsPage}/recovery-codes`)).html);
  t.equal(renewed.length, 10);
  t.same(await subjects(), ['second factor: new recovery codes were made']);

  pass(60_000);
  const elsewhere = openPlainBrowser(url);
  await elsewhere.fillIn('/sign-in', credentials);
  const give = (code = '') => elsewhere.fillIn('/sign-in/factor', { way: 'recovery-code', code });
  await give(codes[0]);
  t.same(await subjects(), [], 'an old recovery code opens nothing, and is nothing to tell of');
  await give(renewed[0]);
  t.same(await subjects(), ['second factor: a recovery code was used']);

  await resetFactors(database, { userId: maria, actor: administrator });
  const [reset] = await news();
  t.match(reset?.subject, /second factor: it was reset/);
  t.match(reset?.text?.replace(/\s+/g, ' '), /UTC, by an administrator\./);
});

test('the password, the SFTP account and its keys: each change is told', async (t) => {
  const { browser, subjects, news, send, database, maria } = await open(t);
  await subjects();
  await browser.fillIn(accountPage, { ...credentials, attestation: 'yes' });
  t.same(await subjects(), ['SFTP account: it was set up']);
  const withKey = { ...credentials, attestation: 'yes', 'public-key': newPublicKeyLine('one') };
  await browser.fillIn(accountPage, withKey);
  t.same((await subjects()).sort(), ['SFTP account: a public key was added', 'SFTP account: it was updated']);
  await send(`${accountPage}/keys`, { 'public-key': newPublicKeyLine('two') });
  const [added] = await news();
  t.match(added?.subject, /a public key was added/);
  const fingerprint = /SHA256:[A-Za-z0-9+/]{43}/.exec(added?.text ?? '')?.[0] ?? '';
  t.not(fingerprint, '');
  const last = { userId: maria, fingerprint, expiresAtMs: 0, actor: administrator };
  t.equal(await expireAccountKey(database, last), true);
  t.same(await subjects(), ['SFTP account: the last day of a public key was changed']);
  t.match(await send(`${accountPage}/keys/revoke`, { key: fingerprint }), { status: 303 });
  const [revoked] = await news();
  t.match(revoked, { subject: /a public key was revoked/ });
  t.ok(revoked?.text?.includes(fingerprint));
  const change = { 'present-password': goodPassword };
  await browser.fillIn('/account/password', {
    ...change,
    'new-password': newPassword,
    'repeat-password': newPassword,
  });
  const [changed] = await news();
  t.match(changed, {
    subject: 'Your Claimgate password was changed',
    text: /takes neither the old password/,
  });
});
