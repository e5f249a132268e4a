import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import type ssh2 from 'ssh2';
import { type Test, test } from 'tap';
import { ClientOffer } from '../../server/client-offer.ts';
import { ConnectionGuard } from '../../server/connection-guard.ts';
import { generateHostKeys, HostKeyUnusable, knownHostsLine, readHostKey } from '../../server/host-keys.ts';
import { KeySchedule } from '../../server/key-schedule.ts';
import { defaultSftpServerSettings } from '../../server/settings.ts';
import type { SftpServer } from '../../server/sftp-server.ts';
import { algorithmProfiles } from '../../server/ssh-algorithms.ts';
import { rawSsh, word } from './support/raw-ssh.ts';
import { closed, done, execute, openSftp, signIn } from './support/ssh-client.ts';
import { password, rsaPrivateKey, startServer, userName } from './support/start-server.ts';

/** A client that connects and then does nothing but what it is given. */
async function silentSocket(t: Test, server: SftpServer, says = '') {
  const socket = connect(server.port, server.host);
  t.teardown(() => socket.destroy());
  socket.on('error', () => undefined);
  const end = once(socket, 'close');
  await once(socket, 'connect');
  socket.resume();
  if (says !== '') socket.write(says);
  return { socket, end };
}

test('a socket that never signs in is dropped after the grace time (faults 7 and 8)', async (t) => {
  const { server, observed } = await startServer(t, { loginGraceMs: 500 });
  const silent = await silentSocket(t, server);
  const identified = await silentSocket(t, server, 'SSH-2.0-Slow\r\n');
  const garbage = await silentSocket(t, server, `${'x'.repeat(20_000)}\r\n`);
  await Promise.all([silent.end, identified.end, garbage.end]);
  const reasons = observed.flatMap((seen) => (seen.kind === 'sftp.connection-closed' ? [seen.reason] : []));
  t.equal(reasons.length, 3);
  t.equal(reasons.filter((reason) => reason === 'sign-in took too long').length, 2);
});

test('connections are counted before SSH begins, and signed-in ones are not counted as waiting', async (t) => {
  const { server, observed } = await startServer(t, {
    maxUnauthenticatedConnections: 2,
    unauthenticatedDropStart: 2,
    maxConnectionsPerAddress: 4,
  });
  await signIn(t, server);
  await signIn(t, server);
  const waiting = await silentSocket(t, server);
  await silentSocket(t, server);
  await (await silentSocket(t, server)).end;
  t.match(
    observed.filter(({ kind }) => kind === 'sftp.connection-refused'),
    [{ address: '127.0.0.1', reason: 'too-many-from-address' }],
  );
  waiting.socket.destroy();
  await waiting.end;
});

test('early drop is random from the start on, certain at the maximum, and never below', async (t) => {
  const limits = {
    ...defaultSftpServerSettings,
    unauthenticatedDropStart: 2,
    unauthenticatedDropPercent: 50,
    maxUnauthenticatedConnections: 4,
    maxConnections: 6,
    maxConnectionsPerAddress: 5,
  };
  let drawn = Buffer.from([0, 0]);
  const guard = new ConnectionGuard({ limits, randomBytes: () => drawn });
  t.same(guard.judge('a'), { kind: 'admitted' }, 'below the start nothing is drawn');
  const places = [guard.enter('a'), guard.enter('a')];
  const early = { kind: 'refused', reason: 'too-many-unauthenticated' };
  t.same(guard.judge('a'), early, 'a low draw');
  drawn = Buffer.from([0x90, 0]);
  t.same(guard.judge('a'), { kind: 'admitted' }, 'a draw above 50 percent');
  places.push(guard.enter('a'));
  t.same(guard.judge('a'), early, 'the same draw, now below 75 percent');
  drawn = Buffer.from([255, 255]);
  places.push(guard.enter('a'));
  t.same(guard.judge('a'), early, 'full');
  places[0]?.signedIn();
  places[0]?.signedIn();
  t.equal(guard.unauthenticated, 3);
  places.push(guard.enter('a'));
  t.same(guard.judge('a'), { kind: 'refused', reason: 'too-many-from-address' });
  for (const place of places) place.signedIn();
  t.same(guard.judge('b'), { kind: 'admitted' });
  places.push(guard.enter('b'));
  t.same(guard.judge('c'), { kind: 'refused', reason: 'too-many-connections' });
  for (const place of places) {
    place.release();
    place.release();
  }
  t.same([guard.connections, guard.unauthenticated], [0, 0]);
});

test('no shell, no exec, no forwarding, no other subsystem (rule R16)', async (t) => {
  const { server } = await startServer(t);
  const client = await signIn(t, server);
  await t.rejects(execute(client, 'id'));
  await t.rejects(done((callback) => client.shell(callback)));
  await t.rejects(done((callback) => client.subsys('netconf', callback)));
  await t.rejects(done((callback) => client.forwardOut('127.0.0.1', 1, '127.0.0.1', 22, callback)));
  await t.rejects(done((callback) => client.forwardIn('127.0.0.1', 0, callback)));
  await t.rejects(done((callback) => client.openssh_forwardInStreamLocal('/tmp/x', callback)));
  await t.rejects(done((callback) => client.openssh_forwardOutStreamLocal('/tmp/x', callback)));
  const sftp = await openSftp(client);
  t.equal(await done((callback) => sftp.realpath('.', callback)), '/', 'and SFTP still works');
});

test('a pty, an environment, an agent and X11 are refused, and the channel lives on', async (t) => {
  const { server } = await startServer(t);
  const raw = await rawSsh(t, server);
  raw.send(50, userName, 'ssh-connection', 'password', false, password);
  await raw.next('USERAUTH_SUCCESS');
  raw.send(90, 'session', word(0), word(2 ** 21), word(32_768));
  await raw.next('CHANNEL_OPEN_CONFIRMATION');
  const requests: [string, ...(string | boolean | ReturnType<typeof word>)[]][] = [
    ['pty-req', 'xterm', word(80), word(24), word(0), word(0), '\0'],
    ['env', 'LD_PRELOAD', '/tmp/x.so'],
    ['auth-agent-req@openssh.com'],
    ['x11-req', false, 'MIT-MAGIC-COOKIE-1', '00', word(0)],
    ['exec', 'id'],
    ['shell'],
  ];
  for (const [request, ...fields] of requests) {
    raw.send(98, word(0), request, true, ...fields);
    t.equal((await raw.next('CHANNEL_SUCCESS', 'CHANNEL_FAILURE')).name, 'CHANNEL_FAILURE', request);
  }
  raw.send(98, word(0), 'subsystem', true, 'sftp');
  t.equal((await raw.next('CHANNEL_SUCCESS', 'CHANNEL_FAILURE')).name, 'CHANNEL_SUCCESS');
});

test('channels of a connection are capped (fault 25)', async (t) => {
  const { server } = await startServer(t, { maxSessionsPerConnection: 10 });
  const client = await signIn(t, server);
  const open = await Promise.all(Array.from({ length: 10 }, () => openSftp(client)));
  await t.rejects(openSftp(client));
  const [first] = open;
  if (first !== undefined) {
    const end = once(first, 'close');
    first.end();
    await end;
  }
  await openSftp(client);
});

test('a client that can do none of our algorithms is told apart in the log, with what it offered', async (t) => {
  const { server, seen } = await startServer(t);
  await t.rejects(signIn(t, server, { algorithms: { kex: ['diffie-hellman-group1-sha1'] } }), /key exchange/);
  const failure = await seen('sftp.negotiation-failed');
  t.match(failure, { software: /^ssh2js/, message: /no matching key exchange algorithm/ });
  t.same(failure.offered['kex']?.[0], 'diffie-hellman-group1-sha1');
  t.match(await seen('sftp.connection-closed'), { reason: 'negotiation failed' });
});

test('what we offer holds nothing weak, and strict key exchange (faults 1, 2, 23, 27)', async (t) => {
  const { server } = await startServer(t);
  const socket = connect(server.port, server.host);
  t.teardown(() => socket.destroy());
  const offer = new ClientOffer();
  socket.write('SSH-2.0-Probe\r\n');
  while (!offer.isDone) offer.push((await once(socket, 'data'))[0]);
  t.equal(offer.software, 'Claimgate');
  const { kex, hostKey, cipher, mac, compression } = offer.lists;
  const { modern } = algorithmProfiles;
  t.same(kex, [...modern.kex, 'kex-strict-s-v00@openssh.com']);
  t.same(hostKey, ['ssh-ed25519']);
  t.same(cipher, modern.cipher);
  t.same(mac, modern.hmac);
  t.same(compression, ['none']);
  t.notMatch(JSON.stringify(offer.lists), /group-exchange|sha1|cbc|zlib|ssh-rsa|arcfour|nistp/);
});

test('reading along with a client never throws, whatever it sends', async () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 80 }), { maxLength: 10 }),
      fc.boolean(),
      (chunks, identified) => {
        const offer = new ClientOffer();
        if (identified) offer.push(Buffer.from('SSH-2.0-x\x1b[2J\r\n'));
        if (identified) offer.push(Buffer.from([0, 0, 0, 40, 4, 20]));
        for (const chunk of chunks) offer.push(Buffer.from(chunk));
        return /^[\x20-\x7e]*$/.test(offer.software);
      },
    ),
  );
});

test('keys are exchanged anew by bytes, in the middle of transfers, without losing any (fault 21)', async (t) => {
  const { server, mailbox } = await startServer(t, { rekeyBytes: 1_000_000, watchIntervalMs: 5 });
  const client = await signIn(t, server);
  let exchanges = 0;
  client.on('handshake', () => {
    exchanges += 1;
  });
  const sftp = await openSftp(client);
  const content = randomBytes(12_000_000);
  await done((callback) => sftp.writeFile('/inbound/big', content, callback));
  const back = await done<Buffer>((callback) => sftp.readFile('/inbound/big', callback));
  t.ok(exchanges >= 2, `${exchanges} key exchanges`);
  const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
  t.equal(digest(readFileSync(join(mailbox.root, 'inbound', 'big'))), digest(content));
  t.equal(digest(back), digest(content));
});

test('keys are due by bytes or by time, and a client that does not answer is stuck', async (t) => {
  const keys = new KeySchedule({ rekeyBytes: 100, rekeyMs: 1000, rekeyGraceMs: 50 }, 0);
  t.equal(keys.judge({ nowMs: 10, bytes: 99 }), 'fresh');
  t.equal(keys.judge({ nowMs: 10, bytes: 100 }), 'due');
  t.equal(keys.judge({ nowMs: 59, bytes: 100 }), 'fresh', 'asked, and waiting');
  t.equal(keys.judge({ nowMs: 60, bytes: 100 }), 'stuck');
  keys.exchanged({ nowMs: 70, bytes: 120 });
  t.equal(keys.judge({ nowMs: 1069, bytes: 219 }), 'fresh');
  t.equal(keys.judge({ nowMs: 1070, bytes: 120 }), 'due');
});

test('a session without a byte of SFTP ends, and its channel too', async (t) => {
  const { server, seen } = await startServer(t, { idleTimeoutMs: 60, watchIntervalMs: 10 });
  const client = await signIn(t, server);
  await openSftp(client);
  await closed(client);
  t.match(await seen('sftp.connection-closed'), { reason: 'idle' });
});

test('a client that answers no keepalive is given up', async (t) => {
  const { server, seen } = await startServer(t, { keepaliveIntervalMs: 20, keepaliveCountMax: 1 });
  const raw = await rawSsh(t, server);
  raw.send(50, userName, 'ssh-connection', 'password', false, password);
  await raw.next('USERAUTH_SUCCESS');
  raw.socket.pause();
  t.match(await seen('sftp.connection-closed'), { reason: 'no answer from the client' });
});

test('a session ends when its account changes, and what it was uploading is kept as interrupted (I5, I1)', async (t) => {
  const { server, gate, mailbox, announceChange, seen } = await startServer(t, { accountCheckMs: 3_600_000 });
  const client = await signIn(t, server);
  const sftp = await openSftp(client);
  const handle = await done<Buffer>((callback) => sftp.open('/inbound/a', 'w', callback));
  await done((callback) => sftp.write(handle, Buffer.from('half'), 0, 4, 0, callback));
  announceChange();
  t.equal(await done((callback) => sftp.realpath('.', callback)), '/', 'still welcome');
  gate.welcome = false;
  const end = closed(client);
  announceChange();
  await end;
  t.match(await seen('sftp.session-ended-by-account'), { userId: userName });
  t.match(await seen('sftp.transfer'), { outcome: 'interrupted', bytes: 4 });
  t.same(mailbox.abandoned, ['a']);
});

test('an account is looked at by the clock as well, and a database that is away for a moment ends nothing', async (t) => {
  const { server, gate, seen } = await startServer(t, { accountCheckMs: 10, watchIntervalMs: 5 });
  const client = await signIn(t, server);
  let asked = 0;
  gate.stillWelcome = async () => {
    asked += 1;
    if (asked < 3) throw new Error('database is locked');
    if (asked === 3) return true;
    throw new Error('database is gone');
  };
  await closed(client);
  t.equal(asked, 6, 'three faults in a row are an answer');
  await seen('sftp.session-ended-by-account');
});

test('a cut connection abandons what was being uploaded, and frees every limit', async (t) => {
  const { server, mailbox, seen } = await startServer(t);
  const client = await signIn(t, server);
  const sftp = await openSftp(client);
  const handle = await done<Buffer>((callback) => sftp.open('/inbound/a', 'w', callback));
  await done((callback) => sftp.write(handle, Buffer.from('half'), 0, 4, 0, callback));
  client.destroy();
  t.match(await seen('sftp.transfer'), { outcome: 'interrupted', path: '/inbound/a' });
  await seen('sftp.connection-closed');
  t.same([mailbox.abandoned, mailbox.published], [['a'], []]);
  t.same([server.connections(), server.bytesHeld().nowBytes], [0, 0]);
});

test('after EOF the server says exit status 0 and closes (fault 20)', async (t) => {
  const { server } = await startServer(t);
  const client = await signIn(t, server);
  const channel = await done<ssh2.ClientChannel>((callback) => client.subsys('sftp', callback));
  const exit = once(channel, 'exit');
  const end = once(channel, 'close');
  channel.resume();
  channel.end();
  t.same(await exit, [0]);
  await end;
});

test('a packet that is too long, or of length 0, ends its channel and nothing else (fault 17)', async (t) => {
  const { server, observed } = await startServer(t);
  const client = await signIn(t, server);
  for (const length of [0, 0x00ffffff, 0x80000000, 0xffffffff]) {
    const channel = await done<ssh2.ClientChannel>((callback) => client.subsys('sftp', callback));
    const head = Buffer.alloc(4);
    head.writeUInt32BE(length);
    const end = once(channel, 'close');
    channel.resume();
    channel.write(head);
    await end;
  }
  t.equal(observed.filter(({ kind }) => kind === 'sftp.protocol-error').length, 4);
  await openSftp(client);
});

test('a client that ignores its window is cut off, and one that keeps to it is held back (faults 13 and 14)', async (t) => {
  const { server, mailbox, seen } = await startServer(t);
  const raw = await rawSsh(t, server);
  raw.send(50, userName, 'ssh-connection', 'password', false, password);
  await raw.next('USERAUTH_SUCCESS');
  raw.send(90, 'session', word(0), word(2 ** 21), word(32_768));
  await raw.next('CHANNEL_OPEN_CONFIRMATION');
  raw.send(98, word(0), 'subsystem', true, 'sftp');
  await raw.next('CHANNEL_SUCCESS');
  let release = () => {};
  mailbox.stall = new Promise((resolve) => {
    release = resolve;
  });
  const sftp = (...bytes: Buffer[]) => raw.send(94, word(0), Buffer.concat(bytes));
  const frame = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex');
  sftp(frame('00000005 01 00000003'));
  sftp(frame('0000001b 03 00000001 0000000a 2f696e626f756e642f61 0000001a 00000000'));
  await raw.next('CHANNEL_DATA');
  const opened = (await raw.next('CHANNEL_DATA')).args[1];
  const handle = Buffer.isBuffer(opened) ? opened.subarray(-8) : Buffer.alloc(8);
  const write = Buffer.concat([
    frame('00007519 06 00000002 00000008'),
    handle,
    frame('0000000000000000 00007500'),
    Buffer.alloc(0x7500),
  ]);
  write.writeUInt32BE(write.length - 4);
  let sent = 0;
  while (sent < 64 * 1024 * 1024 && !raw.socket.destroyed) {
    sftp(write);
    sent += write.length;
    await new Promise((resolve) => setImmediate(resolve));
  }
  t.match(await seen('sftp.connection-closed'), { reason: 'window overrun' });
  const { peakBytes } = server.bytesHeld();
  t.ok(peakBytes < 6 * 1024 * 1024, `at most ${peakBytes} bytes in flight`);
  release();
});

test('close() lets a CLOSE under way finish, tells the client, and can be called twice', async (t) => {
  const { server, mailbox, seen } = await startServer(t);
  const client = await signIn(t, server);
  const sftp = await openSftp(client);
  const handle = await done<Buffer>((callback) => sftp.open('/inbound/a', 'w', callback));
  let release = () => {};
  mailbox.stall = new Promise((resolve) => {
    release = resolve;
  });
  const written = done((callback) => sftp.write(handle, Buffer.from('all'), 0, 3, 0, callback));
  const finished = done((callback) => sftp.close(handle, callback));
  // Answered after CLOSE has arrived, since requests are taken in order.
  await done((callback) => sftp.realpath('.', callback));
  const closing = Promise.all([server.close(), server.close(), server[Symbol.asyncDispose]()]);
  release();
  await Promise.all([written, finished]);
  await closing;
  t.same(mailbox.published, ['a']);
  t.match(await seen('sftp.connection-closed'), { reason: 'shutting down' });
  await t.rejects(signIn(t, server), /ECONNREFUSED/);
});

test('close() does not wait for a disk that never answers', async (t) => {
  const { server, mailbox } = await startServer(t, { drainMs: 50 });
  const client = await signIn(t, server);
  const sftp = await openSftp(client);
  const handle = await done<Buffer>((callback) => sftp.open('/inbound/a', 'w', callback));
  let release = () => {};
  mailbox.stall = new Promise((resolve) => {
    release = resolve;
  });
  const written = done((callback) => sftp.write(handle, Buffer.from('all'), 0, 3, 0, callback));
  written.catch(() => undefined);
  while (mailbox.writesUnderWay === 0) await new Promise((resolve) => setImmediate(resolve));
  await server.close();
  await t.rejects(written);
  t.same(mailbox.abandoned, []);
  release();
  while (mailbox.abandoned.length === 0) await new Promise((resolve) => setImmediate(resolve));
});

test('host keys are ed25519 and ECDSA P-256, and print as OpenSSH prints them', async (t) => {
  const { ed25519 } = generateHostKeys();
  t.throws(() => readHostKey(rsaPrivateKey(2048)), HostKeyUnusable, 'RSA host keys mean SHA-1 (fault 2)');
  t.throws(() => readHostKey('nonsense'), HostKeyUnusable);
  const key = readHostKey(ed25519);
  const types = new Set<string>();
  for (let made = 0; made < 300; made += 1) {
    const pair = generateHostKeys();
    types.add(readHostKey(pair.ed25519).type).add(readHostKey(pair.ecdsa).type);
  }
  t.same([...types], ['ssh-ed25519', 'ecdsa-sha2-nistp256'], 'every key that is made can be read');
  t.throws(() => readHostKey(key.publicLine), HostKeyUnusable, 'a public key');
  t.match(key.fingerprint, /^SHA256:[A-Za-z0-9+/]{43}$/);
  t.match(
    knownHostsLine(key, { host: 'edi.example', port: 2022 }),
    /^\[edi\.example\]:2022 ssh-ed25519 AAAA/,
  );
  t.match(knownHostsLine(key, { host: 'edi.example', port: 22 }), /^edi\.example ssh-ed25519 AAAA/);
});
