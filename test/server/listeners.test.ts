import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';
import type { ListenerSettings } from '../../server/settings.ts';
import { closed, signIn } from './support/ssh-client.ts';
import { startServer } from './support/start-server.ts';

const dayMs = 24 * 3_600_000;

function listener(overrides: Partial<ListenerSettings>): ListenerSettings {
  const place = { name: 'old-partners', host: '127.0.0.1', port: 0 };
  return {
    ...place,
    profile: 'legacy',
    closesAtMs: Date.now() + 90 * dayMs,
    trustedProxies: [],
    ...overrides,
  };
}

/** What JSch 0.1.55 has in common with us, and what still older stacks have. */
const jsch = {
  kex: ['ecdh-sha2-nistp256'],
  serverHostKey: ['ecdsa-sha2-nistp256'],
  cipher: ['aes128-ctr'],
  hmac: ['hmac-sha2-256'],
} as const;
const ancient = {
  kex: ['diffie-hellman-group14-sha1'],
  serverHostKey: ['ssh-rsa'],
  cipher: ['aes128-ctr'],
  hmac: ['hmac-sha1'],
} as const;

function only(offer: typeof jsch | typeof ancient) {
  return {
    algorithms: {
      kex: [...offer.kex],
      serverHostKey: [...offer.serverHostKey],
      cipher: [...offer.cipher],
      hmac: [...offer.hmac],
    },
  };
}

test('an old Java stack connects by the profile compatible, and not by modern', async (t) => {
  const modern = await startServer(t);
  await t.rejects(signIn(t, modern.server, only(jsch)), /no matching/);
  const compatible = await startServer(t, { profile: 'compatible' });
  await signIn(t, compatible.server, only(jsch));
  await t.rejects(signIn(t, compatible.server, only(ancient)), /no matching/);
});

test('SHA-1 is offered by a legacy listener alone, beside a main one that stays modern', async (t) => {
  const { server, observed } = await startServer(t, { listeners: [listener({})] });
  const [old] = server.listeners;
  if (old === undefined) throw new Error('The legacy listener is not open.');
  await signIn(t, server, { host: old.host, port: old.port, ...only(ancient) });
  await t.rejects(signIn(t, server, only(ancient)), /no matching/);
  t.match(
    observed.filter(({ kind }) => kind === 'sftp.listening'),
    [
      { listener: 'main', profile: 'modern', fingerprints: [/^SHA256:/] },
      { listener: 'old-partners', profile: 'legacy', fingerprints: [/^SHA256:/, /^SHA256:/, /^SHA256:/] },
    ],
  );
});

test('a legacy listener is not opened from its end date on, nor without one, and warned of before', async (t) => {
  const { server, observed } = await startServer(t, {
    listeners: [
      listener({ name: 'over', closesAtMs: Date.now() - 1 }),
      listener({ name: 'endless', closesAtMs: undefined }),
      listener({ name: 'soon', closesAtMs: Date.now() + dayMs }),
      listener({ name: 'later' }),
    ],
  });
  t.same(
    server.listeners.map(({ name }) => name),
    ['soon', 'later'],
  );
  t.match(
    observed.filter(({ kind }) => kind === 'sftp.listener-over' || kind === 'sftp.listener-ends'),
    [
      { kind: 'sftp.listener-over', listener: 'over' },
      { kind: 'sftp.listener-over', listener: 'endless' },
      { kind: 'sftp.listener-ends', listener: 'soon' },
    ],
  );
});

test('a listener whose end comes while it is open closes, and lets go of its connections', async (t) => {
  const closesAtMs = Date.now() + 1500;
  const { server, seen } = await startServer(t, {
    watchIntervalMs: 5,
    listeners: [listener({ profile: 'compatible', closesAtMs })],
  });
  const [open] = server.listeners;
  if (open === undefined) throw new Error('The listener is not open.');
  const client = await signIn(t, server, { host: open.host, port: open.port });
  const gone = closed(client);
  await seen('sftp.listener-over');
  await gone;
  t.ok(Date.now() >= closesAtMs);
  await t.rejects(
    new Promise((_resolve, reject) => {
      connect(open.port, open.host).once('error', reject);
    }),
    { code: 'ECONNREFUSED' },
  );
  await signIn(t, server);
});

test('our patches fit the installed packages, are applied once, and a changed package stops the installation', (t) => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const script = join(root, 'scripts', 'patch-dependencies.mjs');
  const file = 'node_modules/ssh2/lib/protocol/Protocol.js';
  const copy = t.testdir({ 'package.json': '{}' });
  mkdirSync(dirname(join(copy, file)), { recursive: true });
  for (const whole of ['package.json', 'lib/protocol/crypto.js'])
    cpSync(join(root, 'node_modules/ssh2', whole), join(copy, 'node_modules/ssh2', whole));
  const patched = readFileSync(join(root, file), 'utf8');
  const plain = patched.replace(
    "+ ',rsa-sha2-512,rsa-sha2-256'",
    "+ 'rsa-sha2-512,rsa-sha2-256,ssh-rsa,ssh-dss'",
  );
  t.not(plain, patched, 'the tests run against patched packages');
  const apply = () => spawnSync(process.execPath, [script, '--root', copy], { encoding: 'utf8' });
  writeFileSync(join(copy, file), plain);
  t.match(apply(), { status: 0, stdout: /applied/ });
  t.equal(readFileSync(join(copy, file), 'utf8'), patched);
  t.match(apply(), { status: 0, stdout: '' });
  writeFileSync(join(copy, file), plain.replace('rsa-sha2-512', 'rsa-sha3-512'));
  t.match(apply(), { status: 1, stderr: /does not fit.*still needed/ });
  t.end();
});
