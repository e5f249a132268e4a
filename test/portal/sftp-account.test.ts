// The step SFTP Account Setup/Update, in the published words, and what it refuses.

import { test } from 'tap';
import { parseUserId } from '../../domain/ids.ts';
import { switchAccount } from '../../storage/account-store.ts';
import { findLastAttestation } from '../../storage/attestation-store.ts';
import { readThrottle } from '../../storage/throttle-store.ts';
import {
  addUser,
  administrator,
  goodPassword,
  hiddenFields,
  newPublicKeyLine,
  openPlainBrowser,
  openPortal,
} from '../support/portal.ts';

const path = '/trading-partner/sftp-account';
const setup = { 'user-id': 'maria.lopez', password: goodPassword, attestation: 'yes' };
const attestation =
  'I agree that I am responsible for maintaining the security of the username and password and will not share it with anyone.';

test('the page bears the published words, whoever runs it', async (t) => {
  const { url } = await openPortal(t, { siteName: 'NCTracks' });
  const browser = openPlainBrowser(url);
  t.match((await browser.get('/')).html, />NCTracks Secure Portal<\/a>/);
  await browser.signIn('maria.lopez');
  const { text, html } = await browser.get(path);
  const unavailable = '(?: \\(not available yet\\))?';
  t.match(
    text,
    new RegExp(
      `Trading Partner Batch Transfer${unavailable} Manage Transaction for User${unavailable} SFTP Account Setup/Update`,
    ),
  );
  for (const words of [
    'Home SFTP Account Setup/Update SFTP Account Setup/Update',
    'SFTP ACCOUNT SFTP setup/update must be performed if a user want to access NCTracks MFT solution via SFTP method with new NCID (newly provisioned users/NCID) and/or password (after password reset on NCID system).',
    'For further information reference the NCTracks Trading Partner Information Page.',
    'Please put your NCID and password and click the attestation checkbox to setup/update your SFTP status.',
    'To access/update NCID record, use the appropriate link as per your NCID type.',
    'External Users (Provider) click here.',
    'State and Local Government employees (State or Fiscal Agent) click here.',
    'Passwords are case-sensitive. Please ensure your Caps Lock key is off.',
    'User ID (NCID) Password',
    attestation,
    'About Legal Privacy Accessibility Contact Us System Requirements Report Fraud',
  ])
    t.ok(text.includes(words), words);
  t.match(html, /href="https:\/\/id\.example\/external"/);
  t.match(html, /href="https:\/\/id\.example\/government"/);
  t.match(html, /href="https:\/\/agency\.example\/trading-partners"/);
  t.match(html, /<input[^>]*id="user-id"[^>]*type="text"[^>]*value="maria\.lopez"/);
  t.match(html, /<input[^>]*id="user-id"[^>]*autocomplete="username"/);
  t.match(html, /<input[^>]*id="password"[^>]*autocomplete="current-password"/);
  t.match(html, /<input[^>]*id="attestation"[^>]*type="checkbox"/);
  t.notMatch(html, /checked/, 'nobody agrees by not looking');
  t.match(html, />Setup<\/button>/);
  t.match(text, /Status Not set up .* Last set up Never Last SFTP login Never/);
});

test('the step sets the account up, and the page then says how to connect', async (t) => {
  const { url, accountSetup, maria, database, now } = await openPortal(t);
  const browser = openPlainBrowser(url);
  await browser.signIn('maria.lopez');
  const key = newPublicKeyLine();
  const done = await browser.fillIn(path, { ...setup, 'user-id': 'MARIA.LOPEZ', 'public-key': key });
  t.equal(done.status, 200, 'a redirect led back to the page');
  for (const words of [
    'Your SFTP account is set up',
    'Status Active',
    'Last set up November 21, 2025 at 2:05 PM UTC',
    'Host sftp.agency.example Port 2022 Protocol SFTP',
    'User name maria.lopez',
    '/inbound: put your files here. /outbound: fetch acknowledgments',
    'ssh-ed25519 SHA256:0123456789abcdefghijklmnopqrstuvwxyzABCDEFG',
    '[sftp.agency.example]:2022 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJxyz',
    'sftp -P 2022 maria.lopez@sftp.agency.example',
    'winscp.exe sftp://maria.lopez@sftp.agency.example:2022/',
    'filezilla --logontype=ask sftp://maria.lopez@sftp.agency.example:2022/',
    'lftp -p 2022 -u maria.lopez sftp://sftp.agency.example',
    'psftp -P 2022 -l maria.lopez sftp.agency.example',
    'REGISTERED PUBLIC KEYS',
    'maria@acme (ssh-ed25519)',
  ])
    t.ok(done.text.includes(words), words);
  t.match(done.html, />Update<\/button>/);
  const state = await accountSetup.status(maria);
  t.equal(state.status, 'active');
  t.equal(state.account?.keys.length, 1);
  t.same(await findLastAttestation(database, maria), {
    textVersion: '1',
    text: attestation,
    agreedAtMs: now(),
    address: '127.0.0.1',
    passwordVersion: 1,
  });
  const again = await browser.get(path);
  t.notMatch(again.text, /Your SFTP account is set up/, 'the result is shown once');
  t.match(again.text, /HOW TO CONNECT/);
  t.match((await browser.fillIn(path, setup)).text, /Your SFTP account is updated/);
});

test('what is missing or wrong is said at its field, and sets nothing up', async (t) => {
  const { url, accountSetup, database, directory, maria } = await openPortal(t);
  await addUser({ database, directory, id: 'other.user', partner: 'other' });
  const browser = openPlainBrowser(url);
  await browser.signIn('maria.lopez');
  const rows: readonly (readonly [Record<string, string>, string, RegExp])[] = [
    [{ attestation: '' }, 'attestation', /Read the statement and check the box to go on/],
    [{ attestation: 'on' }, 'attestation', /Read the statement/],
    [{ password: '' }, 'password', /Enter your password/],
    [{ 'user-id': '' }, 'user-id', /Enter your User ID \(NCID\)/],
    [{ password: 'wrong' }, 'password', /The password is not right/],
    [{ 'user-id': 'other.user' }, 'user-id', /Enter the User ID \(NCID\) that you signed in with/],
    [{ 'user-id': 'maria.lopez\0' }, 'user-id', /Enter the User ID/],
    [{ 'public-key': 'ssh-dss AAAA' }, 'public-key', /DSA keys are no longer safe/],
    [{ 'public-key': '-----BEGIN OPENSSH PRIVATE KEY-----' }, 'public-key', /This is a private key/],
  ];
  for (const [fields, field, expected] of rows) {
    const refused = await browser.fillIn(path, { ...setup, ...fields });
    t.equal(refused.status, 422, JSON.stringify(fields));
    t.match(refused.text, expected);
    t.ok(refused.html.includes(`<a href="#${field}">`), 'the summary leads to the field');
    t.match(
      refused.html,
      new RegExp(`id="${field}"[^>]*aria-invalid="true"[^>]*aria-describedby="[^"]*${field}-error"`),
    );
    t.notMatch(refused.html, goodPassword);
  }
  t.equal((await accountSetup.status(maria)).status, 'not-set-up');
  t.equal(
    (await readThrottle(database, 'portal:user:maria.lopez')).failures,
    1,
    'one wrong password was counted',
  );
  const all = await browser.fillIn(path, { 'user-id': '', password: '' });
  t.match(all.text, /problem Enter your User ID \(NCID\)\. Enter your password\. Read the statement/);
});

test('locked, disabled and allowed again read as what they are', async (t) => {
  const { url, database, maria, pass, now } = await openPortal(t);
  const browser = openPlainBrowser(url);
  await browser.signIn('maria.lopez');
  await browser.fillIn(path, setup);
  await database.sql
    .insertInto('throttles')
    .values({
      scope: `sftp:user:${maria}`,
      failures: 10,
      last_failure_at_ms: now(),
      blocked_until_ms: now() + 7_200_000,
    })
    .execute();
  const locked = await browser.get(path);
  t.match(locked.text, /Status Locked Your SFTP tool sent too many wrong passwords/);
  t.match(locked.text, /Locked until November 21, 2025 at 4:05 PM UTC\. The lock ends by itself/);
  await switchAccount(database, { userId: maria, to: 'disabled', actor: administrator });
  const disabled = await browser.get(path);
  t.match(disabled.text, /Status Disabled An administrator ended your SFTP access/);
  t.notMatch(disabled.html, /id="attestation"/, 'a form that can only be refused is not shown');
  const forced = await browser.post(path, { ...setup, form_token: tokenOf(disabled.html) });
  t.match(forced, { status: 422, text: /disabled by an administrator/ });
  pass(60_000);
  await switchAccount(database, { userId: maria, to: 'update-required', actor: administrator });
  t.match((await browser.get(path)).text, /Changed since An administrator allowed your SFTP access again/);
});

function tokenOf(html: string): string {
  return /name="form_token" value="([^"]*)"/.exec(html)?.[1] ?? '';
}

test('a notice that nobody has earned is not shown', async (t) => {
  const { url } = await openPortal(t);
  const browser = openPlainBrowser(url);
  await browser.signIn('maria.lopez');
  browser.cookies.set('claimgate-notice', 'account-set-up');
  t.notMatch((await browser.get(path)).text, /account is set up/);
  browser.cookies.set('claimgate-notice', '<b>free money</b>');
  t.notMatch((await browser.get(path)).html, /free money/);
});

test('a user of no trading partner may sign in, is told so, and cannot set SFTP up', async (t) => {
  const { url, directory, accountSetup } = await openPortal(t);
  const ada = parseUserId('ada.lovelace');
  if (ada.kind === 'invalid') throw new Error(ada.why);
  await directory.add({
    id: ada.id,
    partnerId: undefined,
    role: undefined,
    kind: 'individual',
    firstName: 'Ada',
    lastName: 'Lovelace',
    email: 'ada@example.org',
    password: goodPassword,
    actor: administrator,
  });
  const browser = openPlainBrowser(url);
  const home = await browser.signIn(ada.id);
  t.match(home.text, /Welcome, Ada .*You belong to no trading partner yet/);
  t.notMatch(home.text, /SFTP Account Setup/, 'the menu has nothing of a trading partner');
  const page = await browser.get('/trading-partner/sftp-account');
  t.match(page.text, /You belong to no trading partner yet/);
  const sent = await browser.post('/trading-partner/sftp-account', {
    ...hiddenFields(page.html),
    'user-id': ada.id,
    password: goodPassword,
    attestation: 'yes',
  });
  t.match(sent, { status: 422, text: /You belong to no trading partner yet\. SFTP can be set up once/ });
  t.equal((await accountSetup.status(ada.id)).status, 'not-set-up');
});
