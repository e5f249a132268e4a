// Connections that end in mid-upload: what arrived is the uploader's to resume, and nobody else's to see (I1).

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { readClaims } from '../support/claims.ts';
import {
  addPartnerAndUser,
  addReadyUser,
  doSetupStep,
  firstPassword,
  startTestGateway,
  type TestGateway,
  waitForAnswers,
} from '../support/gateway.ts';
import { listFiles } from '../support/list-files.ts';
import { call, connectSsh, putFile } from '../support/ssh-client.ts';
import { until } from '../support/until.ts';

const partner = 'acme-dental';
const user = 'mfranklin';
const colleague = 'jdoe';

function transmissionsOf({ core }: TestGateway, name: string) {
  return core.database.sql.selectFrom('transmissions').selectAll().where('name', '=', name).execute();
}

async function waitForState(running: TestGateway, name: string, state: string): Promise<void> {
  await until(`${name} is ${state}`, async () =>
    (await transmissionsOf(running, name)).some((row) => row.state === state),
  );
}

/** Files that intake and the back end could know of. */
function processedFiles(dataDirectory: string): readonly string[] {
  return listFiles(dataDirectory).filter((path) => /^(originals|backend|quarantine|mailboxes)\//.test(path));
}

test('an upload that is cut off is never processed, and answered once after it was resumed', async (t) => {
  const running = await startTestGateway(t);
  const target = await addReadyUser(running, { partner, user });
  const content = Buffer.from(readClaims('p-00-valid', 1));
  const half = Math.floor(content.length / 2);

  const cut = await connectSsh(t, target, firstPassword);
  const handle = await call<Buffer>((done) => cut.sftp.open('/inbound/claims.x12', 'w', done));
  await call((done) => cut.sftp.write(handle, content, 0, half, 0, done));
  cut.cut();
  await waitForState(running, 'claims.x12', 'interrupted');

  await t.test('intake has not seen it', async (t) => {
    // Another file goes all the way: whatever intake would have done with the cut one, it has had its chance.
    const other = await connectSsh(t, target, firstPassword);
    await putFile(other.sftp, '/inbound/other.x12', readClaims('p-00-valid', 2));
    await waitForAnswers(running.dataDirectory, { partner, file: 'other.x12' });
    const [row, ...more] = await transmissionsOf(running, 'claims.x12');
    t.strictSame(more, []);
    t.match(row, { state: 'interrupted', attempts: 0, original_path: null, received_at_ms: null });
    const events = await running.core.database.sql.selectFrom('events').select(['kind', 'payload']).execute();
    t.notOk(
      events.some(({ payload }) => payload.includes('claims.x12')),
      'no event tells of it',
    );
    t.notOk(processedFiles(running.dataDirectory).some((path) => path.includes('claims.x12')));
  });

  await t.test('its uploader sees it with what arrived, and resumes it', async (t) => {
    const again = await connectSsh(t, target, firstPassword);
    const { size } = await call<{ size: number }>((done) => again.sftp.stat('/inbound/claims.x12', done));
    t.equal(size, half);
    const resumed = await call<Buffer>((done) => again.sftp.open('/inbound/claims.x12', 'r+', done));
    await call((done) => again.sftp.write(resumed, content, half, content.length - half, half, done));
    await call((done) => again.sftp.close(resumed, done));
    const answers = await waitForAnswers(running.dataDirectory, { partner, file: 'claims.x12' });
    t.match(answers[0]?.text, /IK5\*A/);
  });

  const rows = await transmissionsOf(running, 'claims.x12');
  t.equal(rows.length, 1, 'one transmission');
  t.match(rows[0], { state: 'answered', size_bytes: content.length });
  const original = join(running.dataDirectory, rows[0]?.original_path ?? '');
  t.strictSame(readFileSync(original), content);
  t.equal(statSync(original).mode & 0o777, 0o400, 'an original is written by no one');
  t.strictSame(readdirSync(join(running.dataDirectory, 'staging')), []);
});

test('what is not whole yet is seen by its uploader alone', async (t) => {
  const running = await startTestGateway(t);
  const target = await addReadyUser(running, { partner, user });
  await addPartnerAndUser(running.core, { partner, user: colleague });
  const browser = running.browser();
  await browser.signIn(colleague, firstPassword);
  await doSetupStep(browser, { user: colleague, password: firstPassword });
  const names = async (sftp: Awaited<ReturnType<typeof connectSsh>>['sftp']) =>
    (await call<{ filename: string }[]>((done) => sftp.readdir('/inbound', done as never))).map(
      ({ filename }) => filename,
    );

  const uploader = await connectSsh(t, target, firstPassword);
  const other = await connectSsh(t, running.target(colleague), firstPassword);
  const handle = await call<Buffer>((done) => uploader.sftp.open('/inbound/claims.x12', 'w', done));
  const content = Buffer.from(readClaims('p-00-valid', 1));
  await call((done) => uploader.sftp.write(handle, content, 0, content.length, 0, done));

  t.strictSame(await names(uploader.sftp), ['claims.x12']);
  t.strictSame(await names(other.sftp), []);
  await t.rejects(
    call((done) => other.sftp.stat('/inbound/claims.x12', done as never)),
    { code: 2 },
  );
  await t.rejects(
    call((done) => other.sftp.open('/inbound/claims.x12', 'r', done as never)),
    { code: 2 },
  );

  await call((done) => uploader.sftp.close(handle, done));
  t.strictSame(await names(other.sftp), ['claims.x12'], 'once CLOSE is answered OK, the colleague sees it');
});

test('a file under a temporary name waits for its final name', async (t) => {
  const running = await startTestGateway(t);
  const target = await addReadyUser(running, { partner, user });
  const { sftp } = await connectSsh(t, target, firstPassword);
  await putFile(sftp, '/inbound/claims.x12.filepart', readClaims('p-00-valid', 1));
  await putFile(sftp, '/inbound/other.x12', readClaims('p-00-valid', 2));
  await waitForAnswers(running.dataDirectory, { partner, file: 'other.x12' });
  t.match(await transmissionsOf(running, 'claims.x12.filepart'), [{ state: 'held', original_path: null }]);

  await call((done) => sftp.rename('/inbound/claims.x12.filepart', '/inbound/claims.x12', done));
  const answers = await waitForAnswers(running.dataDirectory, { partner, file: 'claims.x12' });
  t.equal(answers.length, 1);
  t.match(answers[0]?.text, /IK5\*A/);
});
