import { sign } from 'node:crypto';
import ssh2, { type KeyboardInteractiveAuthMethod } from 'ssh2';
import { test } from 'tap';
import { isSignedBy, readClientKey } from '../../server/client-key.ts';
import { generateHostKeys } from '../../server/host-keys.ts';
import { type RawSsh, rawSsh, word } from './support/raw-ssh.ts';
import { signIn } from './support/ssh-client.ts';
import { password, rsaPrivateKey, startServer, userName } from './support/start-server.ts';

const SERVICE_REQUEST = 5;
const USERAUTH_REQUEST = 50;
const USERAUTH_SUCCESS = 52;
const USERAUTH_INFO_RESPONSE = 61;
const CHANNEL_OPEN = 90;

function newKey(type: 'ed25519' | 'ecdsa') {
  const privateKey = generateHostKeys()[type];
  return { privateKey, blob: blobOf(privateKey) };
}

function blobOf(privateKey: string): Buffer {
  const key = ssh2.utils.parseKey(privateKey);
  if (key instanceof Error) throw key;
  return key.getPublicSSH();
}

/** Everything that may be tried on a connection that is not signed in must leave a channel impossible. */
async function opensNoChannel(raw: RawSsh): Promise<boolean> {
  raw.send(CHANNEL_OPEN, 'session', word(0), word(2 ** 21), word(32_768));
  const answer = await raw.next('CHANNEL_OPEN_CONFIRMATION', 'CHANNEL_OPEN_FAILURE', 'CLOSED');
  return answer.name !== 'CHANNEL_OPEN_CONFIRMATION';
}

async function requestAuth(raw: RawSsh, ...fields: (number | boolean | string | Buffer)[]) {
  raw.send(USERAUTH_REQUEST, userName, 'ssh-connection', ...fields);
  return raw.next(
    'USERAUTH_SUCCESS',
    'USERAUTH_FAILURE',
    'USERAUTH_PK_OK',
    'USERAUTH_INFO_REQUEST',
    'CLOSED',
  );
}

test('the right password signs in, once asked and once observed', async (t) => {
  const { server, gate, observed } = await startServer(t);
  await signIn(t, server);
  t.match(gate.attempts, [{ userName, address: '127.0.0.1', proof: { kind: 'password', password } }]);
  t.match(
    observed.find(({ kind }) => kind === 'sftp.login'),
    {
      userId: userName,
      partnerId: 'acme-dental',
      method: 'password',
      software: /^ssh2js/,
      address: '127.0.0.1',
    },
  );
});

test('a banner comes before signing in, the same for everyone (RFC 4252 section 5.4)', async (t) => {
  const { server } = await startServer(t, { banner: 'Set up your account at https://edi.example/' });
  const raw = await rawSsh(t, server);
  raw.send(SERVICE_REQUEST, 'ssh-userauth');
  t.match((await raw.next('USERAUTH_BANNER')).args, ['Set up your account at https://edi.example/\r\n']);
});

test('a wrong password and an unknown user hear the same', async (t) => {
  const { server, observed } = await startServer(t);
  const hear = (config: object) =>
    signIn(t, server, { authHandler: ['password'], ...config }).then(
      () => 'signed in',
      (error: Error) => error.message,
    );
  const wrong = await hear({ password: 'wrong' });
  const unknown = await hear({ username: 'nobody\u0000\u202e' });
  t.equal(wrong, unknown);
  t.match(wrong, /authentication methods failed/);
  t.match(
    observed.filter(({ kind }) => kind === 'sftp.login-refused'),
    [
      { userName, reason: 'wrong-password', method: 'password' },
      { userName: 'nobody??', reason: 'no-account' },
    ],
  );
});

test('keyboard-interactive asks one question, and takes exactly one answer (fault 6)', async (t) => {
  const { server, gate } = await startServer(t);
  const answering = (answers: string[]) => {
    const method: KeyboardInteractiveAuthMethod = {
      type: 'keyboard-interactive',
      username: userName,
      prompt(_name, _instructions, _language, prompts, finish) {
        t.match(prompts, [{ prompt: 'Password: ', echo: false }]);
        finish(answers);
      },
    };
    return signIn(t, server, { authHandler: [method] });
  };
  await answering([password]);
  for (const answers of [['wrong'], [], [password, password]]) await t.rejects(answering(answers));
  t.equal(gate.attempts.length, 2, 'the gate hears of one answer only');
});

test('registered keys sign in: ed25519, ECDSA, RSA by SHA-2', async (t) => {
  const { server, gate, observed } = await startServer(t);
  const rsa = rsaPrivateKey(3072);
  for (const privateKey of [newKey('ed25519').privateKey, newKey('ecdsa').privateKey, rsa]) {
    gate.keys.add(blobOf(privateKey).toString('base64'));
    await signIn(t, server, { privateKey, authHandler: ['publickey'] });
  }
  t.equal(observed.filter((observation) => observation.kind === 'sftp.login').length, 3);
});

test('the answer to an offered key names the algorithm as the client did, also for RSA', async (t) => {
  const { server, gate } = await startServer(t);
  const blob = blobOf(rsaPrivateKey(2048));
  gate.keys.add(blob.toString('base64'));
  const raw = await rawSsh(t, server);
  for (const algorithm of ['rsa-sha2-256', 'rsa-sha2-512']) {
    const answer = await requestAuth(raw, 'publickey', false, algorithm, blob);
    t.match(answer, { name: 'USERAUTH_PK_OK', args: [algorithm] });
  }
  t.equal((await requestAuth(raw, 'publickey', false, 'ssh-rsa', blob)).name, 'USERAUTH_FAILURE', 'SHA-1');
});

test('keys that are not registered, or too short, do not, and the gate never hears of a short one', async (t) => {
  const { server, gate } = await startServer(t);
  const short = rsaPrivateKey(1024);
  gate.keys.add(blobOf(short).toString('base64'));
  await t.rejects(signIn(t, server, { privateKey: short, authHandler: ['publickey'] }));
  t.equal(gate.keyQueries.length, 0);
  await t.rejects(
    signIn(t, server, { privateKey: newKey('ed25519').privateKey, authHandler: ['publickey'] }),
  );
  t.equal(gate.keyQueries.length, 1);
  t.equal(gate.attempts.length, 0, 'a query is no attempt');
});

test('a key must be what it says: no SHA-1, no other type, no trailing bytes, a signature of its own (faults 4, 26)', async (t) => {
  const { privateKey, blob } = newKey('ed25519');
  const rsa = blobOf(rsaPrivateKey(2048));
  const offer = (algo: string, data: Buffer, hashAlgo?: string) =>
    readClientKey({ key: { algo, data }, ...(hashAlgo === undefined ? {} : { hashAlgo }) });
  t.ok(offer('ssh-ed25519', blob));
  t.ok(offer('ssh-rsa', rsa, 'sha256'));
  t.equal(offer('ssh-rsa', rsa), undefined, 'ssh-rsa is SHA-1');
  t.equal(offer('ssh-rsa', rsa, 'sha1'), undefined);
  t.ok(
    readClientKey({ key: { algo: 'ssh-rsa', data: rsa } }, { sha1Signatures: true }),
    'on a legacy listener',
  );
  t.equal(offer('ssh-ed25519', rsa), undefined, 'another type');
  t.equal(offer('ssh-dss', blob), undefined);
  t.equal(offer('ssh-ed25519', Buffer.concat([blob, Buffer.from([0])])), undefined, 'trailing bytes');
  t.equal(
    offer('ssh-ed25519', Buffer.from('../../etc/passwd')),
    undefined,
    'a path is no key (CVE-2024-5806)',
  );
  t.equal(offer('ssh-ed25519', Buffer.alloc(0)), undefined);
  t.equal(offer('ssh-rsa', Buffer.alloc(11, 255), 'sha256'), undefined);
  const key = offer('ssh-ed25519', blob);
  const parsed = ssh2.utils.parseKey(privateKey);
  if (key === undefined || parsed instanceof Error) throw new Error('The test has a bad key.');
  const text = Buffer.from('session');
  const signature = parsed.sign(text);
  const claim = { key: { algo: 'ssh-ed25519', data: blob } };
  t.equal(isSignedBy(key, { ...claim, blob: text, signature }), true);
  t.equal(isSignedBy(key, { ...claim, blob: Buffer.from('other'), signature }), false);
  t.equal(isSignedBy(key, { ...claim, blob: text, signature: Buffer.alloc(3) }), false);
  t.equal(isSignedBy(key, claim), false, 'no signature');
});

test('an offered key proves nothing: only a signature does (rule R20, CVE-2024-45337)', async (t) => {
  const { server, gate } = await startServer(t);
  const registered = newKey('ed25519');
  const other = newKey('ed25519');
  gate.keys.add(registered.blob.toString('base64'));
  const raw = await rawSsh(t, server);
  const query = await requestAuth(raw, 'publickey', false, 'ssh-ed25519', registered.blob);
  t.equal(query.name, 'USERAUTH_PK_OK');
  t.ok(await opensNoChannel(raw), 'unsigned');
  t.equal(gate.attempts.length, 0);
  // Offers the registered key, signs with another.
  const head = [USERAUTH_REQUEST, userName, 'ssh-connection', 'publickey', true, 'ssh-ed25519'] as const;
  const signed = Buffer.concat(
    [raw.sessionId(), ...head, other.blob].map((field) => {
      if (typeof field === 'number') return Buffer.from([field]);
      if (typeof field === 'boolean') return Buffer.from([1]);
      const bytes = Buffer.from(field);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return Buffer.concat([length, bytes]);
    }),
  );
  const parsed = ssh2.utils.parseKey(other.privateKey);
  if (parsed instanceof Error) throw parsed;
  const length = Buffer.alloc(4);
  const name = Buffer.concat([Buffer.from([0, 0, 0, 11]), Buffer.from('ssh-ed25519')]);
  const signature = sign(null, signed, parsed.getPrivatePEM());
  length.writeUInt32BE(signature.length);
  const wire = Buffer.concat([name, length, signature]);
  const forOther = await requestAuth(raw, 'publickey', true, 'ssh-ed25519', other.blob, wire);
  t.equal(forOther.name, 'USERAUTH_FAILURE');
  t.match(gate.attempts, [{ proof: { kind: 'public-key', algorithm: 'ssh-ed25519' } }]);
  const [attempt] = gate.attempts;
  t.ok(attempt?.proof.kind === 'public-key' && Buffer.from(attempt.proof.blob).equals(other.blob));
  // The other key's signature under the registered key's name.
  const forged = await requestAuth(raw, 'publickey', true, 'ssh-ed25519', registered.blob, wire);
  t.equal(forged.name, 'USERAUTH_FAILURE');
  t.equal(gate.attempts.length, 1, 'the gate is asked only about keys that signed');
  t.ok(await opensNoChannel(raw));
});

test('no channel opens before sign-in, and a client cannot declare itself signed in (CVE-2018-10933, CVE-2025-32433)', async (t) => {
  const { server, observed } = await startServer(t);
  const raw = await rawSsh(t, server);
  t.ok(await opensNoChannel(raw));
  raw.send(USERAUTH_SUCCESS);
  t.ok(await opensNoChannel(raw));
  raw.send(USERAUTH_INFO_RESPONSE, word(0));
  t.ok(await opensNoChannel(raw));
  t.notOk(observed.some(({ kind }) => kind === 'sftp.login'));
});

test('a password-change request is refused and crashes nothing (fault 5)', async (t) => {
  const { server, gate, seen } = await startServer(t);
  const raw = await rawSsh(t, server);
  const answer = await requestAuth(raw, 'password', true, password, 'New-Password-1');
  t.equal(answer.name, 'USERAUTH_FAILURE');
  t.equal(gate.attempts.length, 0);
  t.match(await seen('sftp.login-refused'), { reason: 'malformed', method: 'password' });
  t.ok(await opensNoChannel(raw));
});

test('at the limit of attempts the connection ends, and nothing sent ahead is decided (fault 9)', async (t) => {
  const { server, gate, seen } = await startServer(t, { maxAuthTries: 3 });
  const raw = await rawSsh(t, server);
  for (let tries = 0; tries < 9; tries += 1) {
    raw.send(USERAUTH_REQUEST, userName, 'ssh-connection', 'password', false, `wrong ${tries}`);
  }
  await raw.next('CLOSED');
  t.equal(gate.attempts.length, 3);
  t.match(await seen('sftp.connection-closed'), { reason: 'too many sign-in attempts' });
});

test('requests that only ask are counted as well, after the first', async (t) => {
  const { server, seen } = await startServer(t, { maxAuthTries: 3 });
  const raw = await rawSsh(t, server);
  const answers: string[] = [];
  do answers.push((await requestAuth(raw, 'none')).name);
  while (answers.at(-1) !== 'CLOSED' && answers.length < 20);
  t.same(answers, ['USERAUTH_FAILURE', 'USERAUTH_FAILURE', 'USERAUTH_FAILURE', 'USERAUTH_FAILURE', 'CLOSED']);
  t.match(await seen('sftp.connection-closed'), { reason: 'too many sign-in attempts' });
});

test('one attempt is worked on at a time, however many are sent ahead', async (t) => {
  const { server, gate } = await startServer(t, { maxAuthTries: 20 });
  let running = 0;
  let most = 0;
  const { authenticate } = gate;
  gate.authenticate = async (attempt) => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    return authenticate(attempt);
  };
  const raw = await rawSsh(t, server);
  for (let tries = 0; tries < 8; tries += 1) {
    raw.send(USERAUTH_REQUEST, userName, 'ssh-connection', 'password', false, `wrong ${tries}`);
  }
  for (let tries = 0; tries < 8; tries += 1) await raw.next('USERAUTH_FAILURE');
  t.equal(most, 1);
});

test('an answer that comes after the client has moved on signs nobody in', async (t) => {
  const { server, observed } = await startServer(t);
  const raw = await rawSsh(t, server);
  t.equal((await requestAuth(raw, 'keyboard-interactive', '', '')).name, 'USERAUTH_INFO_REQUEST');
  const next = await requestAuth(raw, 'password', false, 'wrong');
  t.equal(next.name, 'USERAUTH_FAILURE');
  raw.send(USERAUTH_INFO_RESPONSE, word(1), password);
  t.ok(await opensNoChannel(raw));
  t.notOk(observed.some(({ kind }) => kind === 'sftp.login'));
});

test('another user name in the middle of signing in ends the connection', async (t) => {
  const { server } = await startServer(t);
  const raw = await rawSsh(t, server);
  await requestAuth(raw, 'password', false, 'wrong');
  raw.send(USERAUTH_REQUEST, 'someone-else', 'ssh-connection', 'password', false, password);
  t.equal((await raw.next('CLOSED', 'USERAUTH_SUCCESS')).name, 'CLOSED');
});

test('a fault of the gate is a refusal, and the daemon goes on', async (t) => {
  const { server, gate, observed } = await startServer(t);
  gate.broken = new Error('database is locked');
  await t.rejects(signIn(t, server, { authHandler: ['password'] }));
  t.match(
    observed.filter(({ kind }) => kind === 'fault' || kind === 'sftp.login-refused'),
    [{ kind: 'fault', where: 'sftp login' }, { reason: 'overloaded' }],
  );
  gate.broken = undefined;
  await signIn(t, server);
});
