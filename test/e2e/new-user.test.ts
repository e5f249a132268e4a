// As someone would who has never seen Claimgate: init, doctor, first partner and user, the setup step in the portal, an
// upload, its 999, the hook, a backup, and the same gateway again out of that backup in another directory. Everything by
// the command, the portal and SFTP; nothing by the database.

import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { corpusSubmitterId, readClaims } from '../support/claims.ts';
import { run, whyNotBuilt } from '../support/command.ts';
import { doSetupStep, firstPassword, waitForAnswers } from '../support/gateway.ts';
import { openPlainBrowser } from '../support/portal.ts';
import { serveInstalled } from '../support/serve-installed.ts';
import { connectSsh, putFile } from '../support/ssh-client.ts';
import { makeTestFolder } from '../support/test-folder.ts';
import { until } from '../support/until.ts';

const skip = whyNotBuilt() ?? false;

/** Someone's pipeline. @returns where it listens, and the kinds of events that have reached it */
async function startReceiver(t: Test): Promise<{ readonly url: string; readonly kinds: readonly string[] }> {
  const kinds: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      kinds.push((JSON.parse(body) as { readonly type: string }).type);
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => new Promise((done) => server.close(done)));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}/`, kinds };
}

test('a new user gets from nothing to a 999, and back from a backup', {
  skip,
  timeout: 240_000,
}, async (t) => {
  const cwd = makeTestFolder(t);
  const claimgate = async (args: readonly string[], input = ''): Promise<string> => {
    const ran = await run(cwd, args, input);
    t.equal(ran.code, 0, `claimgate ${args.join(' ')}: ${ran.err}${ran.out}`);
    return ran.out;
  };
  const receiver = await startReceiver(t);
  await claimgate([
    'init',
    '--yes',
    '--data',
    'data',
    '--listen',
    '127.0.0.1',
    '--https',
    'none',
    '--public-host',
    'localhost',
  ]);
  writeFileSync(join(cwd, 'hook-secret'), `whsec_${randomBytes(32).toString('base64')}`, { mode: 0o600 });
  const hook = {
    name: 'pipeline',
    url: receiver.url,
    secretFile: join(cwd, 'hook-secret'),
    allowPrivateAddresses: true,
    allowPlainHttp: true,
  };
  appendFileSync(join(cwd, 'claimgate.yaml'), `\nhooks:\n  webhooks: [${JSON.stringify(hook)}]\n`);
  await claimgate(['config', 'check']);
  await claimgate(['doctor']);
  await claimgate([
    'partner',
    'add',
    'my-clinic',
    '--name',
    'My Clinic',
    '--submitter-id',
    corpusSubmitterId,
  ]);
  const person = ['--first-name', 'My', '--last-name', 'Name', '--email', 'me@clinic.example'];
  await claimgate(['user', 'add', 'my.name', '--partner', 'my-clinic', ...person], `${firstPassword}\n`);

  const first = await serveInstalled(t, cwd, { log: 'first.log', data: 'data' });
  const browser = openPlainBrowser(first.portal);
  await browser.signIn('my.name', firstPassword);
  await doSetupStep(browser, { user: 'my.name', password: firstPassword });
  const { sftp } = await connectSsh(t, first.target('my.name'), firstPassword);
  await putFile(sftp, '/inbound/claims.x12', readClaims('p-00-valid', 1));
  const [answer] = await waitForAnswers(join(cwd, 'data'), { partner: 'my-clinic', file: 'claims.x12' });
  t.match(answer?.text, /ST\*999[\s\S]*IK5\*A/);
  await until('the hook', () => receiver.kinds.includes('transmission.answered'));
  t.match(JSON.parse(await claimgate(['transmission', 'list', '--json'])), [{ verdict: 'accepted' }]);

  mkdirSync(join(cwd, 'backups'));
  const made = JSON.parse(await claimgate(['backup', 'create', 'backups', '--verify', '--json']));
  t.match(made, { verified: true });
  t.comment('a change made by the command reaches the running gateway');
  await claimgate(['account', 'disable', 'my.name']);
  await until(
    'the session ends',
    async () => (await claimgate(['session', 'list', '--json'])).trim() === '[]',
  );
  t.equal(await first.stop(), 0);
  await claimgate(['backup', 'restore', String(made.backup), '--data', 'restored']);
  await claimgate(['doctor', '--data', 'restored']);
  const second = await serveInstalled(t, cwd, { log: 'second.log', data: 'restored' });
  t.same(second.target('').fingerprints, first.target('').fingerprints, 'partners see the same host key');
  const again = await connectSsh(t, second.target('my.name'), firstPassword);
  await putFile(again.sftp, '/inbound/more.x12', readClaims('p-00-valid', 2));
  const [more] = await waitForAnswers(join(cwd, 'restored'), { partner: 'my-clinic', file: 'more.x12' });
  t.match(more?.text, /IK5\*A/);
  t.same(
    readFileSync(join(cwd, `restored/mailboxes/my-clinic/outbound/${answer?.name}`), 'latin1'),
    answer?.text,
  );
  await claimgate(['audit', 'verify', '--data', 'restored']);
});
