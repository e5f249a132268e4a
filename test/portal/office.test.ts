// Users and invitations, by pages, mails and forms: inviting, joining, naming, removing, and what nobody may.

import { type Test, test } from 'tap';
import { printRight } from '../../domain/right.ts';
import { findAccount } from '../../storage/account-store.ts';
import { readGrants } from '../../storage/grant-store.ts';
import { listMails } from '../../storage/mail-store.ts';
import { findMember } from '../../storage/member-store.ts';
import { findUser } from '../../storage/user-store.ts';
import { nameRole } from '../support/office.ts';
import {
  addUser,
  administrator,
  goodPassword,
  hiddenFields,
  openPlainBrowser,
  openPortal,
  type PlainBrowser,
} from '../support/portal.ts';
import { partnerId, userId } from '../support/storage.ts';

const acme = partnerId('acme');
const minuteMs = 60_000;
const users = '/trading-partner/users';

async function openOffice(t: Test) {
  const portal = await openPortal(t, { secondFactor: 'off' });
  const { database, directory, secrets } = portal;
  for (const id of ['una.uribe', 'gus.gray']) await addUser({ database, directory, id, partner: 'acme' });
  await addUser({ database, directory, id: 'mallory.moe', partner: 'other' });
  await nameRole(database, { partner: 'acme', user: 'maria.lopez', role: 'office-administrator' });
  await nameRole(database, { partner: 'acme', user: 'una.uribe', role: 'user-administrator' });
  await nameRole(database, { partner: 'other', user: 'mallory.moe', role: 'office-administrator' });
  const as = async (user: string): Promise<PlainBrowser> => {
    const browser = openPlainBrowser(portal.url);
    await browser.signIn(user);
    return browser;
  };
  /** Someone who registered, and belongs to no trading partner. */
  const register = async (id: string, email: string) => {
    const added = await directory.add({
      id: userId(id),
      partnerId: undefined,
      firstName: 'Nora',
      lastName: 'Newcomer',
      email,
      role: undefined,
      password: goodPassword,
      actor: administrator,
    });
    if (added.kind !== 'added') throw new Error(added.kind);
  };
  /** The link of the newest invitation mail, as its reader opens it. */
  const link = async (): Promise<string> => {
    const mail = (await listMails(database, { limit: 10 })).find(
      ({ content }) => content.kind === 'partner-invitation',
    );
    if (mail?.secretId === undefined) throw new Error('No invitation was mailed.');
    return `/link?token=${secrets.tokenOf({ id: mail.secretId, purpose: 'partner-invitation' })}`;
  };
  const roleOf = async (id: string) =>
    (await findMember(database, { partnerId: acme, userId: userId(id) }))?.role;
  return { ...portal, as, register, link, roleOf };
}

const invitation = (email: string, role = 'general-user', ...rights: readonly string[]) => ({
  email,
  role,
  ...Object.fromEntries(rights.map((right) => [right.replaceAll(' ', '_'), 'yes'])),
});

/** Opens the link and presses the button of the page that it leads to. */
async function accept(browser: PlainBrowser, path: string) {
  const opened = await browser.get(path);
  if (opened.status !== 303) return opened;
  return browser.fillIn(opened.headers.get('location') ?? '', {});
}

test('an office administrator invites; who proves that address joins with role and rights, once', async (t) => {
  const { as, register, link, database, roleOf } = await openOffice(t);
  const maria = await as('maria.lopez');
  const sent = await maria.fillIn(
    `${users}/invite`,
    invitation('nora@new.example', 'general-user', 'send 837P'),
  );
  t.match(sent.text, /The invitation is on its way/);
  t.match(sent.text, /nora@new\.example, General user, invited by maria\.lopez\. Open until/);
  const again = await maria.fillIn(`${users}/invite`, invitation('NORA@new.example'));
  t.match(again.text, /open already/);
  const path = await link();

  await register('eve.evil', 'eve@evil.example');
  const eve = await as('eve.evil');
  t.match((await accept(eve, path)).text, /sent to another e-mail address than yours/);
  t.equal(await roleOf('eve.evil'), undefined, 'having the link is not enough');
  const gus = await as('gus.gray');
  t.match((await accept(gus, path)).text, /another e-mail address/);

  await register('nora.new', 'Nora@New.example');
  const nora = await as('nora.new');
  t.match((await nora.get('/trading-partner/manage-transaction')).status, 403);
  const home = await accept(nora, path);
  t.match(home.text, /Acme Clearing House/);
  t.equal(await roleOf('nora.new'), 'general-user');
  t.same((await readGrants(database, userId('nora.new'))).rights.map(printRight), ['send 837P']);
  t.equal((await accept(await as('nora.new'), path)).status, 410, 'the link is used up');
  t.match(
    (await maria.get(users)).text,
    /nora@new\.example, General user, invited by maria\.lopez\. Accepted nora\.new/,
  );
});

test('a link that was taken back, sent anew, or has run out joins nobody', async (t) => {
  const { as, register, link, roleOf, pass, database } = await openOffice(t);
  await register('nora.new', 'nora@new.example');
  const maria = await as('maria.lopez');
  await maria.fillIn(`${users}/invite`, invitation('nora@new.example'));
  const first = await link();
  const page = await maria.get(users);
  const resend = /action="([^"]*\/resend)"/.exec(page.html)?.[1] ?? '';
  const token = { form_token: hiddenFields(page.html)['form_token'] ?? '' };
  t.equal((await maria.post(resend, token)).status, 429, 'not twice in a minute');
  pass(minuteMs);
  t.equal((await maria.post(resend, token)).status, 303);
  const second = await link();
  t.not(second, first);
  t.equal((await accept(await as('nora.new'), first)).status, 410, 'the link before is void');
  t.equal((await maria.post(resend.replace('/resend', '/revoke'), token)).status, 303);
  t.equal((await accept(await as('nora.new'), second)).status, 410);
  await maria.fillIn(`${users}/invite`, invitation('nora@new.example'));
  const third = await link();
  pass(14 * 24 * 60 * minuteMs + 1);
  t.equal((await accept(await as('nora.new'), third)).status, 410);

  await (await as('maria.lopez')).fillIn(`${users}/invite`, invitation('nora@new.example'));
  const fourth = await link();
  await database.sql
    .updateTable('roles')
    .set({ role: 'general-user' })
    .where('user_id', '=', 'maria.lopez')
    .execute();
  t.equal((await accept(await as('nora.new'), fourth)).status, 410, 'who invited may not any more');
  t.equal(await roleOf('nora.new'), undefined);
});

test('each role invites, names and removes whom it may, whatever the form says', async (t) => {
  const { as, roleOf, database } = await openOffice(t);
  const una = await as('una.uribe');
  const form = await una.get(`${users}/invite`);
  t.notMatch(form.html, /value="office-administrator"/);
  const token = { form_token: hiddenFields(form.html)['form_token'] ?? '' };
  const forged = await una.post(`${users}/invite`, {
    ...token,
    ...invitation('x@y.example', 'office-administrator'),
  });
  t.equal(forged.status, 422);
  t.equal((await una.post(`${users}/gus.gray/role`, { ...token, role: 'user-administrator' })).status, 403);
  for (const user of ['maria.lopez', 'una.uribe']) {
    t.equal((await una.post(`${users}/${user}/role`, { ...token, role: 'general-user' })).status, 403, user);
    t.equal((await una.post(`${users}/${user}/remove`, { ...token, sure: 'yes' })).status, 403, user);
  }
  t.same(
    [await roleOf('maria.lopez'), await roleOf('una.uribe')],
    ['office-administrator', 'user-administrator'],
  );

  const gus = await as('gus.gray');
  const own = { form_token: hiddenFields((await gus.get('/account/password')).html)['form_token'] ?? '' };
  for (const path of [users, `${users}/invite`, `${users}/gus.gray`])
    t.equal((await gus.get(path)).status, 403, path);
  for (const path of [`${users}/invite`, `${users}/gus.gray/role`, `${users}/una.uribe/remove`])
    t.equal((await gus.post(path, { ...own, ...invitation('a@b.example'), sure: 'yes' })).status, 403, path);

  const maria = await as('maria.lopez');
  const marias = { form_token: hiddenFields((await maria.get(users)).html)['form_token'] ?? '' };
  t.match(
    (await maria.post(`${users}/maria.lopez/remove`, { ...marias, sure: 'yes' })).text,
    /last office administrator/,
  );
  t.match(
    (await maria.post(`${users}/maria.lopez/role`, { ...marias, role: 'general-user' })).text,
    /last office/,
  );
  t.equal(
    (await maria.post(`${users}/gus.gray/role`, { ...marias, role: 'office-administrator' })).status,
    303,
  );
  t.equal(await roleOf('gus.gray'), 'office-administrator');
  t.equal((await maria.post(`${users}/maria.lopez/role`, { ...marias, role: 'general-user' })).status, 303);
  t.equal((await findUser(database, userId('maria.lopez')))?.partnerId, 'acme');
});

test('another partner’s users and invitations are no one here, and a form needs its token', async (t) => {
  const { as, roleOf, link } = await openOffice(t);
  const maria = await as('maria.lopez');
  await maria.fillIn(`${users}/invite`, invitation('nora@new.example'));
  const page = await maria.get(users);
  const revoke = /action="([^"]*\/revoke)"/.exec(page.html)?.[1] ?? '';
  const mallory = await as('mallory.moe');
  const opened = await mallory.get(users);
  t.notMatch(opened.text, /nora@new|maria\.lopez|gus\.gray/);
  const token = { form_token: hiddenFields((await mallory.get(`${users}/invite`)).html)['form_token'] ?? '' };
  t.equal((await mallory.post(revoke, token)).status, 404);
  t.equal((await mallory.post(revoke.replace('/revoke', '/resend'), token)).status, 404);
  t.equal((await mallory.get(`${users}/gus.gray`)).status, 404);
  t.equal((await mallory.post(`${users}/gus.gray/role`, { ...token, role: 'general-user' })).status, 404);
  t.equal((await mallory.post(`${users}/gus.gray/remove`, { ...token, sure: 'yes' })).status, 404);
  t.equal(await roleOf('gus.gray'), 'general-user');
  t.ok(await link(), 'the invitation is still there');
  for (const path of [`${users}/invite`, `${users}/gus.gray/role`, `${users}/gus.gray/remove`, revoke])
    t.equal((await maria.post(path, { form_token: 'forged', sure: 'yes' })).status, 403, path);
});

test('removing a user takes role, rights and sessions, and disables SFTP until it is set up anew', async (t) => {
  const { as, register, link, database, accountSetup, roleOf, pass } = await openOffice(t);
  const step = (user: string) =>
    accountSetup.perform({
      signedIn: userId(user),
      userName: user,
      password: goodPassword,
      attested: true,
      publicKey: '',
      address: '127.0.0.1',
    });
  await register('nora.new', 'nora@new.example');
  const maria = await as('maria.lopez');
  await maria.fillIn(`${users}/invite`, invitation('nora@new.example', 'general-user', 'send 837P'));
  const nora = await as('nora.new');
  await accept(nora, await link());
  t.match(await step('nora.new'), { kind: 'set-up' });
  const before = await findAccount(database, userId('nora.new'));
  t.match(before, { status: 'active', partnerId: 'acme' });

  const token = { form_token: hiddenFields((await maria.get(users)).html)['form_token'] ?? '' };
  t.equal(
    (await maria.post(`${users}/nora.new/remove`, token)).status,
    422,
    'not without saying that one is sure',
  );
  t.equal((await maria.post(`${users}/nora.new/remove`, { ...token, sure: 'yes' })).status, 303);
  t.match(await findAccount(database, userId('nora.new')), { status: 'disabled' });
  t.ok(
    (await findAccount(database, userId('nora.new')))?.version !== before?.version,
    'live SFTP sessions end',
  );
  t.equal((await nora.get('/home')).status, 303, 'and so do those of the portal');
  t.equal(await roleOf('nora.new'), undefined);
  t.same((await readGrants(database, userId('nora.new'))).rights, []);
  t.match(await step('nora.new'), { kind: 'refused' }, 'the step does not bring it back');

  pass(minuteMs);
  const mallory = await as('mallory.moe');
  await mallory.fillIn(`${users}/invite`, invitation('nora@new.example'));
  await accept(await as('nora.new'), await link());
  t.match(await findAccount(database, userId('nora.new')), { status: 'update-required', partnerId: 'other' });
  t.match(await step('nora.new'), { kind: 'updated' });
  t.match(
    await findAccount(database, userId('nora.new')),
    { status: 'active', partnerId: 'other' },
    'the new mailbox',
  );
});

test('inviting, naming and removing ask again after ten minutes, and lead back', async (t) => {
  const { as, database, directory, roleOf, pass } = await openOffice(t);
  await addUser({ database, directory, id: 'at@acme', partner: 'acme' });
  const maria = await as('maria.lopez');
  await maria.fillIn(`${users}/invite`, invitation('nora@new.example'));
  const open = (await maria.get(users)).html;
  const [resend = ''] = /\/trading-partner\/invitations\/[^/"]+\/resend/.exec(open) ?? [];
  const token = hiddenFields(open)['form_token'] ?? '';
  pass(10 * minuteMs);
  t.equal((await maria.get(users)).status, 200, 'the list of users is free');
  for (const [path, fields, back] of [
    [`${users}/gus.gray/role`, { role: 'user-administrator' }, `${users}/gus.gray`],
    [`${users}/at@acme/remove`, { sure: 'yes' }, `${users}/at%40acme`],
    [`${users}/invite`, invitation('other@new.example'), `${users}/invite`],
    [resend, {}, users],
    [resend.replace('resend', 'revoke'), {}, users],
  ] as const) {
    const answer = await maria.post(path, { ...fields, form_token: token });
    t.equal(answer.headers.get('location'), `/account/confirm?${new URLSearchParams({ next: back })}`, path);
  }
  t.same([await roleOf('gus.gray'), await roleOf('at@acme')], ['general-user', 'general-user']);
  t.equal((await listMails(database, { limit: 10 })).length, 1, 'nothing was sent, to anyone');
  t.match((await maria.get(users)).text, /nora@new\.example.* Open until/, 'nor taken back');
  const asked = await maria.get(`${users}/at@acme`);
  const confirm = asked.headers.get('location') ?? '';
  t.match(confirm, /^\/account\/confirm/, 'the page of a user asks before anything is chosen there');
  const form = hiddenFields((await maria.get(confirm)).html);
  const back = await maria.post(confirm, { ...form, password: goodPassword });
  t.equal(back.headers.get('location'), `${users}/at%40acme`);
  t.match(await maria.get(back.headers.get('location') ?? ''), { status: 200, text: /User at@acme/ });
  const saved = await maria.post(`${users}/gus.gray/role`, { form_token: token, role: 'user-administrator' });
  t.equal(saved.headers.get('location'), users);
  t.equal(await roleOf('gus.gray'), 'user-administrator');
});
