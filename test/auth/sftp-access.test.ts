import { randomBytes } from 'node:crypto';
import { type Test, test } from 'tap';
import { isBanned, liftBan, listBans } from '../../auth/ban.ts';
import { diagnoseLogin } from '../../auth/login-diagnosis.ts';
import { createPasswordHasher } from '../../auth/password-hasher.ts';
import { fingerprintOf } from '../../auth/public-key.ts';
import { createSftpGate } from '../../auth/sftp-gate.ts';
import { createSignInThrottle } from '../../auth/throttle.ts';
import type { LoginOutcome, LoginProof, PartialLogin } from '../../domain/login.ts';
import { parseNetwork } from '../../domain/network.ts';
import { expireAccountKey, revokeAccountKey } from '../../storage/account-key-store.ts';
import { findAccount, setUpAccount, switchAccount } from '../../storage/account-store.ts';
import { setPartnerAccess } from '../../storage/partner-store.ts';
import { listRefusals } from '../../storage/sftp-refusal-store.ts';
import { listSftpSessions, reportSessions, requestSessionEnd } from '../../storage/sftp-session-store.ts';
import { findUser } from '../../storage/user-store.ts';
import { addTestPartners, openTestStorage, partnerId, userId } from '../support/storage.ts';

const actor = { kind: 'administrator', name: 'test' } as const;
const acme = partnerId('acme');
const alice = userId('alice');
const address = '192.0.2.7';
const password = 'Violet-Otter-9-River';
const blob = Buffer.from('a public key');
const fingerprint = fingerprintOf(blob);
const byPassword: LoginProof = { kind: 'password', password };
const byKey: LoginProof = { kind: 'public-key', algorithm: 'ssh-ed25519', blob };

/** Alice of Acme, with a password and a key. */
async function open(t: Test, limits = { maxPerAccount: 10, maxPerPartner: 10 }) {
  const storage = openTestStorage(t);
  const { database, clock } = storage;
  await addTestPartners(storage);
  const hasher = createPasswordHasher({
    pepper: randomBytes(32),
    cost: 4,
    maxConcurrentHashes: 2,
    maxQueuedHashes: 50,
    verifiedCacheMs: 60_000,
    now: clock.now,
    randomBytes,
  });
  const throttle = createSignInThrottle(database, {
    freeFailures: 100,
    firstDelayMs: 1000,
    maxDelayMs: 1000,
    lockFailures: 200,
    lockMs: 1000,
    addressFailures: 3,
    networkFailures: 6,
    addressBlockMs: 900_000,
  });
  const sessions = { process: 'one', ...limits };
  const observe = () => undefined;
  const gate = createSftpGate({ database, hasher, throttle, observe, sessions });
  for (const user of [alice, userId('bob')]) {
    const done = await setUpAccount(database, {
      userId: user,
      partnerId: acme,
      passwordHash: await hasher.hash(password),
      passwordVersion: 1,
      attestation: { version: '1', text: 'yes' },
      address,
      key: { algorithm: 'ssh-ed25519', blobBase64: blob.toString('base64'), fingerprint, comment: 'laptop' },
    });
    if (done.kind !== 'set-up') throw new Error(done.kind);
  }
  const login = (
    proof: LoginProof,
    more: { from?: string; earlier?: PartialLogin; userName?: string } = {},
  ): Promise<LoginOutcome> => {
    const { from = address, userName = 'alice', earlier } = more;
    return gate.authenticate({ userName, address: from, proof, earlier });
  };
  return { ...storage, gate, login };
}

function accepted(outcome: LoginOutcome) {
  if (outcome.kind !== 'accepted') throw new Error(JSON.stringify(outcome));
  return outcome.principal;
}

test('a partner’s policy decides which proofs are taken', async (t) => {
  const { database, login, gate } = await open(t);
  const rows = [
    ['either', 'accepted', 'accepted', true],
    ['password', 'accepted', 'rejected', false],
    ['public-key', 'rejected', 'accepted', true],
    ['both', 'partial', 'partial', true],
  ] as const;
  for (const [authentication, withPassword, withKey, maySign] of rows) {
    await setPartnerAccess(database, { id: acme, authentication, actor });
    t.equal((await login(byPassword)).kind, withPassword, `${authentication}, password`);
    t.equal((await login(byKey)).kind, withKey, `${authentication}, key`);
    t.equal(await gate.maySignWith('alice', { algorithm: 'ssh-ed25519', blob }), maySign, authentication);
  }
  await setPartnerAccess(database, { id: acme, authentication: 'public-key', actor });
  t.match(await login(byPassword), { reason: 'method-not-allowed' });
});

test('both proofs are needed, in either order, of the same user, and not the same one twice', async (t) => {
  const { database, login } = await open(t);
  await setPartnerAccess(database, { id: acme, authentication: 'both', actor });
  for (const [first, second] of [
    [byPassword, byKey],
    [byKey, byPassword],
  ] as const) {
    const partial = await login(first);
    if (partial.kind !== 'partial') throw new Error(partial.kind);
    const { earlier } = partial;
    t.equal((await login(first, { earlier })).kind, 'partial', 'the same once more');
    t.equal((await login(second, { earlier, userName: 'bob' })).kind, 'partial', 'of another user');
    t.equal((await login(second, { earlier: { ...earlier } })).kind, 'partial', 'not made by the gate');
    t.match(accepted(await login(second, { earlier })), { userId: alice, keyId: /./ });
  }
  const partial = await login(byKey);
  if (partial.kind !== 'partial') throw new Error(partial.kind);
  const wrong = await login({ kind: 'password', password: 'wrong' }, { earlier: partial.earlier });
  t.match(wrong, { kind: 'rejected', reason: 'wrong-password' });
});

test('an address list lets in who is on it and nobody else', async (t) => {
  const { database, login } = await open(t);
  const allowedNetworks = ['192.0.2.0/28', '2001:db8::/32'].flatMap((text) => parseNetwork(text) ?? []);
  await setPartnerAccess(database, { id: acme, allowedNetworks, actor });
  t.equal((await login(byPassword)).kind, 'accepted');
  t.equal((await login(byKey, { from: '2001:db8:9::1' })).kind, 'accepted');
  for (const from of ['192.0.2.16', '2001:db9::1', 'nonsense']) {
    t.match(await login(byPassword, { from }), { reason: 'address-not-allowed' }, from);
    t.match(await login(byKey, { from }), { reason: 'address-not-allowed' }, from);
  }
  await setPartnerAccess(database, { id: acme, allowedNetworks: [], actor });
  t.equal((await login(byKey, { from: '192.0.2.16' })).kind, 'accepted');
});

test('a key ends when it expires or is revoked, and so does the session that it opened; its use is noted', async (t) => {
  const { database, gate, login, clock } = await open(t);
  const principal = accepted(await login(byKey));
  const other = accepted(await login(byPassword));
  t.ok((await findAccount(database, alice))?.keys[0]?.lastUsedAtMs);
  const change = { userId: alice, fingerprint, actor };
  t.equal(await expireAccountKey(database, { ...change, expiresAtMs: clock.now() + 10_000 }), true);
  t.equal(await gate.stillWelcome(principal), true);
  clock.advance(20_000);
  t.equal(await gate.stillWelcome(principal), false);
  t.equal(await gate.stillWelcome(other), true, 'who came by password goes on');
  t.match(await login(byKey), { reason: 'unknown-key' });
  t.equal(await gate.maySignWith('alice', { algorithm: 'ssh-ed25519', blob }), false);
  await expireAccountKey(database, { ...change, expiresAtMs: undefined });
  const again = accepted(await login(byKey));
  t.equal(await revokeAccountKey(database, change), true);
  t.equal(await gate.stillWelcome(again), false);
  t.match(await login(byKey), { reason: 'unknown-key' });
  t.equal(await revokeAccountKey(database, change), false);
});

test('connections are capped per account and per partner, however many sign in at once', async (t) => {
  const { database, login } = await open(t, { maxPerAccount: 2, maxPerPartner: 3 });
  const outcomes = await Promise.all(
    ['alice', 'alice', 'alice', 'bob', 'bob'].map((userName) => login(byPassword, { userName })),
  );
  t.same(outcomes.map((outcome) => (outcome.kind === 'rejected' ? outcome.reason : outcome.kind)).sort(), [
    'accepted',
    'accepted',
    'accepted',
    'too-many-sessions',
    'too-many-sessions',
  ]);
  const [first] = await listSftpSessions(database);
  await reportSessions(database, { progressed: [], ended: [first?.id ?? ''] });
  t.equal((await login(byPassword, { userName: 'bob' })).kind, 'accepted');
});

test('the end of a session is asked for by a row, and only it ends', async (t) => {
  const { database, gate, login } = await open(t);
  const [one, other] = [accepted(await login(byPassword)), accepted(await login(byPassword))];
  t.equal(await requestSessionEnd(database, { id: one.sessionId ?? '', actor }), true);
  t.equal(await requestSessionEnd(database, { id: 'none', actor }), false);
  t.equal(await gate.stillWelcome(one), false);
  t.equal(await gate.stillWelcome(other), true);
  const progress = {
    bytesIn: 5,
    bytesOut: 7,
    transfers: [{ direction: 'upload', path: '/inbound/a', bytes: 5 }],
  } as const;
  await reportSessions(database, { progressed: [{ id: other.sessionId ?? '', ...progress }], ended: [] });
  t.match(await listSftpSessions(database), [
    { id: one.sessionId, state: 'ending', address },
    { id: other.sessionId, state: 'live', userId: 'alice', partnerId: 'acme', ...progress },
  ]);
});

test('an address that guesses is banned, then the network around it, until an administrator lifts it', async (t) => {
  const { database, login } = await open(t);
  const guess = async (from: string, times: number) => {
    for (let count = 0; count < times; count += 1) {
      await login({ kind: 'password', password: `wrong ${count}` }, { from });
    }
  };
  await guess('192.0.2.7', 3);
  t.equal(await isBanned(database, '192.0.2.7'), true);
  t.equal(await isBanned(database, '192.0.2.8'), false);
  await guess('192.0.2.8', 2);
  await guess('192.0.2.9', 1);
  t.equal(await isBanned(database, '192.0.2.200'), true, 'six from one /24');
  t.equal(await isBanned(database, '192.0.3.1'), false);
  t.match(await login(byPassword, { from: '192.0.2.200' }), { reason: 'throttled' });
  t.same((await listBans(database)).map(({ from }) => from).sort(), ['192.0.2.0/24', '192.0.2.7']);
  t.same(await liftBan(database, { from: '203.0.113.1', actor }), []);
  t.same([...(await liftBan(database, { from: '192.0.2.7', actor }))].sort(), ['192.0.2.0/24', '192.0.2.7']);
  t.equal(await isBanned(database, '192.0.2.7'), false);
  await guess('2001:db8::1', 3);
  t.equal(await isBanned(database, '2001:db8::1'), true);
  t.same(await liftBan(database, { from: '2001:db8::1', actor }), ['2001:db8::1']);
});

test('refused logins are kept for their user, alike ones as one row, and few of them', async (t) => {
  const { database, clock, gate, login } = await open(t);
  const wrong: LoginProof = { kind: 'password', password: 'wrong' };
  await login(wrong);
  await login(wrong);
  t.match(await listRefusals(database, alice), [{ reason: 'wrong-password', attempts: 1, address }]);
  clock.advance(61_000);
  await login(wrong);
  clock.advance(1000);
  await login(byPassword);
  await gate.maySignWith('alice', { algorithm: 'ssh-ed25519', blob: Buffer.from('another'), address });
  await expireAccountKey(database, { userId: alice, fingerprint, expiresAtMs: clock.now() - 1, actor });
  clock.advance(1000);
  await gate.maySignWith('alice', { algorithm: 'ssh-ed25519', blob, address });
  t.same(
    (await listRefusals(database, alice)).map(({ reason, attempts }) => [reason, attempts]),
    [
      ['key-expired', 1],
      ['unknown-key', 1],
      ['throttled', 1],
      ['wrong-password', 2],
    ],
    'also what the throttle refused, and keys that were only offered',
  );
  for (let index = 1; index <= 40; index += 1) {
    clock.advance(1000);
    await login(wrong, { from: `198.51.${index}.1` });
  }
  const kept = await listRefusals(database, alice);
  t.equal(kept.length, 20);
  t.equal(kept[0]?.address, '198.51.40.1', 'the newest stay');
  await login(wrong, { userName: 'no.such.user' });
  const rows = await database.sql.selectFrom('sftp_refusals').select('user_id').distinct().execute();
  t.same(rows, [{ user_id: 'alice' }], 'made-up users get no rows');
});

test('a disabled trading partner signs nobody in, and the diagnosis names every obstacle', async (t) => {
  const { database, clock, login } = await open(t);
  const user = await findUser(database, alice);
  if (user === undefined) throw new Error('no alice');
  const diagnose = () => diagnoseLogin(database, { user, address });
  t.same((await diagnose()).obstacles, []);
  await database.sql.updateTable('partners').set({ status: 'disabled' }).where('id', '=', acme).execute();
  t.match(await login(byPassword), { kind: 'rejected', reason: 'partner-disabled' });
  await expireAccountKey(database, { userId: alice, fingerprint, expiresAtMs: clock.now() - 1, actor });
  const office = parseNetwork('203.0.113.0/24');
  if (office === undefined) throw new Error('no network');
  const access = { authentication: 'both', allowedNetworks: [office] } as const;
  await setPartnerAccess(database, { id: acme, ...access, actor });
  for (let tries = 0; tries < 3; tries += 1)
    await login({ kind: 'password', password: 'wrong' }, { userName: 'bob', from: address });
  await switchAccount(database, { userId: alice, to: 'disabled', actor });
  const kinds = (await diagnose()).obstacles.map(({ kind }) => kind);
  t.same(kinds, [
    'partner-disabled',
    'disabled',
    'key-expired',
    'key-missing',
    'address-not-allowed',
    'banned',
  ]);
});
