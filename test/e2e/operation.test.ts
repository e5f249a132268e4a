// The commands of operation against a gateway that runs: what an administrator types reaches it within a second.

import { join } from 'node:path';
import ssh2 from 'ssh2';
import t from 'tap';
import { openCore } from '../../core.ts';
import { addReadyUserByHand, firstPassword, testConfig } from '../support/gateway.ts';
import { type Ran, runProgram } from '../support/program.ts';
import { readLog, startServe, whyNotBuilt } from '../support/serve-process.ts';
import { call, connectSsh } from '../support/ssh-client.ts';
import { makeTestFolder } from '../support/test-folder.ts';
import { until } from '../support/until.ts';

const program = new URL('../../dist/admin/main.js', import.meta.url).pathname;
const user = 'mfranklin';

t.test('commands of operation', { skip: whyNotBuilt() }, async (t) => {
  const root = makeTestFolder(t);
  const dataDirectory = join(root, 'data');
  const core = openCore({ config: testConfig(dataDirectory), observe: () => undefined });
  await addReadyUserByHand(core, { partner: 'acme-dental', user });
  await core.close();
  const serve = await startServe(t, { root, name: 'serve', config: { roles: ['sftp'] } });
  const signIn = () => connectSsh(t, serve.target(user), firstPassword);
  const claimgate = (...args: readonly string[]): Promise<Ran> =>
    runProgram(process.execPath, [program, ...args, '--data', dataDirectory], { cwd: root });
  const told = async (...args: readonly string[]): Promise<unknown> => {
    const { code, out } = await claimgate(...args, '--json');
    if (code !== 0) throw new Error(out);
    return JSON.parse(out);
  };

  await t.test('session list and end', async (t) => {
    const session = await signIn();
    const [row] = (await told('session', 'list')) as readonly { readonly id: string }[];
    t.match(row, { userId: user, address: '127.0.0.1', state: 'live' });
    t.match(await claimgate('session', 'end', row?.id ?? ''), { code: 0, out: /ends now/ });
    await session.closed;
    t.match(await claimgate('session', 'end', 'nobody'), { code: 1, out: /There is no session nobody/ });
    await until('its row is gone', async () => ((await told('session', 'list')) as unknown[]).length === 0);
  });

  await t.test('ban add, list and lift', async (t) => {
    t.match(await claimgate('ban', 'add', '127.0.0.1', '--hours', '1'), { code: 0, out: /is banned until/ });
    t.match(await told('ban', 'list'), [{ from: '127.0.0.1' }]);
    await t.rejects(signIn(), 'the socket is closed without a word');
    t.match(await claimgate('ban', 'lift', '127.0.0.1'), { code: 0, out: /Let in again: 127\.0\.0\.1/ });
    (await signIn()).cut();
    t.match(await told('ban', 'add', '203.0.113.0/24'), { from: '203.0.113.0/24' });
    t.match(await claimgate('ban', 'add', '203.0.0.0/16'), { code: 2, out: /network of \/24/ });
    t.match(await claimgate('ban', 'add', '203.0.113.7', '--hours', '0'), { code: 2, out: /above 0/ });
    t.match(await claimgate('ban', 'lift', '203.0.113.7'), { code: 0, out: /203\.0\.113\.0\/24/ });
  });

  await t.test('hostkey rotate and retire: new connections see the successor', async (t) => {
    const before = (await told('hostkey', 'list')) as readonly { type: string; fingerprint: string }[];
    const old = before.find(({ type }) => type === 'ssh-ed25519')?.fingerprint ?? '';
    const { fingerprint: successor } = (await told('hostkey', 'rotate')) as { readonly fingerprint: string };
    t.match(await told('hostkey', 'retire', old), { retired: old, serving: successor });
    t.match(await claimgate('hostkey', 'retire', old), { code: 1, out: /There is no host key/ });
    t.match(await claimgate('hostkey', 'retire', successor), { code: 1, out: /only ssh-ed25519 key/ });
    await until('the gateway serves it', async () => (await hostKeyOf(serve.target(user))) === successor);
  });

  await t.test(
    'account key list, expire and revoke: a session ends with the key that opened it',
    async (t) => {
      const { private: key, public: line } = ssh2.utils.generateKeyPairSync('ecdsa', {
        bits: 256,
        comment: 'laptop',
      });
      const core = openCore({ config: testConfig(dataDirectory), observe: () => undefined });
      await addReadyUserByHand(core, {
        partner: 'keys',
        user: 'key.user',
        submitterId: 'KEYS',
        publicKey: line,
      });
      await core.close();
      const [row] = (await told('account', 'key', 'list', 'key.user')) as readonly { fingerprint: string }[];
      const fingerprint = row?.fingerprint ?? '';
      t.match(row, { comment: 'laptop' });
      const comeIn = () => connectSsh(t, serve.target('key.user'), { privateKey: key });
      const session = await comeIn();
      t.match(await claimgate('account', 'key', 'expire', 'key.user', fingerprint, '--at', 'soon'), {
        code: 2,
        out: /is no time/,
      });
      t.match(await told('account', 'key', 'expire', 'key.user', fingerprint, '--at', '2020-01-01'), {
        fingerprint,
      });
      await session.closed;
      await t.rejects(comeIn());
      await told('account', 'key', 'expire', 'key.user', fingerprint, '--at', 'never');
      const again = await comeIn();
      t.match(await claimgate('account', 'key', 'revoke', 'key.user', fingerprint), {
        code: 0,
        out: /is revoked/,
      });
      await again.closed;
      t.match(await claimgate('account', 'key', 'revoke', 'key.user', fingerprint), {
        code: 1,
        out: /has no key/,
      });
    },
  );

  await t.test('SIGTERM: what is being uploaded is kept to be resumed, and the end is told', async (t) => {
    const { sftp, closed } = await signIn();
    const handle = await call<Buffer>((done) => sftp.open('/inbound/half.x12', 'w', done));
    await call((done) => sftp.write(handle, Buffer.from('ISA'), 0, 3, 0, done));
    t.equal(await serve.stop(), 0);
    await closed;
    const log = readLog(serve.logFile);
    t.match(log.at(-1), { event: 'gateway.stopped' });
    t.match(await told('session', 'list'), []);
    t.match(await told('transmission', 'list'), [{ name: 'half.x12', state: 'interrupted' }]);
  });
});

/** The fingerprint of the host key that a new connection is shown. */
function hostKeyOf(target: { readonly host: string; readonly port: number }): Promise<string> {
  return new Promise((resolve) => {
    const client = new ssh2.Client();
    let seen = '';
    client.on('error', () => resolve(seen));
    client.connect({
      host: target.host,
      port: target.port,
      username: 'nobody',
      algorithms: { serverHostKey: ['ssh-ed25519'] },
      hostHash: 'sha256',
      hostVerifier: (hash: string) => {
        seen = `SHA256:${Buffer.from(hash, 'hex').toString('base64').replace(/=+$/, '')}`;
        return false;
      },
    });
  });
}
