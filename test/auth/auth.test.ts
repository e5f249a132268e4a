import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { type Test, test } from 'tap';
import { createAccountSetup } from '../../auth/account-setup.ts';
import { createHashLimiter, TooManyHashesError } from '../../auth/hash-limiter.ts';
import { createPasswordHasher } from '../../auth/password-hasher.ts';
import { whyPasswordRefused } from '../../auth/password-policy.ts';
import { parsePublicKey } from '../../auth/public-key.ts';
import { createSftpGate } from '../../auth/sftp-gate.ts';
import { createSignInThrottle } from '../../auth/throttle.ts';
import { createUserDirectory } from '../../auth/user-directory.ts';
import type { LoginOutcome } from '../../domain/login.ts';
import { switchAccount } from '../../storage/account-store.ts';
import { readAuditRecords } from '../../storage/audit-trail.ts';
import { readEvents } from '../../storage/outbox.ts';
import { addPartner } from '../../storage/partner-store.ts';
import { openTestStorage, partnerId, userId } from '../support/storage.ts';

const actor = { kind: 'administrator', name: 'test' } as const;
const acme = partnerId('acme');
const jo = userId('jo.doe');
const address = '192.0.2.7';
const password = 'Violet-Otter-9-River';
const otherPassword = 'Amber-Falcon-7-Meadow';

const throttleSettings = {
  freeFailures: 3,
  firstDelayMs: 30_000,
  maxDelayMs: 3_600_000,
  lockFailures: 6,
  lockMs: 7_200_000,
  addressFailures: 20,
  networkFailures: 60,
  addressBlockMs: 900_000,
};

/** Someone in the directory of a real database, at bcrypt's lowest cost. */
async function open(t: Test) {
  const storage = openTestStorage(t);
  const { database, clock } = storage;
  const hasher = createPasswordHasher({
    pepper: randomBytes(32),
    cost: 4,
    maxConcurrentHashes: 2,
    maxQueuedHashes: 50,
    verifiedCacheMs: 60_000,
    now: clock.now,
    randomBytes,
  });
  const observe = (observation: (typeof storage.observations)[number]) =>
    storage.observations.push(observation);
  const throttle = createSignInThrottle(database, throttleSettings);
  const directory = createUserDirectory({ database, hasher, throttle, policy: 'myncid', observe });
  const setup = createAccountSetup({ database, directory, hasher });
  const gate = createSftpGate({ database, hasher, throttle, observe });
  await addPartner(database, { id: acme, name: 'Acme', submitterId: 'TSN1', actor });
  const person = { firstName: 'Jo', lastName: 'Doe', email: 'jo@example.org', role: 'general-user' } as const;
  const added = await directory.add({ id: jo, partnerId: acme, ...person, password, actor });
  if (added.kind !== 'added') throw new Error(added.kind);
  const doStep = (
    input: { password?: string; publicKey?: string; attested?: boolean; userName?: string } = {},
  ) =>
    setup.perform({
      signedIn: jo,
      userName: 'jo.doe',
      password,
      attested: true,
      publicKey: '',
      address,
      ...input,
    });
  const login = (given: string, userName = 'jo.doe'): Promise<LoginOutcome> =>
    gate.authenticate({ userName, address, proof: { kind: 'password', password: given } });
  return { ...storage, hasher, directory, setup, gate, throttle, doStep, login };
}

test('the daemon knows a user only after the setup step, and not again after a password change until it is repeated', async (t) => {
  const { login, doStep, directory, setup, gate, database } = await open(t);
  t.match(await login(password), { kind: 'rejected', reason: 'no-account' });
  t.equal((await setup.status(jo)).status, 'not-set-up');
  t.same(await doStep(), { kind: 'set-up' });
  const accepted = await login(password);
  t.match(accepted, { kind: 'accepted', principal: { userId: 'jo.doe', partnerId: 'acme' } });
  if (accepted.kind !== 'accepted') return;
  t.equal(await gate.stillWelcome(accepted.principal), true);

  t.match(await directory.changePassword({ userId: jo, present: password, wanted: otherPassword, address }), {
    kind: 'changed',
    passwordVersion: 2,
  });
  t.equal((await setup.status(jo)).status, 'update-required');
  t.equal(await gate.stillWelcome(accepted.principal), false, 'a live session ends');
  t.match(await login(password), { kind: 'rejected', reason: 'update-required' });
  t.match(await login(otherPassword), { kind: 'rejected', reason: 'update-required' });
  t.match(await doStep(), { kind: 'refused', field: 'password' }, 'the old password does not do the step');
  t.same(await doStep({ password: otherPassword }), { kind: 'updated' });
  t.match(await login(otherPassword), { kind: 'accepted' });
  t.match(await login(password), { kind: 'rejected', reason: 'wrong-password' });

  const kinds = (await readEvents(database, { after: 0, limit: 100 })).map((event) => event.kind);
  t.same(kinds, [
    'partner.created',
    'user.created',
    'account.set-up',
    'user.password-changed',
    'account.update-required',
    'account.updated',
  ]);
  const attestations = await database.sql
    .selectFrom('attestations')
    .selectAll()
    .orderBy('agreed_at_ms')
    .execute();
  t.match(attestations, [
    {
      user_id: 'jo.doe',
      text_version: '1',
      text: /responsible for maintaining the security/,
      address,
      password_version: 1,
    },
    { password_version: 2 },
  ]);
});

test('the step is refused without the attestation, for another user, and with a wrong password, and leaves no account', async (t) => {
  const { doStep, setup } = await open(t);
  t.match(await doStep({ attested: false }), { kind: 'refused', field: 'attestation' });
  t.match(await doStep({ userName: 'someone.else' }), { kind: 'refused', field: 'user-id' });
  t.match(await doStep({ userName: 'jo.doe\u0000admin' }), { kind: 'refused', field: 'user-id' });
  t.match(await doStep({ password: 'Wrong-Otter-9-River' }), { kind: 'refused', field: 'password' });
  t.match(await doStep({ publicKey: 'ssh-dss AAAA' }), { kind: 'refused', field: 'public-key' });
  t.equal((await setup.status(jo)).status, 'not-set-up');
});

test('a disabled account stays disabled whatever its user does, and allowed again it needs the step', async (t) => {
  const { doStep, login, database } = await open(t);
  await doStep();
  t.match(await switchAccount(database, { userId: jo, to: 'disabled', actor }), { kind: 'switched' });
  t.match(await switchAccount(database, { userId: jo, to: 'disabled', actor }), { kind: 'unchanged' });
  t.match(await login(password), { kind: 'rejected', reason: 'disabled' });
  t.match(await doStep(), { kind: 'refused', field: 'form', why: /disabled by an administrator/ });
  await switchAccount(database, { userId: jo, to: 'update-required', actor });
  t.match(await login(password), { kind: 'rejected', reason: 'update-required' });
  t.match(await doStep(), { kind: 'updated' });
  t.match(await login(password), { kind: 'accepted' });
});

test('wrong passwords are slowed down, then lock the account for a time, and the right one does not help meanwhile', async (t) => {
  const { doStep, login, clock, setup } = await open(t);
  await doStep();
  for (let count = 0; count < 3; count += 1) t.match(await login('wrong'), { reason: 'wrong-password' });
  t.match(await login('wrong'), { reason: 'wrong-password' }, 'the fourth begins a delay');
  t.match(await login(password), { kind: 'rejected', reason: 'throttled' });
  clock.advance(31_000);
  t.match(await login('wrong'), { reason: 'wrong-password' });
  clock.advance(61_000);
  t.match(await login('wrong'), { reason: 'wrong-password' }, 'the sixth locks');
  t.equal((await setup.status(jo)).status, 'locked');
  clock.advance(3_600_000);
  t.match(await login(password), { reason: 'throttled' });
  clock.advance(3_600_001);
  t.match(await login(password), { kind: 'accepted' }, 'the lock ends by itself');
  t.equal((await setup.status(jo)).status, 'active');
});

test('guessing a user’s password does not lock out the user’s key', async (t) => {
  const { doStep, login, gate } = await open(t);
  const { line, blob } = ed25519();
  t.match(await doStep({ publicKey: line }), { kind: 'set-up' });
  for (let count = 0; count < 8; count += 1) await login('wrong');
  t.match(await login(password), { reason: 'throttled' });
  const proof = { kind: 'public-key', algorithm: 'ssh-ed25519', blob } as const;
  t.match(await gate.authenticate({ userName: 'jo.doe', address, proof }), { kind: 'accepted' });
  t.match(
    await gate.authenticate({ userName: 'jo.doe', address, proof: { ...proof, blob: ed25519().blob } }),
    { reason: 'unknown-key' },
  );
  t.equal(await gate.maySignWith('jo.doe', proof), true);
  t.equal(await gate.maySignWith('no.one', proof), false);
});

test('one address that guesses at many users is blocked', async (t) => {
  const { login } = await open(t);
  for (let count = 0; count < 20; count += 1)
    t.match(await login('wrong', `user${count}`), { reason: 'no-account' });
  t.match(await login('wrong', 'user99'), { kind: 'rejected', reason: 'throttled' });
});

test('names that no user can have count against the address that tries them', async (t) => {
  const { login, directory } = await open(t);
  for (let count = 0; count < 10; count += 1)
    t.match(await login('wrong', `../${count}`), { reason: 'malformed' });
  for (let count = 0; count < 10; count += 1) {
    t.match(await directory.signIn({ userName: '\u0000', password: 'wrong', address }), { kind: 'refused' });
  }
  t.match(await login('wrong', '../x'), { reason: 'throttled' });
  t.match(await directory.signIn({ userName: '\u0000', password: 'wrong', address }), { kind: 'blocked' });
});

test('user names that are none are refused, and a fault inside is a refusal', async (t) => {
  const { gate, login, database, observations } = await open(t);
  for (const name of [
    '',
    'a',
    'jo.doe\u0000',
    'jo doe',
    '../etc',
    'jо.doe',
    'x'.repeat(65),
    "jo'; drop table users; --",
  ]) {
    t.match(await login(password, name), { kind: 'rejected', reason: 'malformed' }, JSON.stringify(name));
  }
  await database.close();
  t.match(await gate.authenticate({ userName: 'jo.doe', address, proof: { kind: 'password', password } }), {
    kind: 'rejected',
  });
  t.equal(observations.at(-1)?.kind, 'fault');
});

test('signing in to the portal counts failures, tells nothing apart, and is audited without the password', async (t) => {
  const { directory, database, observations } = await open(t);
  const signIn = (userName: string, given: string) =>
    directory.signIn({ userName, password: given, address });
  t.match(await signIn('jo.doe', 'wrong'), { kind: 'refused' });
  t.match(await signIn('no.one', 'wrong'), { kind: 'refused' });
  t.match(await signIn(' JO.DOE ', password), { kind: 'accepted' });
  for (let count = 0; count < 4; count += 1) await signIn('jo.doe', 'wrong-secret-word');
  t.match(await signIn('jo.doe', password), { kind: 'blocked' });
  const said = JSON.stringify([observations, await readAuditRecords(database, { limit: 100 })]);
  t.notMatch(said, /wrong-secret-word|Violet/);
});

test('a password is hashed whole: after 72 bytes, with a NUL, in any Unicode form', async (t) => {
  const { hasher } = await open(t);
  const long = 'x'.repeat(100);
  const hash = await hasher.hash(`${long}a`);
  t.equal(await hasher.verify(`${long}a`, hash), true);
  t.equal(await hasher.verify(`${long}b`, hash), false);
  t.equal(await hasher.verify('a\u0000c', await hasher.hash('a\u0000b')), false);
  t.equal(await hasher.verify('caf\u0065\u0301', await hasher.hash('caf\u00e9')), true);
  t.equal(await hasher.verifyNothing('anything'), false);
});

test('a verified password is remembered for one stored hash only', async (t) => {
  const { hasher, clock } = await open(t);
  const hash = await hasher.hash(password);
  t.equal(await hasher.verifyCached(password, hash, 'jo'), true);
  t.equal(await hasher.verifyCached(password, hash, 'jo'), true);
  t.equal(await hasher.verifyCached(password, await hasher.hash('other'), 'jo'), false);
  clock.advance(120_000);
  t.equal(await hasher.verifyCached('wrong', hash, 'jo'), false);
});

test('a storm of sign-ins is turned away, not queued without end', async (t) => {
  const limiter = createHashLimiter({ concurrent: 1, queued: 2 });
  let release: () => void = () => undefined;
  const gateOpen = new Promise<void>((resolve) => {
    release = resolve;
  });
  const running = [limiter.run(() => gateOpen), limiter.run(() => gateOpen), limiter.run(() => gateOpen)];
  await t.rejects(
    limiter.run(() => gateOpen),
    TooManyHashesError,
  );
  release();
  await Promise.all(running);
  t.equal(await limiter.run(async () => 'after'), 'after');
});

test('each policy takes and refuses what it says', (t) => {
  const context = { userId: 'jo.doe', firstName: 'Jolanda', lastName: 'Doering' };
  const rows: readonly [
    policy: 'myncid' | 'ncid-classic' | 'nist',
    password: string,
    refused: RegExp | undefined,
  ][] = [
    ['myncid', password, undefined],
    ['myncid', 'Violet-9-River', undefined],
    ['myncid', 'Short-9x', /8 characters; use at least 14/],
    ['myncid', `${'Violet-9-River'.repeat(5)}`, /at most 64/],
    ['myncid', 'violetotterriver', /of the 5 kinds/],
    ['myncid', 'Jolanda-Otter-9-R', /your name or user id/],
    ['myncid', 'My-Password-77-Zx', /contains "password"/],
    ['myncid', 'Violet-Otter-123-R', /sequence "123"/],
    ['myncid', 'Violet-AAA-Otter-9', /sequence "aaa"/],
    ['myncid', 'Violet-cba-Otter-9', /sequence "cba"/],
    ['myncid', 'Viölet otter river Z', undefined],
    ['ncid-classic', 'Ot7-rivX', undefined],
    ['ncid-classic', 'Ot7-riv', /at least 8/],
    ['nist', 'violet otter river', undefined],
    ['nist', 'violet otter', /at least 15/],
    ['nist', 'jo.doe violet otter', /your name or user id/],
    ['myncid', 'Violet-Otter\u0007-9-R', /control character/],
  ];
  for (const [policy, candidate, refused] of rows) {
    const why = whyPasswordRefused({ policy, password: candidate, context }).join(' ');
    if (refused === undefined) t.equal(why, '', `${policy}: ${candidate}`);
    else t.match(why, refused, `${policy}: ${candidate}`);
  }
  t.end();
});

test('a former password is not taken again', async (t) => {
  const { directory } = await open(t);
  const change = (present: string, wanted: string) =>
    directory.changePassword({ userId: jo, present, wanted, address });
  t.match(await change(password, otherPassword), { kind: 'changed' });
  t.match(await change(otherPassword, password), {
    kind: 'refused',
    why: ['You have had this password before.'],
  });
  t.match(await change('Wrong-Otter-9-River', 'Coral-Badger-5-Lake'), { kind: 'wrong-password' });
});

test('a password is never taken again, however many came after it, and only so many may be tried in an hour', async (t) => {
  const { directory, clock } = await open(t);
  const setPassword = (wanted: string) => directory.setPassword({ userId: jo, wanted, actor });
  const nth = (number: number) => `Coral-Badger-5-Lake-${String.fromCharCode(97 + number)}q`;
  for (let number = 0; number < 26; number += 1)
    t.match(await setPassword(nth(number)), { kind: 'changed' }, 'an administrator is not counted');
  t.match(await setPassword(password), { kind: 'refused' }, 'the very first one');
  t.match(await setPassword(nth(25)), { kind: 'refused' }, 'the present one');
  const change = () => directory.changePassword({ userId: jo, present: nth(25), wanted: password, address });
  for (let tries = 0; tries < 20; tries += 1) t.match(await change(), { kind: 'refused' });
  t.match(await change(), { kind: 'blocked' });
  clock.advance(3_600_000);
  t.match(await change(), { kind: 'refused' });
});

test('public keys are read strictly, and refusals say what to do', (t) => {
  const good = parsePublicKey(`${ed25519().line} jo@clinic\u001b[31m`);
  t.match(good, {
    kind: 'ok',
    key: { algorithm: 'ssh-ed25519', fingerprint: /^SHA256:[A-Za-z0-9+/]{43}$/, comment: 'jo@clinic[31m' },
  });
  const rows: readonly [text: string, why: RegExp][] = [
    ['', /begins with/],
    ['-----BEGIN OPENSSH PRIVATE KEY-----', /private key/],
    ['ssh-dss AAAAB3NzaC1kc3M=', /DSA/],
    ['sk-ssh-ed25519@openssh.com AAAA', /Security-key/],
    ['ssh-ed25519 AAAA', /damaged/],
    ['ssh-ed25519 !!!', /cut off/],
    [ed25519().line.replace('ssh-ed25519', 'ssh-rsa'), /damaged/],
    [`${ed25519().line}\n${ed25519().line}`, /one public key/],
    [rsa(1024), /at least 2048 bits/],
    [`command="rm -rf /" ${ed25519().line}`, /begins with/],
  ];
  for (const [text, why] of rows) t.match(parsePublicKey(text), { kind: 'refused', why }, text.slice(0, 30));
  t.match(parsePublicKey(rsa(2048)), { kind: 'ok' });
  t.end();
});

function field(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function ed25519(): { line: string; blob: Buffer } {
  const { x = '' } = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
  const blob = Buffer.concat([field(Buffer.from('ssh-ed25519')), field(Buffer.from(x, 'base64url'))]);
  return { line: `ssh-ed25519 ${blob.toString('base64')}`, blob };
}

function rsa(modulusLength: number): string {
  const { n = '', e = '' } = generateKeyPairSync('rsa', { modulusLength }).publicKey.export({
    format: 'jwk',
  });
  const modulus = Buffer.concat([Buffer.from([0]), Buffer.from(n, 'base64url')]);
  const blob = Buffer.concat([
    field(Buffer.from('ssh-rsa')),
    field(Buffer.from(e, 'base64url')),
    field(modulus),
  ]);
  return `ssh-rsa ${blob.toString('base64')}`;
}
