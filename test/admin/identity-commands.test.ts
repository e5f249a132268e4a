// `claimgate user ...` and `claimgate mail ...`, beside a running gateway.

import { join } from 'node:path';
import { test } from 'tap';
import { run, whyNotBuilt } from '../support/command.ts';
import { startTestGateway } from '../support/gateway.ts';
import { linkIn, readMailFolder } from '../support/mail.ts';
import { until } from '../support/until.ts';

const skip = whyNotBuilt() ?? false;

test('an administrator adds a government user, reads the mail, and changes what the user may', {
  skip,
}, async (t) => {
  const { clientDirectory, dataDirectory, browser, core } = await startTestGateway(t, {
    config: { roles: ['portal', 'hooks'] },
  });
  const claimgate = (...args: readonly string[]) => run(clientDirectory, [...args, '--data', dataDirectory]);
  const person = ['--first-name', 'Grace', '--last-name', 'Hopper', '--email', 'grace@state.example'];
  t.match(await claimgate('user', 'add', 'grace.gov', '--kind', 'government', ...person), {
    code: 0,
    out: /grace\.gov of no trading partner was added\.\nA mail with a link to choose a password goes to grace@/,
  });
  const mails = await until('a mail', async () => {
    const found = await readMailFolder(join(dataDirectory, 'mail'));
    return found.length > 0 && found;
  });
  const [mail] = mails;
  if (mail === undefined) return;
  const listed = await until('it is noted as sent', async () => {
    const list = await claimgate('mail', 'list', '--state', 'sent');
    return list.out.includes('invitation') && list;
  });
  const id = /^([0-9a-f-]{36}) +invitation +grace\.gov/m.exec(listed.out)?.[1] ?? '';
  t.match(await claimgate('mail', 'show', id), { code: 0, out: linkIn(mail) }, 'the link is shown whole');
  t.match(await claimgate('mail', 'retry', id), { code: 1, err: /no mail .* that was given up/ });

  const visitor = browser();
  const opened = await visitor.get(linkIn(mail));
  t.equal(opened.headers.get('location'), '/recover/new-password');
  const password = 'Copper-Heron-7-Lake';
  await visitor.fillIn('/recover/new-password', { 'new-password': password, 'repeat-password': password });
  t.match((await visitor.signIn('grace.gov', password)).text, /Welcome, Grace/);

  t.match(await claimgate('user', 'invite', 'grace.gov'), { code: 1, err: /grace\.gov is active/ });
  t.match(await claimgate('user', 'lock', 'grace.gov'), { code: 0, out: /locked until/ });
  t.equal((await visitor.get('/home')).status, 303, 'the session ends with the lock');
  t.match((await claimgate('user', 'show', 'grace.gov')).out, /lockedUntil: +20/);
  t.equal((await browser().signIn('grace.gov', password)).status, 429);
  t.match(await claimgate('user', 'unlock', 'grace.gov'), { code: 0 });
  for (const [verb, status] of [
    ['expire', 'expired'],
    ['reactivate', 'active'],
    ['disable', 'disabled'],
    ['enable', 'active'],
  ] as const) {
    t.match(await claimgate('user', verb, 'grace.gov'), { code: 0, out: new RegExp(`is now ${status}`) });
    t.match(await claimgate('user', verb, 'grace.gov'), { code: 0, out: /Nothing was changed/ });
    const page = await browser().signIn('grace.gov', password);
    if (status === 'expired') t.match(page, { status: 403, text: /has expired/ });
    if (status === 'disabled') t.match(page.text, /The User ID or the password is not right/);
  }
  const { database } = core;
  const records = await database.sql
    .selectFrom('audit_records')
    .select(['action', 'actor'])
    .where('subject', '=', 'user:grace.gov')
    .orderBy('sequence')
    .execute();
  const actions = records
    .filter(({ actor }) => actor.startsWith('administrator:'))
    .map(({ action }) => action);
  t.same(actions, [
    'user.add',
    'user.invite',
    'user.lock',
    'user.unlock',
    'user.expire',
    'user.reactivate',
    'user.disable',
    'user.enable',
  ]);
  t.match(await claimgate('user', 'unlock', 'nobody'), { code: 1, err: /There is no user nobody/ });
});
