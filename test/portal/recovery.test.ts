// Getting back in: forgotten user id, forgotten password, lock; and what someone may learn or do who is not that user.

import { readFileSync } from 'node:fs';
import { type Test, test } from 'tap';
import { createFirstPasswords } from '../../auth/first-password.ts';
import { createPasswordHasher } from '../../auth/password-hasher.ts';
import { listMails } from '../../storage/mail-store.ts';
import { changeUserStatus } from '../../storage/user-status-store.ts';
import { findUser } from '../../storage/user-store.ts';
import { codeIn, linkIn, readMailFolder, startPortalMailer, waitForMail } from '../support/mail.ts';
import {
  addUser,
  administrator,
  goodPassword,
  hiddenFields,
  openPlainBrowser,
  openPortal,
  type PlainBrowser,
  type PortalUnderTest,
} from '../support/portal.ts';
import { userId } from '../support/storage.ts';
import { until } from '../support/until.ts';

const minuteMs = 60_000;
const newPassword = 'Copper-Heron-7-Lake';
const passwordMail = /Choose a new Claimgate password/;

async function open(t: Test) {
  const running = await openPortal(t);
  const folder = startPortalMailer(running);
  const browser = openPlainBrowser(running.url);
  const ask = (path: string, user: string, from = browser) => from.fillIn(path, { 'user-id': user });
  return { ...running, folder, browser, ask };
}

/** Waits until nothing is left to be sent. */
const allSent = ({ database }: Pick<PortalUnderTest, 'database'>) =>
  until(
    'no mail waits',
    async () => (await listMails(database, { limit: 1, state: 'waiting' })).length === 0,
  );

async function enterCode(
  browser: PlainBrowser,
  asked: { readonly html: string },
  fields: { readonly 'user-id': string; readonly code: string },
) {
  const answer = await browser.post('/recover/code', { ...hiddenFields(asked.html), ...fields });
  const location = answer.headers.get('location');
  return location === null ? answer : browser.get(location);
}

const choose = (browser: PlainBrowser, password: string) =>
  browser.fillIn('/recover/new-password', { 'new-password': password, 'repeat-password': password });

/** As `choose`, with a form from another page: the page of a spent link has none. */
const chooseBlind = async (browser: PlainBrowser, password: string) =>
  browser.post('/recover/new-password', {
    ...hiddenFields((await browser.get('/recover/password')).html),
    'new-password': password,
    'repeat-password': password,
  });

test('a forgotten password: code by mail, new password, old sessions end, SFTP waits for the update', async (t) => {
  const { browser, ask, folder, url, maria, accountSetup, database } = await open(t);
  const elsewhere = openPlainBrowser(url);
  await elsewhere.signIn(maria);
  await elsewhere.fillIn('/trading-partner/sftp-account', {
    'user-id': maria,
    password: goodPassword,
    attestation: 'yes',
  });
  t.equal((await accountSetup.status(maria)).status, 'active');

  const asked = await ask('/recover/password', 'Maria.Lopez');
  t.match(asked.text, /Enter the code .* code of 6 digits .* good for 10 minutes/);
  const mail = await waitForMail(folder, { subject: passwordMail });
  t.match(mail.to, [{ address: 'someone@acme.example' }]);
  const page = await enterCode(browser, asked, { 'user-id': maria, code: codeIn(mail) });
  t.match(page.text, /Choose a new password For the User ID \(NCID\) maria\.lopez/);
  t.match((await choose(browser, 'short')).text, /New password: it has 5 characters/);
  t.match((await choose(browser, goodPassword)).text, /you have had this password before/);
  const done = await choose(browser, newPassword);
  t.match(done.text, /You have a new password .* do SFTP Account Setup\/Update/);

  t.equal((await elsewhere.get('/home')).status, 303, 'the old session has ended');
  t.equal((await accountSetup.status(maria)).status, 'update-required');
  t.match((await browser.signIn(maria)).text, /The User ID or the password is not right/);
  t.match((await browser.signIn(maria, newPassword)).text, /Welcome, Quentin/);
  const told = await waitForMail(folder, { subject: /password was changed/ });
  t.match(told.text?.replace(/\s+/g, ' '), /SFTP takes neither the old password nor the new one until/);
  t.equal((await findUser(database, maria))?.passwordVersion, 2);

  t.match(
    (await browser.get(linkIn(mail))).status,
    410,
    'the link of the same mail is used up with the code',
  );
});

test('a link does the same as the code, once', async (t) => {
  const { browser, ask, folder, url, maria } = await open(t);
  await ask('/recover/password', maria);
  const link = linkIn(await waitForMail(folder, { subject: passwordMail }));
  const scanner = openPlainBrowser(url);
  t.equal((await scanner.get(link)).headers.get('location'), '/recover/new-password');
  t.equal((await browser.get(link)).status, 303, 'that a mail filter has opened it changes nothing');
  t.notMatch(browser.cookies.get('claimgate-session'), /./, 'and it signs nobody in');
  t.match((await choose(browser, newPassword)).text, /You have a new password/);
  t.notOk(browser.cookies.has('claimgate-link'));
  t.match(await chooseBlind(scanner, 'Quiet-Falcon-3-Ridge'), { status: 410 });
  t.equal((await openPlainBrowser(url).get(link)).status, 410);
  t.match((await browser.signIn(maria, newPassword)).text, /Welcome/);
});

test('every link and code from before a password change is worth nothing after it', async (t) => {
  const { browser, ask, folder, url, maria, database } = await open(t);
  const first = await ask('/recover/password', maria);
  await ask('/recover/unlock', maria);
  await allSent({ database });
  const unlockMail = await waitForMail(folder, { subject: /Unlock your/ });
  const mail = await waitForMail(folder, { subject: passwordMail });
  await enterCode(browser, first, { 'user-id': maria, code: codeIn(mail) });
  await choose(browser, newPassword);
  t.equal((await openPlainBrowser(url).get(linkIn(unlockMail))).status, 410);
  t.equal((await openPlainBrowser(url).get(linkIn(mail))).status, 410);
});

test('a code ends with its ten minutes and a link with its hour', async (t) => {
  const { browser, ask, folder, maria, pass } = await open(t);
  const asked = await ask('/recover/password', maria);
  const mail = await waitForMail(folder, { subject: passwordMail });
  pass(10 * minuteMs);
  t.match(await enterCode(browser, asked, { 'user-id': maria, code: codeIn(mail) }), {
    status: 422,
    text: /The code is not right, or its time is over/,
  });
  pass(50 * minuteMs - 1);
  t.equal((await browser.get(linkIn(mail))).status, 303);
  pass(1);
  t.match(await chooseBlind(browser, newPassword), { status: 410 });
  t.equal((await browser.get(linkIn(mail))).status, 410);
});

test('only the newest code counts, five wrong ones spend it, and then the user must wait', async (t) => {
  const { browser, ask, folder, maria, database, pass } = await open(t);
  const first = await ask('/recover/password', maria);
  const early = codeIn(await waitForMail(folder, { subject: passwordMail }));
  pass(1000);
  const asked = await ask('/recover/password', maria);
  await allSent({ database });
  const codes = (await readMailFolder(folder)).map(codeIn);
  const newest = codes.find((code) => code !== early) ?? '';
  const wrong = newest === '000000' ? '000001' : '000000';
  t.match(await enterCode(browser, first, { 'user-id': maria, code: early }), { status: 422 });
  for (let tries = 0; tries < 4; tries += 1)
    t.match(await enterCode(browser, asked, { 'user-id': maria, code: wrong }), { status: 422 });
  t.match(
    await enterCode(browser, asked, { 'user-id': maria, code: newest }),
    { status: 422 },
    'five wrong codes spend it, the right one comes too late',
  );
  const blocked = await enterCode(browser, asked, { 'user-id': maria, code: newest });
  t.match(blocked, { status: 429, text: /too many wrong codes\. Wait until .* or use the link in the mail/ });
});

test('asking tells nothing: the same page, the same rows, whether or not there is such a user', async (t) => {
  const { ask, url, database, directory, folder } = await open(t);
  const left = await addUser({ database, directory, id: 'left.us', partner: 'acme' });
  await changeUserStatus(database, { userId: left, verb: 'disable', actor: administrator });
  const readRows = async () => [
    (await database.sql.selectFrom('one_time_secrets').select('id').execute()).length,
    (await database.sql.selectFrom('audit_records').select('sequence').execute()).length,
  ];
  for (const path of ['/recover/password', '/recover/unlock']) {
    const texts = new Set<string>();
    const costs = new Set<string>();
    for (const user of ['maria.lopez', 'nobody.known', 'left.us']) {
      const [secrets = 0, records = 0] = await readRows();
      const page = await ask(path, user, openPlainBrowser(url));
      const [secretsAfter = 0, recordsAfter = 0] = await readRows();
      texts.add(page.text.replaceAll(user, 'USER'));
      costs.add(`${page.status} ${secretsAfter - secrets} ${recordsAfter - records}`);
      const guess = await enterCode(openPlainBrowser(url), page, { 'user-id': user, code: '12345' });
      t.equal(guess.status, 403, 'the form belongs to the browser that asked');
    }
    t.equal(texts.size, 1, path);
    t.same([...costs], ['200 1 1'], path);
  }
  await allSent({ database });
  const known = (await readMailFolder(folder)).map(({ subject, text }) => `${subject} ${text}`);
  t.equal(known.length, 4, 'maria and the disabled user got mails, nobody got none');
  t.equal(known.filter((text) => /was\s+disabled\s+by\s+an\s+administrator/.test(text)).length, 2);
  t.equal(known.filter((text) => /\d{6}/.test(text) && /disabled/.test(text)).length, 0, 'without a code');
});

test('wrong codes read the same for a user who was made up, and count against both', async (t) => {
  const { ask, url } = await open(t);
  const texts = new Set<string>();
  for (const user of ['maria.lopez', 'nobody.known']) {
    const browser = openPlainBrowser(url);
    const asked = await ask('/recover/password', user, browser);
    const seen: string[] = [];
    for (let tries = 0; tries < 8; tries += 1) {
      const page = await enterCode(browser, asked, { 'user-id': user, code: '99999x' });
      seen.push(`${page.status} ${page.text.replaceAll(user, 'USER')}`);
    }
    texts.add(seen.join('\n'));
  }
  t.equal(texts.size, 1);
  t.match([...texts][0], /429 .*too many wrong codes/);
});

test('asking takes about the same time for someone who does not exist', async (t) => {
  const { url } = await open(t);
  const times: Record<string, number[]> = { 'maria.lopez': [], 'nobody.known': [] };
  for (let round = 0; round < 5; round += 1) {
    for (const [user, list] of Object.entries(times)) {
      const browser = openPlainBrowser(url);
      const form = await browser.get('/recover/password');
      const began = performance.now();
      await browser.post('/recover/password', { ...hiddenFields(form.html), 'user-id': user });
      list.push(performance.now() - began);
    }
  }
  const median = (list: readonly number[]) => list.toSorted((one, other) => one - other)[2] ?? 0;
  const [known = 0, unknown = 0] = Object.values(times).map(median);
  // A hash is what would tell: with it, one side would take several times as long.
  t.ok(known < unknown * 4 + 20 && unknown < known * 4 + 20, `${known} ms and ${unknown} ms`);
});

test('mails are limited for each user, and requests for each network address', async (t) => {
  const { ask, url, maria, folder, database, pass } = await open(t);
  for (let count = 0; count < 8; count += 1)
    t.equal((await ask('/recover/password', maria, openPlainBrowser(url))).status, 200);
  await allSent({ database });
  t.equal((await readMailFolder(folder)).length, 5, 'further requests are answered alike and do nothing');
  for (let count = 8; count < 50; count += 1)
    await ask('/recover/password', `some.one-${count}`, openPlainBrowser(url));
  const over = await ask('/recover/unlock', maria, openPlainBrowser(url));
  t.match(over, { status: 429, text: /too many requests from your network/ });
  pass(60 * minuteMs);
  t.equal((await ask('/recover/unlock', maria, openPlainBrowser(url))).status, 200);
});

test('a forgotten user id goes to the registered address, for the right name alone', async (t) => {
  const { browser, database, directory, folder } = await open(t);
  await addUser({ database, directory, id: 'second.id', partner: 'acme' });
  const texts = new Set<string>();
  for (const [firstName, lastName, email] of [
    ['quentin', 'FARNSWORTH', 'Someone@acme.example'],
    ['Quentin', 'Other', 'someone@acme.example'],
    ['Quentin', 'Farnsworth', 'nobody@acme.example'],
    ['Quentin', 'Farnsworth', 'no address'],
  ] as const) {
    const page = await browser.fillIn('/recover/username', {
      'first-name': firstName,
      'last-name': lastName,
      email,
    });
    texts.add(page.text);
  }
  t.equal(texts.size, 1);
  t.match([...texts][0], /If we know you, we have sent a mail/);
  await allSent({ database });
  const mails = await readMailFolder(folder);
  t.equal(mails.length, 1);
  t.match(mails[0]?.text?.replace(/\s+/g, ' '), /these User IDs \(NCID\) .*: maria\.lopez, second\.id/);
  t.match(
    (await browser.fillIn('/recover/username', {})).text,
    /Enter your first name\. Enter your last name\./,
  );
});

test('a locked user is told by mail, and unlocks by code or by link', async (t) => {
  const { browser, ask, folder, url, maria, pass } = await open(t);
  const lock = async () => {
    for (let tries = 0; tries < 10; tries += 1) {
      await openPlainBrowser(url).signIn(maria, 'Wrong-Otter-9-River');
      pass(32 * minuteMs);
    }
  };
  await lock();
  t.match(await browser.signIn(maria), { status: 429 });
  t.match(
    (await waitForMail(folder, { subject: /is locked/ })).text,
    /is\s+locked\s+until\s+November\s+21,\s+2025/,
  );
  const asked = await ask('/recover/unlock', maria);
  const mail = await waitForMail(folder, { subject: /Unlock your/ });
  t.match(
    (await enterCode(browser, asked, { 'user-id': maria, code: codeIn(mail) })).text,
    /Your account is unlocked/,
  );
  t.match((await browser.signIn(maria)).text, /Welcome/);

  await lock();
  pass(60 * minuteMs);
  await ask('/recover/unlock', maria, openPlainBrowser(url));
  const second = await until('a second mail', async () => {
    const mails = (await readMailFolder(folder)).filter(({ subject }) => /Unlock your/.test(subject ?? ''));
    return mails.find((one) => linkIn(one) !== linkIn(mail));
  });
  const other = openPlainBrowser(url);
  t.equal((await other.get(linkIn(second))).headers.get('location'), '/recover/unlock-now');
  t.match(await other.signIn(maria), { status: 429 }, 'opening the link unlocks nothing yet');
  t.match((await other.fillIn('/recover/unlock-now', {})).text, /Your account is unlocked/);
  t.match((await other.signIn(maria)).text, /Welcome/);
});

test('a link for one thing does nothing else', async (t) => {
  const { browser, ask, folder, maria, url } = await open(t);
  await ask('/recover/unlock', maria);
  const link = linkIn(await waitForMail(folder, { subject: /Unlock your/ }));
  await browser.get(link);
  t.match(await chooseBlind(browser, newPassword), { status: 410 });
  const spent = hiddenFields((await browser.get('/recover/password')).html);
  t.match(await browser.post('/register/confirm', spent), { status: 410 });
  t.match((await openPlainBrowser(url).signIn(maria)).text, /Welcome/, 'the password is the old one');
});

test('whom an administrator invites chooses a password by the mailed link, within 14 days', async (t) => {
  const { browser, folder, database, now, pass } = await open(t);
  const grace = userId('grace.gov');
  const hasher = createPasswordHasher({
    pepper: Buffer.alloc(32),
    cost: 4,
    maxConcurrentHashes: 1,
    maxQueuedHashes: 1,
    verifiedCacheMs: 0,
    now,
    randomBytes: (count) => Buffer.alloc(count, 7),
  });
  const invitationMs = 14 * 24 * 60 * minuteMs;
  const randomBytes = (count: number) => Buffer.alloc(count, 7);
  const invitations = createFirstPasswords({ database, hasher, invitationMs, randomBytes });
  await invitations.invite({
    id: grace,
    partnerId: undefined,
    kind: 'government',
    firstName: 'Grace',
    lastName: 'Hopper',
    email: 'grace@state.example',
    role: undefined,
    actor: administrator,
  });
  const first = linkIn(await waitForMail(folder, { subject: /Your NCID for Claimgate/ }));
  pass(invitationMs);
  t.equal((await browser.get(first)).status, 410);
  t.equal(await invitations.sendAgain({ userId: grace, actor: administrator }), true);
  await allSent({ database });
  const again = (await readMailFolder(folder)).map(linkIn).find((link) => link !== first) ?? '';
  await browser.get(again);
  t.match((await browser.get('/recover/new-password')).text, /Choose your password .*grace\.gov/);
  t.match((await choose(browser, newPassword)).text, /You have a new password/);
  t.match(await findUser(database, grace), { status: 'active', kind: 'government' });
  t.match((await browser.signIn(grace, newPassword)).text, /Welcome, Grace/);
  t.equal(await invitations.sendAgain({ userId: grace, actor: administrator }), false);
  t.notMatch(
    (await readMailFolder(folder)).map(({ subject }) => subject).join(),
    /was changed/,
    'a first password is no change',
  );
});

test('no link and no code is in the database, and none is told of', async (t) => {
  const { browser, ask, folder, maria, database, data, observations } = await open(t);
  const asked = await ask('/recover/password', maria);
  const mail = await waitForMail(folder, { subject: passwordMail });
  await enterCode(browser, asked, { 'user-id': maria, code: codeIn(mail) });
  await browser.get(linkIn(mail));
  await choose(browser, newPassword);
  await allSent({ database });
  const token = linkIn(mail).slice('/link?token='.length);
  const files = ['', '-wal'].map((ending) => readFileSync(`${data.database}${ending}`, 'latin1')).join('\n');
  t.ok(files.includes('maria.lopez'), 'the database is what is looked at');
  for (const secret of [token, token.slice(22), newPassword]) {
    t.notOk(files.includes(secret));
    t.notOk(JSON.stringify(observations).includes(secret));
  }
  t.notOk(JSON.stringify(observations).includes(codeIn(mail)));
  t.ok(JSON.stringify(observations).includes('/link'), 'the route is told of, not the address');
});
