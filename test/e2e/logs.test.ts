// What is written down about the main job: structured lines, and in them no password, no secret and nothing of a
// patient. The process of the product is asked, at its most talkative level.

import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { type Core, openCore } from '../../core.ts';
import { openLog } from '../../observe.ts';
import { corpusSubmitterId, readClaims } from '../support/claims.ts';
import {
  addPartnerAndUser,
  changePassword,
  doSetupStep,
  firstPassword,
  testConfig,
  waitForAnswers,
} from '../support/gateway.ts';
import { hiddenFields, openPlainBrowser } from '../support/portal.ts';
import { readLog, startServe, whyNotBuilt } from '../support/serve-process.ts';
import { connectSsh, putFile } from '../support/ssh-client.ts';
import { makeTestFolder } from '../support/test-folder.ts';
import { until } from '../support/until.ts';

const partner = 'acme-dental';
const user = 'mfranklin';
const secondPassword = 'Copper-Heron-4-Valley';
const wrongPasswords = ['Wrong-Horse-1-Stable', 'Wrong-Goose-2-Meadow', 'short'];

/** What the files say of a patient: names, member id, claim id, address, date of birth, and a value at fault. */
const patientData = [
  'SMITH',
  'JANE',
  'JS00111223333',
  '26463774',
  '236 N MAIN',
  'MIAMI',
  '33413',
  '19430501',
  '999996666',
  'KILDARE',
  '1O0',
];

/** Every form in which a secret could have been written down. */
function formsOf(secret: Buffer): readonly string[] {
  return [
    secret.toString('base64').replace(/=+$/, ''),
    secret.toString('base64url'),
    secret.toString('hex'),
    secret.toString('latin1'),
  ];
}

function readSecrets(dataDirectory: string): ReadonlyMap<string, readonly string[]> {
  const keys = join(dataDirectory, 'keys');
  const secrets = new Map<string, readonly string[]>();
  for (const name of readdirSync(keys)) {
    const content = readFileSync(join(keys, name));
    const text = content.toString('latin1');
    // Of a private key, any line of its body.
    const isPem = text.includes('PRIVATE KEY');
    secrets.set(
      name,
      isPem ? text.split('\n').filter((line) => line.length > 20 && !line.startsWith('-')) : formsOf(content),
    );
  }
  return secrets;
}

async function readTrails(core: Core): Promise<string> {
  const audit = await core.database.sql.selectFrom('audit_records').selectAll().execute();
  const events = await core.database.sql.selectFrom('events').selectAll().execute();
  return JSON.stringify([audit, events]);
}

test('logs, audit trail and events hold no password, no secret and no patient data', {
  skip: whyNotBuilt(),
}, async (t) => {
  const root = makeTestFolder(t);
  const dataDirectory = join(root, 'data');
  const core = openCore({ config: testConfig(dataDirectory), observe: () => undefined });
  t.teardown(() => core.close());
  await addPartnerAndUser(core, { partner, user, submitterId: corpusSubmitterId });
  const serve = await startServe(t, {
    root,
    name: 'serve',
    config: { roles: ['sftp', 'intake', 'portal'], intake: { maxAttempts: 1 } },
  });
  const target = serve.target(user);
  const tokens = new Set<string>();
  const browser = openPlainBrowser(`http://127.0.0.1:${serve.portalPort}`);
  const keepTokens = async () => {
    const { html } = await browser.get('/trading-partner/sftp-account');
    for (const value of [...browser.cookies.values(), ...Object.values(hiddenFields(html))]) {
      if (value.length >= 20) tokens.add(value);
    }
  };

  await keepTokens();
  for (const wrong of wrongPasswords) {
    await browser.signIn(user, wrong);
    await t.rejects(connectSsh(t, target, wrong), /authentication/i);
  }
  await t.rejects(connectSsh(t, target, firstPassword), /authentication/i);
  await browser.signIn(user, firstPassword);
  await keepTokens();
  await doSetupStep(browser, { user, password: firstPassword });

  const { sftp, closed } = await connectSsh(t, target, firstPassword);
  const files = ['p-00-valid', 'ele-02-clm02-alpha', 'seg-04-missing-required-N4', 'env-10-isa15-bad'];
  for (const [index, name] of files.entries()) {
    await putFile(sftp, `/inbound/file-${index}.x12`, readClaims(name, 10 + index));
    await waitForAnswers(dataDirectory, { partner, file: `file-${index}.x12` });
  }
  await putFile(
    sftp,
    '/inbound/letter.txt',
    'Dear gateway, JANE SMITH of 236 N MAIN ST, MIAMI, JS00111223333',
  );
  await waitForAnswers(dataDirectory, { partner, file: 'letter.txt' });
  await browser.signIn(user, firstPassword);
  await changePassword(browser, { present: firstPassword, wanted: secondPassword });
  await closed;
  await doSetupStep(browser, { user, password: secondPassword });
  await keepTokens();

  await t.test('an attempt that fails is logged without what it failed on', async (t) => {
    const again = await connectSsh(t, target, secondPassword);
    await serve.stop();
    again.cut();
    const second = await startServe(t, {
      root,
      name: 'without-intake',
      config: { roles: ['sftp'] },
    });
    const { sftp: third } = await connectSsh(t, second.target(user), secondPassword);
    await putFile(third, '/inbound/altered.x12', readClaims('p-00-valid', 99));
    const row = await core.database.sql
      .selectFrom('transmissions')
      .select('original_path')
      .where('name', '=', 'altered.x12')
      .executeTakeFirstOrThrow();
    const original = join(dataDirectory, row.original_path ?? '');
    // Until then the journal has the bytes of a small file too, and would put them right.
    await until('the original is durable by itself', async () => {
      const riding = await core.database.sql
        .selectFrom('small_originals')
        .select('transmission_id')
        .execute();
      return riding.length === 0;
    });
    chmodSync(original, 0o600);
    writeFileSync(original, readClaims('ele-02-clm02-alpha', 99));
    const intake = await startServe(t, {
      root,
      name: 'intake-of-altered',
      config: { roles: ['intake'], intake: { maxAttempts: 1 } },
    });
    await until('the attempt has failed', () =>
      readLog(intake.logFile).some(({ event }) => event === 'intake.attempt-failed'),
    );
    t.equal(await intake.stop(), 0);
    t.equal(await second.stop(), 0);
  });

  const logFiles = ['serve', 'without-intake', 'intake-of-altered'].map((name) => join(root, `${name}.log`));
  const log = logFiles.map((file) => readFileSync(file, 'latin1')).join('') + serve.said();
  const written = new Map([
    ['the log', log],
    ['the audit trail and the events', await readTrails(core)],
  ]);

  await t.test('the log is made of structured lines that tell of the whole run', async (t) => {
    const lines = logFiles.flatMap(readLog);
    t.ok(
      lines.every(({ level, time, event }) =>
        [level, time, event].every((field) => typeof field === 'string'),
      ),
    );
    const kinds = new Set(lines.map(({ event }) => event));
    for (const kind of [
      'sftp.login',
      'sftp.login-refused',
      'sftp.transfer',
      'portal.sign-in',
      'portal.sign-in-refused',
      'portal.request',
      'transmission.received',
      'intake.answered',
      'intake.quarantined',
      'intake.attempt-failed',
      'sftp.session-ended-by-account',
      'gateway.stopped',
    ]) {
      t.ok(kinds.has(kind), kind);
    }
    t.equal(serve.said(), '', 'nothing is said beside the log');
  });

  const secrets = new Map<string, readonly string[]>([
    ['passwords', [firstPassword, secondPassword, ...wrongPasswords.filter((word) => word.length > 8)]],
    ['tokens of the portal', [...tokens]],
    ['password hashes', ['$2a$', '$2b$']],
    ['patient data', patientData],
    ...readSecrets(dataDirectory),
  ]);
  t.ok(tokens.size >= 3, 'there were tokens');
  for (const [place, text] of written) {
    await t.test(place, async (t) => {
      t.ok(text.length > 1000, 'there is something to search');
      for (const [what, forms] of secrets) {
        t.ok(forms.length > 0, `there is something to search for: ${what}`);
        t.strictSame(
          forms.filter((form) => text.includes(form)),
          [],
          `no ${what}`,
        );
      }
    });
  }
});

test('what is named as a secret is not written, should it ever stand among the facts', async (t) => {
  const file = join(makeTestFolder(t), 'claimgate.log');
  const log = openLog({ level: 'info', file });
  const facts = {
    password: 'told-1',
    inner: { secret: 'told-2', privateText: 'told-3', name: 'seen' },
    list: ['seen too'],
  };
  log.observe({ kind: 'gateway.stopped', ...facts } as never);
  log.close();
  const text = readFileSync(file, 'utf8');
  t.notMatch(text, /told-/);
  t.match(JSON.parse(text), {
    password: '[redacted]',
    inner: { secret: '[redacted]', privateText: '[redacted]', name: 'seen' },
    list: ['seen too'],
  });
  t.equal(facts.password, 'told-1', 'who tells it keeps it');
});
