// Users who stay away: warned, once each, and expired; and what brings them back.

import { type Test, test } from 'tap';
import { expireIdleUsers } from '../../auth/account-expiry.ts';
import { tidyIdentities } from '../../auth/identity-housekeeping.ts';
import { recordLogin, setUpAccount } from '../../storage/account-store.ts';
import { listMails } from '../../storage/mail-store.ts';
import { changeUserStatus } from '../../storage/user-status-store.ts';
import { findUser } from '../../storage/user-store.ts';
import { addTestPartners, openTestStorage, partnerId, type TestStorage, userId } from '../support/storage.ts';

const dayMs = 24 * 3_600_000;
const settings = { expiryMs: 456 * dayMs, expiryWarningDays: [21, 7], sftpUseCounts: true };
const alice = userId('alice');
const acme = partnerId('acme');
const actor = { kind: 'administrator', name: 'test' } as const;

async function open(t: Test): Promise<TestStorage> {
  const storage = openTestStorage(t);
  await addTestPartners(storage);
  return storage;
}

/** What expiry tells; that the SFTP account was set up is told too, and is another test's business. */
const mailsTo = async ({ database }: TestStorage, user: string) =>
  (await listMails(database, { limit: 50 }))
    .filter((mail) => mail.userId === user)
    .map(({ content }) => content)
    .filter(({ kind }) => kind !== 'sftp-account-changed');

async function setUp({ database }: TestStorage): Promise<void> {
  const outcome = await setUpAccount(database, {
    userId: alice,
    partnerId: acme,
    passwordHash: 'none',
    passwordVersion: 1,
    attestation: { version: '1', text: 'I agree.' },
    address: '127.0.0.1',
  });
  if (outcome.kind !== 'set-up') throw new Error(outcome.kind);
}

test('a user is warned 21 and 7 days ahead, once each, then expires, and SFTP with it', async (t) => {
  const storage = await open(t);
  const { database, clock } = storage;
  await setUp(storage);
  const look = () => expireIdleUsers(database, settings);
  clock.advance(434 * dayMs);
  t.same(await look(), { warned: 0, expired: 0 });
  clock.advance(dayMs);
  t.same(await look(), { warned: 3, expired: 0 });
  t.same(await look(), { warned: 0, expired: 0 }, 'a second look, or a second process, sends nothing more');
  clock.advance(13 * dayMs);
  t.same(await look(), { warned: 0, expired: 0 });
  clock.advance(dayMs);
  t.same(await look(), { warned: 3, expired: 0 });
  clock.advance(7 * dayMs);
  t.same(await look(), { warned: 0, expired: 3 });
  t.same(await look(), { warned: 0, expired: 0 });
  t.match((await mailsTo(storage, 'alice')).toReversed(), [
    { kind: 'expiry-warning', days: 21 },
    { kind: 'expiry-warning', days: 7 },
    { kind: 'expired' },
  ]);
  t.match(await findUser(database, alice), { status: 'expired' });
  const account = await database.sql.selectFrom('sftp_accounts').select('status').execute();
  t.same(account, [{ status: 'update-required' }]);
  const events = await database.sql.selectFrom('events').select('kind').execute();
  t.ok(events.some(({ kind }) => kind === 'user.expired'));

  t.equal(await changeUserStatus(database, { userId: alice, verb: 'reactivate', actor }), true);
  t.equal(await changeUserStatus(database, { userId: alice, verb: 'reactivate', actor }), false);
  t.same(await look(), { warned: 0, expired: 0 }, 'who is brought back has the whole time again');
  clock.advance(435 * dayMs);
  t.same(await look(), { warned: 1, expired: 0 }, 'and is warned again');
});

test('a sign-in by SFTP is a use, unless the operator says otherwise', async (t) => {
  const storage = await open(t);
  const { database, clock } = storage;
  await setUp(storage);
  clock.advance(440 * dayMs);
  await recordLogin(database, { userId: alice, partnerId: acme, address: '127.0.0.1', method: 'password' });
  clock.advance(20 * dayMs);
  await expireIdleUsers(database, settings);
  t.match(await findUser(database, alice), { status: 'active' });
  t.same(await mailsTo(storage, 'alice'), []);
  await expireIdleUsers(database, { ...settings, sftpUseCounts: false });
  t.match(await findUser(database, alice), { status: 'expired' });
});

test('whoever is found late gets one warning, not all of them', async (t) => {
  const storage = await open(t);
  storage.clock.advance(451 * dayMs);
  t.same(await expireIdleUsers(storage.database, settings), { warned: 3, expired: 0 });
  t.match(await mailsTo(storage, 'alice'), [{ days: 7 }]);
  t.equal((await mailsTo(storage, 'alice')).length, 1);
});

test('nobody expires where the operator says never, and disabled users are left alone', async (t) => {
  const { database, clock } = await open(t);
  await changeUserStatus(database, { userId: alice, verb: 'disable', actor });
  clock.advance(9999 * dayMs);
  t.same(await expireIdleUsers(database, { ...settings, expiryMs: 0 }), { warned: 0, expired: 0 });
  t.match(await tidyIdentities(database, settings), { vanished: 0, expired: 2 });
  t.match(await findUser(database, alice), { status: 'disabled' });
});
