// The matrix of clients against a real gateway. It runs by `npm run interop`, which installs them; each row of the table
// in docs/interop.md is a client, each column a step here.

import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { addReadyUserByHand, firstPassword, startTestGateway, type TestGateway } from '../support/gateway.ts';
import { missingProgram } from '../support/program.ts';
import { call, connectSsh } from '../support/ssh-client.ts';
import type { ClientCommand, SftpTarget } from '../support/stock-clients.ts';
import { makeTestFolder } from '../support/test-folder.ts';
import { until } from '../support/until.ts';
import { type MatrixClient, matrixClients } from './clients.ts';

const partner = 'acme-dental';
const user = 'mfranklin';
/** Where scripts/interop.mjs reads what passed. */
const resultsFile = process.env['INTEROP_RESULTS'];
const wanted = process.env['INTEROP_CLIENT'];
const sizeBytes = 300_000;
const cutAtBytes = 100_000;

type Step = 'put' | 'list' | 'rename' | 'get' | 'resume' | 'refused';
type Result = Record<Step, string>;

async function interrupt(running: TestGateway, target: SftpTarget, remote: string, content: Buffer) {
  const cut = await connectSsh({ teardown: () => undefined } as never, target, firstPassword);
  const handle = await call<Buffer>((done) => cut.sftp.open(remote, 'w', done));
  for (let at = 0; at < cutAtBytes; at += 20_000)
    await call((done) => cut.sftp.write(handle, content, at, 20_000, at, done));
  cut.cut();
  await until('the upload is kept as interrupted', async () => {
    const rows = running.core.database.sql.selectFrom('transmissions').select('state');
    const row = await rows.where('name', '=', remote.replace(/.*\//, '')).executeTakeFirst();
    return row?.state === 'interrupted';
  });
}

async function tryClient(t: Test, running: TestGateway, client: MatrixClient): Promise<Result> {
  const target = running.target(user);
  const name = client.name.replace(/\W+/g, '-').toLowerCase();
  const cwd = join(running.clientDirectory, name);
  mkdirSync(cwd);
  const content = randomBytes(sizeBytes);
  const inbound = join(running.dataDirectory, 'mailboxes', partner, 'inbound');
  writeFileSync(join(cwd, 'first'), content);
  const run = (commands: readonly ClientCommand[], password = firstPassword) =>
    client.run(target, { cwd, password, commands });
  const result: Result = { put: '', list: '', rename: '', get: '', resume: '', refused: '' };
  const check = (step: Step, passed: boolean, said: string) => {
    result[step] = passed ? 'yes' : 'no';
    t.ok(passed, `${client.name}: ${step}`, { diagnostic: true, said: said.slice(-2000) });
  };

  const put = await run([{ kind: 'put', local: 'first', remote: `/inbound/${name}.x12` }]);
  check('put', put.code === 0 && holds(join(inbound, `${name}.x12`), content), put.out);
  const list = await run([{ kind: 'list', folder: '/inbound' }]);
  check('list', list.code === 0 && list.out.includes(`${name}.x12`), list.out);
  const rename = await run([
    { kind: 'rename', from: `/inbound/${name}.x12`, to: `/inbound/${name}-sent.x12` },
  ]);
  check('rename', rename.code === 0 && holds(join(inbound, `${name}-sent.x12`), content), rename.out);
  const get = await run([{ kind: 'get', remote: `/inbound/${name}-sent.x12`, local: 'back' }]);
  check('get', get.code === 0 && holds(join(cwd, 'back'), content), get.out);
  if (client.noResume === undefined) {
    await interrupt(running, target, `/inbound/${name}-cut.x12`, content);
    const resume = await run([{ kind: 'resume-put', local: 'first', remote: `/inbound/${name}-cut.x12` }]);
    check('resume', resume.code === 0 && holds(join(inbound, `${name}-cut.x12`), content), resume.out);
  } else {
    result.resume = `no: ${client.noResume}`;
  }
  const refused = await run(
    [{ kind: 'put', local: 'first', remote: `/inbound/${name}-wrong.x12` }],
    'Wrong-Horse-1-Stable',
  );
  check('refused', refused.code !== 0 && !holds(join(inbound, `${name}-wrong.x12`), content), refused.out);
  return result;
}

function holds(file: string, content: Buffer): boolean {
  try {
    return readFileSync(file).equals(content);
  } catch {
    return false;
  }
}

const skip = resultsFile === undefined && wanted === undefined ? 'run it by npm run interop' : false;

test('every client of the matrix signs in, puts, lists, renames, gets, resumes, and is refused', {
  skip,
}, async (t) => {
  const start = async (profile: 'modern' | 'compatible') => {
    const auth = { bcryptCost: 10, freeFailures: 90, lockFailures: 100 };
    const config = { roles: ['sftp'], sftp: { profile }, auth };
    const running = await startTestGateway(t, { root: makeTestFolder(t), config });
    await addReadyUserByHand(running.core, { partner, user });
    return running;
  };
  const modern = await start('modern');
  const compatible = await start('compatible');
  const results: Record<string, Result & { transport: string; debianPackage: string; profile: string }> = {};
  for (const client of matrixClients.filter(({ name }) => wanted === undefined || name === wanted)) {
    const missing = client.program.startsWith('/') ? false : missingProgram(client.program);
    await t.test(client.name, { skip: missing }, async (t) => {
      const { transport, debianPackage, needsCompatible } = client;
      const profile = needsCompatible === undefined ? 'modern' : 'compatible';
      const result = await tryClient(t, needsCompatible === undefined ? modern : compatible, client);
      results[client.name] = { ...result, transport, debianPackage, profile };
    });
  }
  if (resultsFile !== undefined) writeFileSync(resultsFile, JSON.stringify(results));
});
