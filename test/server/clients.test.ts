import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { test } from 'tap';
import { done, openSftp, signIn } from './support/ssh-client.ts';
import { password, rsaPrivateKey, startServer, userName } from './support/start-server.ts';
import { missing, run, runSftp } from './support/stock-client.ts';

const content = randomBytes(700_001);

function sameBytes(one: Buffer, other: Buffer): boolean {
  const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
  return digest(one) === digest(other);
}

test('OpenSSH sftp: put, get, ls, stat, rename, rm, resume in both directions', {
  skip: missing('sftp'),
}, async (t) => {
  const { server, mailbox, cwd } = await startServer(
    t,
    {},
    { up: content, partial: content.subarray(0, 300_000) },
  );
  const inbound = (name: string) => join(mailbox.root, 'inbound', name);
  writeFileSync(inbound('resumed'), content.subarray(0, 300_000));
  const ran = await runSftp(server, {
    cwd,
    commands: [
      'put up inbound/claims.x12',
      'ls -la inbound',
      'get inbound/claims.x12 down',
      'reget inbound/claims.x12 partial',
      'reput up inbound/resumed',
      'put -f -p up inbound/times',
      'rename inbound/times inbound/renamed',
      'rename inbound/renamed inbound/resumed',
      'chmod 600 inbound/claims.x12',
      'df inbound',
      'rm inbound/claims.x12',
      'cd inbound',
      'pwd',
      'ls',
    ],
  });
  t.equal(ran.code, 0, ran.out);
  t.match(ran.out, /-rw-r--r-- .* 700001 .* claims\.x12/);
  t.match(ran.out, /Remote working directory: \/inbound/);
  t.ok(sameBytes(readFileSync(join(cwd, 'down')), content));
  t.ok(sameBytes(readFileSync(join(cwd, 'partial')), content), 'the download was resumed');
  t.ok(sameBytes(readFileSync(inbound('resumed')), content));
  t.throws(() => statSync(inbound('claims.x12')), { code: 'ENOENT' });
  t.same(mailbox.published, ['claims.x12', 'resumed', 'times']);
});

test('OpenSSH sftp: a slow disk holds the client back by its window, and costs no byte', {
  skip: missing('sftp'),
}, async (t) => {
  const large = randomBytes(24 * 1024 * 1024);
  const { server, mailbox, cwd } = await startServer(t, {}, { large });
  const releases: (() => void)[] = [];
  const stall = () => new Promise<void>((resolve) => releases.push(resolve));
  mailbox.stall = stall();
  const running = runSftp(server, { cwd, commands: ['put large inbound/large'] });
  // OpenSSH waits for the answer to its first WRITE before it sends 64 ahead: let that one pass.
  while (mailbox.writesUnderWay === 0) await new Promise((resolve) => setImmediate(resolve));
  mailbox.stall = stall();
  releases[0]?.();
  // When the session takes no more, the client may still send what is left of its window: between half of it and all.
  const windowBytes = 2 * 1024 * 1024;
  while (server.bytesHeld().unreadBytes < windowBytes / 2 - 64 * 1024) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  t.ok(
    server.bytesHeld().unreadBytes <= windowBytes,
    `${server.bytesHeld().unreadBytes} bytes were not read`,
  );
  releases[1]?.();
  mailbox.stall = undefined;
  const ran = await running;
  t.equal(ran.code, 0, ran.out);
  t.ok(sameBytes(readFileSync(join(mailbox.root, 'inbound', 'large')), large));
  t.ok(
    server.bytesHeld().peakBytes <= 5 * 1024 * 1024,
    `at most ${server.bytesHeld().peakBytes} bytes were held`,
  );
});

test('OpenSSH sftp: an upload that was cut is resumed', { skip: missing('sftp') }, async (t) => {
  const { server, mailbox, cwd } = await startServer(t, {}, { up: content });
  const client = await signIn(t, server);
  const sftp = await openSftp(client);
  const handle = await done<Buffer>((callback) => sftp.open('/inbound/cut', 'w', callback));
  await done((callback) => sftp.write(handle, content, 0, 200_000, 0, callback));
  client.destroy();
  while (mailbox.abandoned.length === 0) await new Promise((resolve) => setImmediate(resolve));
  t.same(mailbox.published, []);
  const ran = await runSftp(server, { cwd, commands: ['reput up inbound/cut'] });
  t.equal(ran.code, 0, ran.out);
  t.ok(sameBytes(readFileSync(join(mailbox.root, 'inbound', 'cut')), content));
  t.same(mailbox.published, ['cut']);
});

test('OpenSSH sftp: refusals read like sentences, and the exit code is not 0', {
  skip: missing('sftp'),
}, async (t) => {
  const { server, cwd } = await startServer(t, {}, { up: 'x' });
  for (const command of [
    'mkdir inbound/x',
    'put up outbound/x',
    'get inbound/none',
    'ln -s a b',
    'cd /etc',
    'rm inbound',
  ]) {
    const ran = await runSftp(server, { cwd, commands: [command] });
    t.not(ran.code, 0, command);
    t.match(ran.out, /[Pp]ermission denied|not found|No such file/, command);
  }
  const wrong = await runSftp(server, { cwd, commands: ['ls'], password: 'wrong' });
  t.not(wrong.code, 0);
  t.match(wrong.out, /Permission denied/);
});

test('OpenSSH sftp: every key exchange, cipher and MAC that we offer works', {
  skip: missing('sftp'),
}, async (t) => {
  const { server, cwd } = await startServer(
    t,
    { rekeyBytes: 300_000, watchIntervalMs: 5, profile: 'compatible' },
    { up: content },
  );
  const rows = [
    [
      'KexAlgorithms=ecdh-sha2-nistp256',
      'Ciphers=aes128-ctr',
      'MACs=hmac-sha2-256',
      'HostKeyAlgorithms=ecdsa-sha2-nistp256',
    ],
    [
      'KexAlgorithms=diffie-hellman-group14-sha256',
      'Ciphers=aes256-ctr',
      'MACs=hmac-sha2-256-etm@openssh.com',
    ],
    ['KexAlgorithms=curve25519-sha256', 'Ciphers=chacha20-poly1305@openssh.com', 'RekeyLimit=256K'],
    ['KexAlgorithms=ecdh-sha2-nistp521', 'Ciphers=aes256-gcm@openssh.com', 'Compression=yes'],
    [
      'KexAlgorithms=diffie-hellman-group16-sha512',
      'Ciphers=aes192-ctr',
      'MACs=hmac-sha2-512-etm@openssh.com',
    ],
  ];
  for (const options of rows) {
    const ran = await runSftp(server, { cwd, options, commands: ['put up inbound/a', 'get inbound/a down'] });
    t.equal(ran.code, 0, `${options.join(' ')}\n${ran.out}`);
    t.ok(sameBytes(readFileSync(join(cwd, 'down')), content), options.join(' '));
  }
});

test('OpenSSH sftp: keys, and keyboard-interactive', { skip: missing('sftp') }, async (t) => {
  const { server, gate } = await startServer(t);
  const key = rsaPrivateKey(2048);
  const parsed = ssh2.utils.parseKey(key);
  if (parsed instanceof Error) throw parsed;
  gate.keys.add(parsed.getPublicSSH().toString('base64'));
  const cwd = t.testdir();
  writeFileSync(join(cwd, 'key'), key, { mode: 0o600 });
  const identity = ['IdentitiesOnly=yes', `IdentityFile=${join(cwd, 'key')}`, 'PubkeyAuthentication=yes'];
  const withKey = async (...options: string[]) =>
    (await runSftp(server, { cwd, commands: ['ls'], password: 'wrong', options: [...options, ...identity] }))
      .code;
  // The first value of an option counts, so that the method is set before runSftp's own.
  const before = gate.attempts.length;
  t.equal(await runWithMethod('publickey'), 0);
  t.equal(await runWithMethod('keyboard-interactive'), 0);
  t.ok(gate.attempts.length > before);
  t.not(await withKey('PubkeyAcceptedAlgorithms=ssh-rsa'), 0, 'RSA with SHA-1');

  async function runWithMethod(method: string): Promise<number | null> {
    const ran = await run(
      'sftp',
      [
        ...[
          'StrictHostKeyChecking=no',
          'UserKnownHostsFile=/dev/null',
          'BatchMode=no',
          'LogLevel=ERROR',
          `PreferredAuthentications=${method}`,
          ...identity,
        ].flatMap((option) => ['-o', option]),
        ...['-P', String(server.port), '-b', '-', `${userName}@${server.host}`],
      ],
      { cwd, input: 'ls\n', env: { SSH_ASKPASS: askpass(), SSH_ASKPASS_REQUIRE: 'force', DISPLAY: 'none' } },
    );
    return ran.code;
  }

  function askpass(): string {
    const path = join(cwd, 'ask.sh');
    writeFileSync(path, `#!/bin/sh\necho '${password}'\n`, { mode: 0o700 });
    return path;
  }
});

test('lftp: put, get, ls, mv, rm, resume', { skip: missing('lftp') }, async (t) => {
  const { server, mailbox, cwd } = await startServer(t, {}, { up: content });
  writeFileSync(join(mailbox.root, 'inbound', 'resumed'), content.subarray(0, 300_000));
  writeFileSync(
    join(cwd, 'script'),
    [
      'set cmd:fail-exit yes',
      'set sftp:auto-confirm yes',
      'set net:max-retries 1',
      `open -u ${userName},${password} sftp://${server.host}:${server.port}`,
      'put -O inbound up -o a',
      'get inbound/a -o down',
      'put -c -O inbound up -o resumed',
      'mv inbound/a inbound/b',
      'rm inbound/b',
      'ls inbound',
      'bye',
      '',
    ].join('\n'),
  );
  const ran = await run('lftp', ['-f', 'script'], { cwd });
  t.equal(ran.code, 0, ran.out);
  t.match(ran.out, /resumed/);
  t.ok(sameBytes(readFileSync(join(cwd, 'down')), content));
  t.ok(sameBytes(readFileSync(join(mailbox.root, 'inbound', 'resumed')), content));
});

test('psftp: put, get, ls, mv, del', { skip: missing('psftp') }, async (t) => {
  const { server, cwd } = await startServer(
    t,
    {},
    {
      up: content,
      batch:
        'put up inbound/a\nget inbound/a down\nmv inbound/a inbound/b\nls inbound\ndel inbound/b\nquit\n',
    },
  );
  const hostKeys = server.fingerprints.flatMap((fingerprint) => ['-hostkey', fingerprint]);
  const ran = await run(
    'psftp',
    [
      ...hostKeys,
      '-P',
      String(server.port),
      '-pw',
      password,
      '-batch',
      '-b',
      'batch',
      `${userName}@${server.host}`,
    ],
    { cwd },
  );
  t.equal(ran.code, 0, ran.out);
  t.match(ran.out, /rm \/inbound\/b: OK/);
  t.ok(sameBytes(readFileSync(join(cwd, 'down')), content));
});

test('curl (libssh2): put, get, list, and a refused password', { skip: missing('curl') }, async (t) => {
  const { server, cwd } = await startServer(t, {}, { up: content });
  const curl = (path: string, ...more: string[]) => {
    const login = ['-sSk', '-u', `${userName}:${password}`];
    return run('curl', [...login, ...more, `sftp://${server.host}:${server.port}${path}`], { cwd });
  };
  if (!(await run('curl', ['-V'], { cwd })).out.includes(' sftp')) {
    t.comment('this curl has no SFTP');
    return;
  }
  const put = await curl('/inbound/a', '-T', 'up');
  t.equal(put.code, 0, put.out);
  t.equal((await curl('/inbound/a', '-o', 'down')).code, 0);
  t.ok(sameBytes(readFileSync(join(cwd, 'down')), content));
  t.match((await curl('/inbound/')).out, / 700001 .* a$/m);
  t.equal((await curl('/inbound/', '-u', `${userName}:wrong`)).code, 67, 'CURLE_LOGIN_DENIED');
});
