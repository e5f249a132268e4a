// Doors that other products left open and that are not there: the first administrator by the web (rule R5), programs and
// settings that come in as files (rule R6), and a store of credentials that is empty (rule R19).

import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { readClaims } from '../support/claims.ts';
import {
  addPartnerAndUser,
  addReadyUserByHand,
  firstPassword,
  startTestGateway,
  waitForAnswers,
} from '../support/gateway.ts';
import { connectSsh, putFile } from '../support/ssh-client.ts';
import { makeTestFolder } from '../support/test-folder.ts';

/** Where wizards, consoles and ways round about have been found in other products. */
const wizards = [
  '/setup',
  '/install',
  '/wizard',
  '/admin',
  '/administrator',
  '/first-run',
  '/..;/admin',
  '/sign-in/..;/admin',
  '/%2e%2e/admin',
  '/goanywhere/images/..;/wizard/InitialAccountSetup.xhtml',
  '/api/v1/setup',
];

test('nobody becomes an administrator by the web: not on a fresh gateway, by no path (R5)', async (t) => {
  const running = await startTestGateway(t);
  const browser = running.browser();
  for (const path of wizards) {
    const page = await browser.get(path);
    t.ok([302, 303, 400, 404].includes(page.status), `${path}: ${page.status}`);
    t.ok((page.headers.get('location') ?? '/sign-in').startsWith('/sign-in'), path);
    const sent = await browser.post(path, {
      'user-id': 'root',
      password: firstPassword,
      role: 'administrator',
    });
    t.ok(sent.status >= 400 && sent.status < 500, `POST ${path}: ${sent.status}`);
  }
  const { database } = running.core;
  t.same(await database.sql.selectFrom('users').select('id').execute(), []);
  t.same(await database.sql.selectFrom('roles').select('user_id').execute(), []);
});

test('a store of credentials that is empty lets nobody in, an empty name and password included (R19)', async (t) => {
  const running = await startTestGateway(t);
  for (const user of ['', 'root', 'admin', 'anonymous'])
    for (const password of ['', 'admin', firstPassword])
      await t.rejects(connectSsh(t, running.target(user), password), `"${user}" with "${password}"`);
  // A user without the setup step has no account, and an empty password is none.
  await addPartnerAndUser(running.core, { partner: 'acme', user: 'maria' });
  for (const password of ['', firstPassword])
    await t.rejects(connectSsh(t, running.target('maria'), password));
  const browser = running.browser();
  for (const name of ['', 'maria', 'admin']) {
    await browser.fillIn('/sign-in', { 'user-id': name, password: '' });
    t.equal(
      (await browser.get('/trading-partner/transmissions')).status,
      303,
      `"${name}" without a password is not signed in`,
    );
  }
});

test('nothing that comes in as a file is run, or read as settings (R6, I7)', async (t) => {
  const folder = makeTestFolder(t);
  const trace = join(folder, 'run-by-somebody');
  const first = await startTestGateway(t, { root: folder });
  await addReadyUserByHand(first.core, { partner: 'acme', user: 'maria' });
  const program = `#!/bin/sh\ntouch ${trace}\n`;
  const settings = `auth:\n  lockFailures: 1000000\nhooks:\n  commands:\n    - name: evil\n      program: /bin/touch\n      arguments: [${trace}]\n`;
  const names = [
    'autorun.sh',
    'claimgate.yaml',
    'healthchecktemplate.txt',
    '.claimgate.yaml.x12',
    'package.json',
    '$(touch run-by-somebody).x12',
    ';touch run-by-somebody;.x12',
    '`touch run-by-somebody`.x12',
  ];
  const session = await connectSsh(t, first.target('maria'), firstPassword);
  for (const name of names)
    await putFile(session.sftp, `/inbound/${name}`, name.endsWith('yaml') ? settings : program);
  await putFile(session.sftp, '/inbound/claim.x12', readClaims('p-00-valid', 1));
  await waitForAnswers(first.dataDirectory, { partner: 'acme', file: 'claim.x12' });
  for (const name of names.filter((name) => !name.startsWith('.')))
    await waitForAnswers(first.dataDirectory, { partner: 'acme', file: name });
  session.cut();
  await first.close();
  // And straight into the data directory, by a program that may write there.
  for (const place of ['', 'keys', 'backend/outgoing/acme', 'hooks', 'plugins']) {
    mkdirSync(join(first.dataDirectory, place), { recursive: true });
    writeFileSync(join(first.dataDirectory, place, 'claimgate.yaml'), settings);
    writeFileSync(join(first.dataDirectory, place, 'autorun.sh'), program);
    chmodSync(join(first.dataDirectory, place, 'autorun.sh'), 0o755);
  }
  const dropped = join(first.dataDirectory, 'mailboxes/acme/inbound/dropped.sh');
  writeFileSync(dropped, program);
  chmodSync(dropped, 0o755);
  const second = await startTestGateway(t, { root: folder });
  t.same(second.core.config.hooks.commands, []);
  t.not(second.core.config.auth.lockFailures, 1_000_000);
  const again = await connectSsh(t, second.target('maria'), firstPassword);
  await putFile(again.sftp, '/inbound/claim-2.x12', readClaims('p-00-valid', 2));
  await waitForAnswers(second.dataDirectory, { partner: 'acme', file: 'claim-2.x12' });
  await waitForAnswers(second.dataDirectory, { partner: 'acme', file: 'dropped.sh' });
  t.notOk(existsSync(trace));
  t.notOk(existsSync('run-by-somebody'), 'nor by a shell that read a name');
  t.match(
    readFileSync(join(second.dataDirectory, 'claimgate.yaml'), 'utf8'),
    /evil/,
    'it lies where it was put',
  );
});
