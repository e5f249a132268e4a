import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import ssh2, { type Client, type KeyboardInteractiveAuthMethod, type PasswordAuthMethod } from 'ssh2';
import { type Test, test } from 'tap';
import { parsePublicKey } from '../../auth/public-key.ts';
import { generateHostKeys } from '../../server/host-keys.ts';
import { findPartner, setPartnerAccess } from '../../storage/partner-store.ts';
import { listSftpSessions, requestSessionEnd } from '../../storage/sftp-session-store.ts';
import { countFailure } from '../../storage/throttle-store.ts';
import { addPartnerAndUser, administrator, firstPassword, startTestGateway } from '../support/gateway.ts';
import { partnerId, userId } from '../support/storage.ts';
import { until } from '../support/until.ts';
import { closed, done, openSftp, signIn } from './support/ssh-client.ts';
import { startServer, userName } from './support/start-server.ts';

const user = 'jo.doe';

/** A running gateway with one user who may come by password and by key. */
async function open(t: Test, config: Record<string, unknown> = {}) {
  const running = await startTestGateway(t, { config });
  const { core, gateway } = running;
  await addPartnerAndUser(core, { partner: 'acme', user });
  const { ed25519: privateKey } = generateHostKeys();
  const key = ssh2.utils.parseKey(privateKey);
  if (key instanceof Error) throw key;
  const publicKey = `ssh-ed25519 ${key.getPublicSSH().toString('base64')} laptop`;
  if (parsePublicKey(publicKey).kind !== 'ok') throw new Error('The test has a bad key.');
  const outcome = await core.accountSetup.perform({
    signedIn: userId(user),
    userName: user,
    password: firstPassword,
    attested: true,
    publicKey,
    address: '127.0.0.1',
  });
  if (outcome.kind !== 'set-up') throw new Error(outcome.kind);
  const { sftp } = gateway;
  if (sftp === undefined) throw new Error('This gateway has no SFTP.');
  const comeIn = (how: Record<string, unknown> = {}): Promise<Client> =>
    signIn(t, sftp as Parameters<typeof signIn>[1], {
      username: user,
      password: firstPassword,
      ...how,
    });
  return { ...running, sftp, comeIn, privateKey };
}

test('a session is listed while it lives, and its end reaches the running daemon within a second', async (t) => {
  const { core, comeIn } = await open(t);
  const [one, other] = [await comeIn(), await comeIn()];
  const listed = await listSftpSessions(core.database);
  t.match(listed, [
    { userId: user, partnerId: 'acme', address: '127.0.0.1', method: 'password', state: 'live' },
    { userId: user },
  ]);
  const gone = closed(one);
  const askedAtMs = performance.now();
  await requestSessionEnd(core.database, { id: listed[0]?.id ?? '', actor: administrator });
  await gone;
  t.ok(performance.now() - askedAtMs < 1000);
  const left = await until('its row is gone', async () => {
    const rows = await listSftpSessions(core.database);
    return rows.length === 1 && rows;
  });
  t.equal(left[0]?.id, listed[1]?.id);
  await openSftp(other);
});

test('a partner that asks for both proofs gets partial success after the first, by every method', async (t) => {
  const { core, comeIn, privateKey, observations } = await open(t);
  await setPartnerAccess(core.database, {
    id: partnerId('acme'),
    authentication: 'both',
    actor: administrator,
  });
  t.equal((await findPartner(core.database, partnerId('acme')))?.authentication, 'both');
  await t.rejects(comeIn());
  await t.rejects(comeIn({ privateKey, password: undefined }));
  for (const authHandler of [
    ['publickey', 'password'],
    ['password', 'publickey'],
  ]) {
    await openSftp(await comeIn({ privateKey, authHandler }));
  }
  const methods = observations.flatMap((seen) => (seen.kind === 'sftp.login' ? [seen.method] : []));
  t.same(methods, ['public-key+password', 'password+publickey']);
});

test('one wrong password is one guess, whether it comes by password or by keyboard-interactive', async (t) => {
  const { server, gate } = await startServer(t);
  const byPrompt: KeyboardInteractiveAuthMethod = {
    type: 'keyboard-interactive',
    username: userName,
    prompt: (_name, _text, _language, _prompts, finish) => finish(['wrong']),
  };
  const byPassword: PasswordAuthMethod = { type: 'password', username: userName, password: 'wrong' };
  await t.rejects(signIn(t, server, { authHandler: [byPassword, byPrompt] }));
  t.equal(gate.attempts.length, 1);
});

test('a banned address is not let in to say a word, from the moment that the row is there', async (t) => {
  const { core, sftp, comeIn, observations } = await open(t);
  await comeIn();
  await countFailure(core.database, {
    scope: 'address:127.0.0.1',
    next: (_before, nowMs) => ({ failures: 50, lastFailureAtMs: nowMs, blockedUntilMs: nowMs + 60_000 }),
  });
  const socket = connect(sftp.port, sftp.host);
  let said = '';
  socket.on('data', (chunk) => {
    said += chunk.toString('latin1');
  });
  await new Promise((resolve) => socket.once('close', resolve));
  t.equal(said, '');
  t.ok(observations.some((seen) => seen.kind === 'sftp.connection-refused' && seen.reason === 'banned'));
});

test('a gateway that stops lets a transfer that moves finish, opens no new one, and ends', async (t) => {
  const { comeIn, gateway, core } = await open(t, { sftp: { drainMs: 8000 } });
  const sftp = await openSftp(await comeIn());
  const handle = await done<Buffer>((callback) => sftp.open('/inbound/claims.x12', 'w', callback));
  const part = randomBytes(1000);
  await done((callback) => sftp.write(handle, part, 0, part.length, 0, callback));
  const stopping = gateway.close();
  await t.rejects(
    done((callback) => sftp.open('/inbound/late.x12', 'w', callback)),
    /restarted/,
  );
  await done((callback) => sftp.write(handle, part, 0, part.length, part.length, callback));
  await done((callback) => sftp.close(handle, callback));
  await stopping;
  t.pass('the upload was answered and the gateway has stopped');
  t.equal(core.config.sftp.drainMs, 8000);
});

test('a failed negotiation tells the operator what was offered, what we offer, and what to change', async (t) => {
  const { server, observed } = await startServer(t);
  const attempts = [
    [{ kex: ['ecdh-sha2-nistp256'] }, /key exchange.*profile compatible/],
    [{ kex: ['diffie-hellman-group14-sha1'] }, /profile legacy and an end date/],
    [{ cipher: ['3des-cbc'] }, /cipher.*must update its client/],
  ] as const;
  for (const [algorithms, advice] of attempts) {
    const before = observed.length;
    await t.rejects(signIn(t, server, { algorithms: algorithms as object }));
    const failure = await until('it is observed', () =>
      observed.slice(before).find((seen) => seen.kind === 'sftp.negotiation-failed'),
    );
    t.match(failure, { advice, weOffer: { kex: [/curve25519/], hostKey: ['ssh-ed25519'] } });
  }
});

test('a new identity password ends the live sessions of the old one', async (t) => {
  const { core, comeIn } = await open(t);
  const gone = closed(await comeIn());
  const changed = await core.users.changePassword({
    userId: userId(user),
    present: firstPassword,
    wanted: 'Copper-Heron-7-Lake',
    address: '127.0.0.1',
  });
  t.equal(changed.kind, 'changed');
  await gone;
  await t.rejects(comeIn());
});
