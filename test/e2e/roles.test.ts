// Roles that run apart, and two processes that want the same one.

import { join } from 'node:path';
import { test } from 'tap';
import { openCore } from '../../core.ts';
import { readClaims } from '../support/claims.ts';
import {
  addReadyUserByHand,
  changePassword,
  firstPassword,
  startTestGateway,
  testConfig,
  waitForAnswers,
} from '../support/gateway.ts';
import { openPlainBrowser } from '../support/portal.ts';
import { runServe, startServe, whyNotBuilt } from '../support/serve-process.ts';
import { connectSsh, putFile } from '../support/ssh-client.ts';
import { makeTestFolder } from '../support/test-folder.ts';

const partner = 'acme-dental';
const user = 'mfranklin';

test('SFTP and intake do the main job with the portal switched off (R2)', async (t) => {
  const running = await startTestGateway(t, { config: { roles: ['sftp', 'intake'] } });
  t.equal(running.gateway.portal, undefined);
  await addReadyUserByHand(running.core, { partner, user });
  const { sftp } = await connectSsh(t, running.target(user), firstPassword);
  await putFile(sftp, '/inbound/claims.x12', readClaims('p-00-valid', 1));
  const answers = await waitForAnswers(running.dataDirectory, { partner, file: 'claims.x12' });
  t.match(answers[0]?.text, /IK5\*A/);
});

test('a gateway that is closed twice, or that cannot start, leaves nothing behind', async (t) => {
  const root = makeTestFolder(t);
  const first = await startTestGateway(t, { root });
  await t.rejects(startTestGateway(t, { root }), { code: 'storage.role-taken' });
  await first.close();
  await first.close();
  const again = await startTestGateway(t, { root });
  t.ok(again.gateway.sftp, 'the roles are free again');
});

test('processes', { skip: whyNotBuilt() }, async (t) => {
  const root = makeTestFolder(t);
  const dataDirectory = join(root, 'data');
  const core = openCore({ config: testConfig(dataDirectory), observe: () => undefined });
  t.teardown(() => core.close());
  await addReadyUserByHand(core, { partner, user });
  const sftpServe = await startServe(t, { root, name: 'sftp', config: { roles: ['sftp'] } });

  await t.test('a second process with the same role is refused with its cause and cure', async (t) => {
    const { code, out } = await runServe({ root, name: 'second', config: { roles: ['sftp', 'intake'] } });
    t.equal(code, 2);
    t.match(out, /Another Claimgate process has the role "sftp" on .*data\. Stop it first, or give/);
    t.notMatch(out, /\n\s+at /, 'no stack');
  });

  await t.test('intake in another process answers what SFTP in this one received', async (t) => {
    const { sftp } = await connectSsh(t, sftpServe.target(user), firstPassword);
    await putFile(sftp, '/inbound/before.x12', readClaims('p-00-valid', 1));
    const intake = await startServe(t, { root, name: 'intake', config: { roles: ['intake'] } });
    await waitForAnswers(dataDirectory, { partner, file: 'before.x12' });
    await putFile(sftp, '/inbound/while.x12', readClaims('p-00-valid', 2));
    const answers = await waitForAnswers(dataDirectory, { partner, file: 'while.x12' });
    t.match(answers[0]?.text, /IK5\*A/);
    t.equal(await intake.stop(), 0);
  });

  await t.test(
    'a password that is changed in the portal process ends the session in the SFTP one',
    async (t) => {
      const portal = await startServe(t, { root, name: 'portal', config: { roles: ['portal'] } });
      const live = await connectSsh(t, sftpServe.target(user), firstPassword);
      const browser = openPlainBrowser(`http://127.0.0.1:${portal.portalPort}`);
      await browser.signIn(user, firstPassword);
      await changePassword(browser, { present: firstPassword, wanted: 'Copper-Heron-4-Valley' });
      await live.closed;
      await t.rejects(connectSsh(t, sftpServe.target(user), firstPassword), /authentication/i);
      t.equal(await portal.stop(), 0);
    },
  );
  t.equal(await sftpServe.stop(), 0);
});
