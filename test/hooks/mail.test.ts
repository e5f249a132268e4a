// Mails: from the queue to a real mail server or into the folder, and what becomes of those that are not taken.

import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { createOneTimeSecrets } from '../../auth/one-time-secret.ts';
import type { MailContent } from '../../domain/mail.ts';
import { createFolderTransport, createSmtpTransport, type SmtpSettings } from '../../hooks/mail-transport.ts';
import { type MailerDeps, startMailer } from '../../hooks/mailer.ts';
import { findMail, listMails, queueMail, retryMail } from '../../storage/mail-store.ts';
import { makeOneTimeSecret } from '../../storage/one-time-secret-store.ts';
import { codeIn, linkIn, makeCertificate, readMailFolder, startMailServer } from '../support/mail.ts';
import { addTestPartners, openTestStorage, type TestStorage, userId } from '../support/storage.ts';
import { until } from '../support/until.ts';

const secrets = createOneTimeSecrets(randomBytes(32));
const alice = userId('alice');
const minuteMs = 60_000;
const recovery: MailContent = { kind: 'reset-password', codeMs: 10 * minuteMs, linkMs: 60 * minuteMs };

const smtp = (port: number, more: Partial<SmtpSettings> = {}) =>
  createSmtpTransport({ host: '127.0.0.1', port, tls: 'none', timeoutMs: 3000, ...more });

async function open(t: Test): Promise<TestStorage> {
  const storage = openTestStorage(t);
  await addTestPartners(storage);
  return storage;
}

function start(t: Test, storage: TestStorage, transport: MailerDeps['transport']): void {
  const mailer = startMailer({
    database: storage.database,
    observe: (observation) => storage.observations.push(observation),
    settings: {
      from: 'Claimgate <no-reply@agency.example>',
      retryFirstMs: 1,
      retryMaxMs: 2,
      maxAttempts: 3,
    },
    transport,
    place: () => ({
      siteName: 'Claimgate',
      agencyName: 'Example State Medicaid',
      idIssuer: 'NCID',
      supportText: 'Call 800-555-0100.',
      portalUrl: 'https://portal.agency.example',
      timeZone: 'UTC',
    }),
    secrets,
    random: () => 1,
  });
  t.teardown(() => mailer.close());
}

/** Queues a mail with a link and a code, as someone who forgot a password has it queued. */
async function ask({ database }: TestStorage, user = alice): Promise<void> {
  await database.transaction(async (transaction) => {
    const secretId = await makeOneTimeSecret(transaction, {
      purpose: 'reset-password',
      userId: user,
      lifeMs: 60 * minuteMs,
      codeLifeMs: 10 * minuteMs,
    });
    await queueMail(transaction, { content: recovery, userId: user, secretId });
  });
}

const onlyMail = ({ database }: TestStorage, state: 'waiting' | 'sent' | 'dead') =>
  until(`a ${state} mail`, async () => (await listMails(database, { limit: 1, state }))[0]);

test('a mail goes through STARTTLS and sign-in to a server whose certificate is known, as text and as HTML', async (t) => {
  const storage = await open(t);
  const certificate = makeCertificate(storage.directory.root);
  const server = await startMailServer(t, {
    ...certificate,
    authOptional: false,
    onAuth: ({ username, password }, _session, callback) =>
      username === 'gate' && password === 'let-me-send'
        ? callback(null, { user: username })
        : callback(new Error('No.')),
  });
  const signIn = { tls: 'starttls', ca: certificate.cert, user: 'gate', password: 'let-me-send' } as const;
  start(t, storage, smtp(server.port, signIn));
  await ask(storage);
  const { recipient, id } = await onlyMail(storage, 'sent');
  t.equal(recipient, 'alice@example.org');
  const [got] = server.received;
  t.match(got, { secure: true, user: 'gate', to: 'alice@example.org' });
  t.match(got?.mail, {
    from: { name: 'Claimgate', address: 'no-reply@agency.example' },
    subject: 'Choose a new Claimgate password',
    messageId: `<${id}@claimgate>`,
  });
  if (got === undefined) return;
  const token = /token=(.*)/.exec(linkIn(got.mail))?.[1] ?? '';
  t.match(await secrets.find(storage.database, token), { userId: 'alice', purpose: 'reset-password' });
  t.ok(got.mail.html?.includes(`href="https://portal.agency.example/link?token=${token}"`));
  t.match(codeIn(got.mail), /^\d{6}$/);

  const rows = JSON.stringify(await storage.database.sql.selectFrom('mails').selectAll().execute());
  const kept = [
    rows,
    JSON.stringify(await storage.database.sql.selectFrom('one_time_secrets').selectAll().execute()),
    JSON.stringify(storage.observations),
    readFileSync(storage.directory.database, 'latin1'),
    readFileSync(`${storage.directory.database}-wal`, 'latin1'),
  ].join('\n');
  t.ok(rows.includes('reset-password'));
  t.notOk(kept.includes(token.slice(-40)), 'the token is neither in the database nor told of');
  t.notOk(new RegExp(`\\D${codeIn(got.mail)}\\D`).test(rows), 'nor is the code in the queue');
  t.notOk(JSON.stringify(storage.observations).includes('alice@example.org'), 'nor the address in the log');
});

test('TLS from the first byte works too, and nothing is sent in the clear or to a stranger', async (t) => {
  const storage = await open(t);
  const certificate = makeCertificate(storage.directory.root);
  const implicit = await startMailServer(t, { ...certificate, secure: true });
  const plain = await startMailServer(t, { disabledCommands: ['STARTTLS'] });
  const stranger = await startMailServer(t, { ...certificate });
  const message = {
    id: 'x',
    from: 'a@example.org',
    to: 'b@example.org',
    subject: 's',
    text: 't',
    html: 'h',
    atMs: 0,
  };
  const good = smtp(implicit.port, { tls: 'implicit', ca: certificate.cert });
  t.same(await good.send(message), { kind: 'sent' });
  t.equal(implicit.received[0]?.secure, true);
  t.match(await smtp(plain.port, { tls: 'starttls' }).send(message), { kind: 'failed', final: false });
  t.match(await smtp(stranger.port, { tls: 'starttls' }).send(message), { kind: 'failed', final: false });
  t.same([...plain.received, ...stranger.received], []);
});

test('a server that is down is tried again, with the same message id', async (t) => {
  const storage = await open(t);
  const ids: (string | undefined)[] = [];
  let refusals = 2;
  const server = await startMailServer(t, {
    onMailFrom(_address, _session, callback) {
      refusals -= 1;
      if (refusals < 0) return callback();
      return callback(Object.assign(new Error('Come back later.'), { responseCode: 451 }));
    },
  });
  start(t, storage, smtp(server.port));
  await ask(storage);
  const sent = await onlyMail(storage, 'sent');
  t.equal(sent.attempts, 3);
  ids.push(server.received[0]?.mail.messageId);
  t.same(ids, [`<${sent.id}@claimgate>`]);
  t.match(
    storage.observations.filter(({ kind }) => kind === 'mail.failed'),
    [
      { attempt: 1, retryInMs: 1, reason: 'EENVELOPE 451' },
      { attempt: 2, retryInMs: 2 },
    ],
  );
});

test('a mail that no server takes is given up, stays visible, and can be tried again', async (t) => {
  const storage = await open(t);
  let open550 = true;
  const server = await startMailServer(t, {
    onRcptTo(_address, _session, callback) {
      if (!open550) return callback();
      return callback(Object.assign(new Error('No such mailbox.'), { responseCode: 550 }));
    },
  });
  start(t, storage, smtp(server.port));
  await ask(storage);
  const dead = await onlyMail(storage, 'dead');
  t.match(dead, { attempts: 1, lastError: 'EENVELOPE 550' }, 'a refusal for good is not repeated');
  open550 = false;
  t.equal(
    await retryMail(storage.database, { id: dead.id, actor: { kind: 'administrator', name: 'test' } }),
    true,
  );
  t.equal((await onlyMail(storage, 'sent')).id, dead.id);
  t.equal(
    await retryMail(storage.database, { id: dead.id, actor: { kind: 'administrator', name: 'test' } }),
    false,
  );
});

test('without a mail server mails become files, for their owner alone and whole', async (t) => {
  const storage = await open(t);
  start(t, storage, createFolderTransport(storage.directory));
  await ask(storage);
  const { id } = await onlyMail(storage, 'sent');
  const folder = join(storage.directory.root, 'mail');
  t.same(readdirSync(folder), [`${id}.eml`]);
  t.equal(statSync(join(folder, `${id}.eml`)).mode & 0o777, 0o600);
  const [mail] = await readMailFolder(folder);
  t.match(mail, { to: [{ address: 'alice@example.org' }], subject: /new Claimgate password/ });
});

test('a mail for a user who was made up goes to no one and leaves no trace', async (t) => {
  const storage = await open(t);
  start(t, storage, createFolderTransport(storage.directory));
  await ask(storage, userId('nobody.known'));
  await until('no mail is left', async () => (await listMails(storage.database, { limit: 9 })).length === 0);
  await storage.database.transaction((transaction) =>
    queueMail(transaction, {
      content: { kind: 'forgot-username', firstName: 'ALICE', lastName: 'tester' },
      recipient: 'alice@example.org',
    }),
  );
  await storage.database.transaction((transaction) =>
    queueMail(transaction, {
      content: { kind: 'forgot-username', firstName: 'Alice', lastName: 'Other' },
      recipient: 'alice@example.org',
    }),
  );
  await onlyMail(storage, 'sent');
  await until('one mail is left', async () => (await listMails(storage.database, { limit: 9 })).length === 1);
  const [mail] = await readMailFolder(join(storage.directory.root, 'mail'));
  t.match(mail?.text, /Your User ID \(NCID\) is: alice/);
});

test('a mail whose link has run out, or was used, is not sent any more', async (t) => {
  const storage = await open(t);
  await ask(storage);
  storage.clock.advance(60 * minuteMs);
  start(t, storage, createFolderTransport(storage.directory));
  const dead = await onlyMail(storage, 'dead');
  t.equal(dead.lastError, 'its link has run out');
  t.match(await findMail(storage.database, dead.id), { recipient: '' });
  t.same(readdirSync(join(storage.directory.root, 'mail')), []);
});

test('a mail that cannot be written does not hold up the next', async (t) => {
  const storage = await open(t);
  await storage.database.transaction((transaction) =>
    queueMail(transaction, { content: { kind: 'no-such-kind' } as unknown as MailContent, userId: alice }),
  );
  await ask(storage);
  start(t, storage, createFolderTransport(storage.directory));
  t.match(await onlyMail(storage, 'sent'), { content: { kind: 'reset-password' } });
  t.match(await onlyMail(storage, 'dead'), { lastError: 'fault', attempts: 3 });
});
