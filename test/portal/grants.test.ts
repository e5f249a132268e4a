// Manage Transaction for User, by pages and forms alone: what each role sees and may change, and what it may not.

import { type Test, test } from 'tap';
import { everyRight, printRight } from '../../domain/right.ts';
import { readAuditRecords } from '../../storage/audit-trail.ts';
import { readGrants, setPartnerRights } from '../../storage/grant-store.ts';
import { listMails } from '../../storage/mail-store.ts';
import { nextProof } from '../support/authenticator.ts';
import { giveRights, nameRole } from '../support/office.ts';
import { addUser, hiddenFields, openPlainBrowser, openPortal, type PlainBrowser } from '../support/portal.ts';
import { partnerId, userId } from '../support/storage.ts';

const page = '/trading-partner/manage-transaction';
const box = (right: string, user: string) => `${right.replaceAll(' ', '_')}:${user}`;

/** An office: maria.lopez administers it, una.uribe its users, gus.gray is a general user; and a user of another one. */
async function openOffice(t: Test) {
  const portal = await openPortal(t);
  const { database, directory } = portal;
  for (const id of ['una.uribe', 'gus.gray']) await addUser({ database, directory, id, partner: 'acme' });
  await addUser({ database, directory, id: 'mallory.moe', partner: 'other' });
  const name = (user: string, role: 'office-administrator' | 'user-administrator', partner = 'acme') =>
    nameRole(database, { partner, user, role });
  await name('maria.lopez', 'office-administrator');
  await name('una.uribe', 'user-administrator');
  await name('mallory.moe', 'office-administrator', 'other');
  await giveRights(database, { partner: 'acme', user: 'gus.gray', rights: ['send 837P', 'receive 999'] });
  const as = async (user: string): Promise<PlainBrowser> => {
    const browser = openPlainBrowser(portal.url);
    await browser.signIn(user);
    return browser;
  };
  const held = async (user: string) => (await readGrants(database, userId(user))).rights.map(printRight);
  return { ...portal, as, held };
}

/** The form as a browser would send it: hidden fields, and each box that is checked. */
function formOf(html: string): Record<string, string> {
  const fields = hiddenFields(html);
  for (const [tag] of html.matchAll(/<input[^>]*type="checkbox"[^>]*>/g))
    if (/ checked\b/.test(tag)) fields[/name="([^"]*)"/.exec(tag)?.[1] ?? ''] = 'yes';
  return fields;
}

test('an office administrator gives and takes rights; the history tells who, when and what', async (t) => {
  const { as, held, database } = await openOffice(t);
  const maria = await as('maria.lopez');
  const opened = await maria.get(page);
  t.equal(opened.status, 200);
  for (const user of ['maria.lopez', 'una.uribe', 'gus.gray']) t.match(opened.text, user);
  t.notMatch(opened.text, 'mallory.moe');
  const fields = formOf(opened.html);
  t.equal(fields[box('send 837P', 'gus.gray')], 'yes', 'what is granted is checked');
  t.equal(fields[box('send 837I', 'gus.gray')], undefined);
  delete fields[box('send 837P', 'gus.gray')];
  fields[box('send 837I', 'gus.gray')] = 'yes';
  fields[box('receive 835', 'gus.gray')] = 'yes';
  const saved = await maria.post(page, fields);
  t.match(saved, { status: 303 });
  t.match((await maria.get(saved.headers.get('location') ?? '')).text, /Your changes are saved/);
  t.same(await held('gus.gray'), ['send 837I', 'receive 999', 'receive 835']);
  t.equal((await held('una.uribe')).length, everyRight.length, 'and no one else was touched');
  const history = await maria.get(`${page}/gus.gray`);
  t.match(history.text, /maria\.lopez send 837I, receive 835 send 837P/);
  t.match(history.text, /EDI support/, 'the operator is not named');
  t.match((await readAuditRecords(database, { limit: 1 }))[0], {
    action: 'user.grants',
    actor: 'user:maria.lopez',
    subject: 'user:gus.gray',
    address: '127.0.0.1',
  });
  t.match(
    (await listMails(database, { limit: 9 }))
      .map(({ content, userId: to }) => ({ to, ...content }))
      .filter(({ kind }) => kind === 'grants-changed'),
    [{ to: 'gus.gray', kind: 'grants-changed', removed: ['send 837P'], added: ['send 837I', 'receive 835'] }],
    'the user is told by mail',
  );
  const again = await maria.post(page, formOf((await maria.get(page)).html));
  t.match((await maria.get(again.headers.get('location') ?? '')).text, /Nothing was changed/);
});

test('a user administrator manages general users and no one else, whatever the form says', async (t) => {
  const { as, held } = await openOffice(t);
  const una = await as('una.uribe');
  const opened = await una.get(page);
  const fields = formOf(opened.html);
  t.ok(fields['version:gus.gray']);
  t.notOk('version:maria.lopez' in fields, 'an office administrator’s row has no boxes');
  t.notOk('version:una.uribe' in fields, 'nor has the own one');
  for (const user of ['una.uribe', 'maria.lopez']) {
    const forged = await una.post(page, {
      ...fields,
      [`version:${user}`]: '1',
      [box('send 837P', user)]: 'yes',
    });
    t.equal(forged.status, 403, user);
    t.equal((await held(user)).length, everyRight.length);
  }
  t.same(await held('gus.gray'), ['send 837P', 'receive 999'], 'nothing of a forged form is saved');
  t.match(await una.post(page, { ...fields, [box('send 837D', 'gus.gray')]: 'yes' }), { status: 303 });
  t.same(await held('gus.gray'), ['send 837D', 'send 837P', 'receive 999']);
});

test('a general user sees the own rights and can change nothing', async (t) => {
  const { as, held } = await openOffice(t);
  const gus = await as('gus.gray');
  const opened = await gus.get(page);
  t.equal(opened.status, 200);
  t.match(opened.text, /837P: Yes/);
  t.match(opened.text, /837I: No/);
  t.notMatch(opened.html, /type="checkbox"|Save changes/);
  t.notMatch(opened.text, /maria\.lopez|una\.uribe/);
  const { form_token: token = '' } = hiddenFields((await gus.get('/account/password')).html);
  const forged = { form_token: token, 'version:gus.gray': '1', [box('send 837I', 'gus.gray')]: 'yes' };
  t.equal((await gus.post(page, forged)).status, 403);
  t.same(await held('gus.gray'), ['send 837P', 'receive 999']);
  t.equal((await gus.get(`${page}/gus.gray`)).status, 200);
  t.equal((await gus.get(`${page}/una.uribe`)).status, 404);
});

test('another partner’s users are no one here', async (t) => {
  const { as, held } = await openOffice(t);
  const mallory = await as('mallory.moe');
  const none = await mallory.get(`${page}/no.one.at.all`);
  const theirs = await mallory.get(`${page}/gus.gray`);
  t.equal(theirs.status, 404);
  t.equal(theirs.text, none.text, 'a user of another partner reads like none');
  const fields = formOf((await mallory.get(page)).html);
  await mallory.post(page, { ...fields, 'version:gus.gray': '1', [box('send 837I', 'gus.gray')]: 'yes' });
  t.same(await held('gus.gray'), ['send 837P', 'receive 999']);
  const { form_token: token = '' } = fields;
  t.equal((await mallory.post(page, { form_token: token, 'version:gus.gray': '1' })).status, 403);
  t.same(await held('gus.gray'), ['send 837P', 'receive 999']);
});

test('a form without its token, from elsewhere, or without a session changes nothing', async (t) => {
  const { as, held, url } = await openOffice(t);
  const maria = await as('maria.lopez');
  const fields = formOf((await maria.get(page)).html);
  delete fields[box('send 837P', 'gus.gray')];
  t.equal((await maria.post(page, { ...fields, form_token: 'forged' })).status, 403);
  t.equal((await maria.post(page, fields, { headers: { 'sec-fetch-site': 'cross-site' } })).status, 403);
  t.equal((await openPlainBrowser(url).post(page, fields)).status, 303, 'led to the sign-in page');
  t.equal((await openPlainBrowser(url).get(`${page}/gus.gray`)).status, 303);
  t.same(await held('gus.gray'), ['send 837P', 'receive 999']);
});

test('two who edit at once do not overwrite one another unseen', async (t) => {
  const { as, held } = await openOffice(t);
  const maria = await as('maria.lopez');
  const una = await as('una.uribe');
  const early = formOf((await maria.get(page)).html);
  const unas = formOf((await una.get(page)).html);
  t.match(await una.post(page, { ...unas, [box('send 270', 'gus.gray')]: 'yes' }), { status: 303 });
  const late = await maria.post(page, {
    ...early,
    [box('send 837D', 'gus.gray')]: 'yes',
    [box('send 276', 'una.uribe')]: '',
  });
  t.equal(late.status, 409);
  t.match(late.text, /Someone else has changed the transactions of gus\.gray/);
  t.same(await held('gus.gray'), ['send 837P', 'send 270', 'receive 999'], 'what was saved first stands');
  t.equal((await held('una.uribe')).length, everyRight.length, 'nothing of the late form is saved');
  const shown = formOf(late.html);
  t.equal(shown[box('send 270', 'gus.gray')], 'yes', 'the row shows how it is now');
  t.equal(shown[box('send 276', 'una.uribe')], undefined, 'and keeps what was chosen in the others');
  t.match(await maria.post(page, { ...shown, [box('send 837D', 'gus.gray')]: 'yes' }), { status: 303 });
  t.same(await held('gus.gray'), ['send 837D', 'send 837P', 'send 270', 'receive 999']);
  t.notOk((await held('una.uribe')).includes('send 276'));
});

test('there is no box for what the partner has not agreed on, and saving keeps what is out of sight', async (t) => {
  const { as, held, database } = await openOffice(t);
  const agreed = everyRight.filter((right) => right.transaction !== '837P');
  const actor = { kind: 'administrator', name: 'test' } as const;
  await setPartnerRights(database, { partnerId: partnerId('acme'), rights: agreed, actor });
  const maria = await as('maria.lopez');
  const fields = formOf((await maria.get(page)).html);
  t.notOk(box('send 837P', 'gus.gray') in fields);
  await maria.post(page, {
    ...fields,
    [box('send 837P', 'una.uribe')]: 'yes',
    [box('send 270', 'gus.gray')]: 'yes',
  });
  t.same(await held('gus.gray'), ['send 837P', 'send 270', 'receive 999']);
  t.match((await maria.get(`${page}/gus.gray`)).text, /837P \(Professional claims\): not in force/);
});

test('a large office is turned over page by page', async (t) => {
  const { as, held, database, directory } = await openOffice(t);
  for (let number = 10; number < 31; number += 1)
    await addUser({ database, directory, id: `clerk.${number}`, partner: 'acme' });
  const maria = await as('maria.lopez');
  const first = await maria.get(page);
  t.match(first.text, /Page 1 of 2/);
  t.match(first.text, /clerk\.29/);
  t.notMatch(first.text, /maria\.lopez may/);
  const second = await maria.get(`${page}?page=2`);
  t.match(second.text, /gus\.gray/);
  const fields = formOf(second.html);
  delete fields[box('send 837P', 'gus.gray')];
  const saved = await maria.post(page, fields);
  t.equal(saved.headers.get('location'), `${page}?page=2`);
  t.same(await held('gus.gray'), ['receive 999']);
  t.equal((await held('clerk.10')).length, everyRight.length, 'users on other pages are left alone');
  for (const odd of ['0', '-1', '99', 'x'])
    t.equal((await maria.get(`${page}?page=${odd}`)).status, 200, odd);
});

test('changing rights asks for the second factor again after ten minutes, and leads back to the same users', async (t) => {
  const { as, held, pass, url } = await openOffice(t);
  const maria = await as('maria.lopez');
  const gus = await as('gus.gray');
  const fields = formOf((await maria.get(page)).html);
  pass(10 * 60_000);
  t.equal((await gus.get(page)).status, 200, 'who can change nothing is not asked');
  const asked = await maria.get(`${page}?page=2`);
  const confirm = `/account/confirm?${new URLSearchParams({ next: `${page}?page=2` })}`;
  t.equal(asked.headers.get('location'), confirm);
  const late = await maria.post(page, { ...fields, page: '2', [box('send 270', 'gus.gray')]: 'yes' });
  t.equal(late.headers.get('location'), confirm);
  t.same(await held('gus.gray'), ['send 837P', 'receive 999'], 'nothing was saved');
  const form = hiddenFields((await maria.get(confirm)).html);
  const back = await maria.post(confirm, { ...form, ...nextProof(url, 'maria.lopez') });
  t.equal(back.headers.get('location'), `${page}?page=2`);
  t.match(await maria.post(page, { ...fields, [box('send 270', 'gus.gray')]: 'yes' }), { status: 303 });
  t.same(await held('gus.gray'), ['send 837P', 'send 270', 'receive 999']);
});
