import { randomBytes } from 'node:crypto';
import { test } from 'tap';
import { backOffMs } from '../../hooks/back-off.ts';
import { readRetryAfter } from '../../hooks/http-post.ts';
import { isPrivateAddress } from '../../hooks/private-address.ts';
import { newWebhookSecret, readWebhookSecrets, rotateSecrets } from '../../hooks/webhook-secret.ts';

test('secrets in another form are refused by the hook’s name and without being shown', (t) => {
  const good = newWebhookSecret(randomBytes(32));
  for (const text of [
    'hunter2',
    '',
    '# nothing',
    newWebhookSecret(randomBytes(16)),
    newWebhookSecret(randomBytes(65)),
    `${good} until yesterday`,
    `${good} until 2030-01-01T00:00:00Z`,
    `${good}\n`.repeat(5),
  ]) {
    t.throws(() => readWebhookSecrets('pipeline', text), { code: 'hooks.webhook-secret' }, text);
  }
  try {
    readWebhookSecrets('pipeline', 'hunter2');
  } catch (thrown) {
    t.match(thrown, { message: /webhook pipeline/ });
    t.notMatch(thrown, { message: /hunter2/ });
  }
  t.match(readWebhookSecrets('pipeline', `# ours\n${good}\n`), [{ text: good, untilMs: undefined }]);
  t.end();
});

test('a rotation puts the new secret first, ends the old one, and drops what is over', (t) => {
  const [one, two, three] = [1, 2, 3].map(() => newWebhookSecret(randomBytes(32))) as [
    string,
    string,
    string,
  ];
  const nowMs = Date.UTC(2026, 0, 1);
  const once = rotateSecrets(readWebhookSecrets('pipeline', one), {
    fresh: two,
    untilMs: nowMs + 1000,
    nowMs,
  });
  t.match(readWebhookSecrets('pipeline', once), [{ text: two }, { text: one, untilMs: nowMs + 1000 }]);
  const later = nowMs + 5000;
  const twice = rotateSecrets(readWebhookSecrets('pipeline', once), {
    fresh: three,
    untilMs: later + 1000,
    nowMs: later,
  });
  t.same(
    readWebhookSecrets('pipeline', twice).map(({ text }) => text),
    [three, two],
  );
  t.end();
});

test('addresses of this machine, its networks and its cloud’s metadata are private, however they are written', (t) => {
  for (const address of [
    '127.0.0.1',
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '169.254.169.254',
    '172.31.255.255',
    '192.168.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::127.0.0.1',
    '::ffff:192.168.0.1',
    '::ffff:a9fe:a9fe',
    '0:0:0:0:0:ffff:7f00:1',
    '64:ff9b::7f00:1',
    '64:ff9b::10.0.0.1',
    '64:ff9b:1::a00:1',
    '2002:7f00:1::',
    '2001::1',
    '2001:db8::1',
    'fd00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    '100::1',
    'not an address',
    '',
  ]) {
    t.equal(isPrivateAddress(address), true, address);
  }
  for (const address of [
    '8.8.8.8',
    '172.32.0.1',
    '2606:4700::1111',
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
    '64:ff9b::8.8.8.8',
  ]) {
    t.equal(isPrivateAddress(address), false, address);
  }
  t.end();
});

test('pauses double up to a day, with full jitter', (t) => {
  const dayMs = 24 * 60 * 60 * 1000;
  const pause = (failures: number, random: number) =>
    backOffMs({ failures, firstMs: 5000, maxMs: dayMs, random });
  t.equal(pause(1, 1), 5000);
  t.equal(pause(3, 1), 20_000);
  t.equal(pause(3, 0), 0);
  t.equal(pause(3, 0.5), 10_000);
  t.equal(pause(1000, 1), dayMs);
  t.end();
});

test('Retry-After is read as seconds or as a date, and counts for a day at most', (t) => {
  const nowMs = Date.UTC(2026, 0, 1);
  t.equal(readRetryAfter('120', nowMs), 120_000);
  t.equal(readRetryAfter(new Date(nowMs + 60_000).toUTCString(), nowMs), 60_000);
  t.equal(readRetryAfter(new Date(nowMs - 60_000).toUTCString(), nowMs), 0);
  t.equal(readRetryAfter('999999999', nowMs), 24 * 60 * 60 * 1000);
  t.equal(readRetryAfter('soon', nowMs), undefined);
  t.equal(readRetryAfter(undefined, nowMs), undefined);
  t.end();
});
