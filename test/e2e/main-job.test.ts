// The main job from end to end: portal, SFTP account, uploads, acknowledgements, a change of password.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { readClaims, segmentsOf } from '../support/claims.ts';
import {
  addPartnerAndUser,
  addReadyUser,
  changePassword,
  doSetupStep,
  firstPassword,
  startTestGateway,
  waitForAnswers,
} from '../support/gateway.ts';
import { missingProgram } from '../support/program.ts';
import { connectSsh } from '../support/ssh-client.ts';
import { runSftp, type SftpTarget } from '../support/stock-clients.ts';
import { until } from '../support/until.ts';

const partner = 'acme-dental';
const user = 'mfranklin';
const secondPassword = 'Copper-Heron-4-Valley';

async function signsIn(target: SftpTarget, cwd: string, password: string): Promise<boolean> {
  const { code, out } = await runSftp(target, { cwd, password, commands: ['ls -1 /'] });
  if (code !== 0 && !out.includes('Permission denied')) throw new Error(`sftp failed otherwise: ${out}`);
  return code === 0;
}

/** Fetches an acknowledgement as the partner does. */
async function fetchAnswer(
  t: Test,
  target: SftpTarget,
  input: { readonly cwd: string; readonly name: string },
): Promise<readonly string[]> {
  const { cwd, name } = input;
  const { code, out } = await runSftp(target, {
    cwd,
    password: firstPassword,
    commands: [`get "/outbound/${name}" answer`],
  });
  t.equal(code, 0, out);
  return segmentsOf(readFileSync(join(cwd, 'answer'), 'latin1'));
}

/** The three baseline files, and what EXPECT.tsv says of their answers. */
const baseline = [
  {
    file: 'p-00-valid.x12',
    controlNumber: 101,
    expected: ['IK5*A', 'AK9*A*1*1*1'],
    faults: [],
  },
  {
    file: 'seg-04-missing-required-N4.x12',
    controlNumber: 102,
    expected: ['IK5*R*5', 'AK9*R*1*1*0'],
    faults: ['IK3*N4*10*2010*3'],
  },
  {
    file: 'ele-02-clm02-alpha.x12',
    controlNumber: 103,
    expected: ['IK5*R*5', 'AK9*R*1*1*0'],
    faults: ['IK3*CLM*19*2300*8', 'CTX*CLM01:26463774', 'IK4*2*782*6*1O0'],
  },
] as const;

test('from the portal to the 999s, with the stock sftp', { skip: missingProgram('sftp') }, async (t) => {
  const running = await startTestGateway(t);
  const cwd = running.clientDirectory;
  await addPartnerAndUser(running.core, { partner, user });
  const target = running.target(user);

  t.notOk(await signsIn(target, cwd, firstPassword), 'no SFTP login before the setup step');

  const browser = running.browser();
  t.equal((await browser.signIn(user, firstPassword)).status, 200);
  const page = await doSetupStep(browser, { user, password: firstPassword });
  t.match(page.text, /Active/);
  for (const fingerprint of target.fingerprints) t.ok(page.text.includes(fingerprint), fingerprint);
  t.ok(await signsIn(target, cwd, firstPassword), 'SFTP login after it');

  for (const { file, controlNumber } of baseline) {
    writeFileSync(join(cwd, file), readClaims(file, controlNumber));
  }
  const sent = await runSftp(target, {
    cwd,
    password: firstPassword,
    commands: baseline.map(({ file }) => `put ${file} /inbound/${file}`),
  });
  t.equal(sent.code, 0, sent.out);

  for (const { file, controlNumber, expected, faults } of baseline) {
    await t.test(`the 999 of ${file}`, async (t) => {
      const [answer] = await waitForAnswers(running.dataDirectory, { partner, file });
      const segments = await fetchAnswer(t, target, { cwd, name: answer?.name ?? '' });
      t.match(segments[0], /^ISA\*.*\*ZZ\*RECEIVER {7}\*ZZ\*SUBMITTER {6}\*/, 'the answer goes back');
      t.ok(segments.includes(`TA1*${String(controlNumber).padStart(9, '0')}*240101*1200*A*000`), 'TA1 A');
      for (const segment of expected) t.ok(segments.includes(segment), segment);
      const found = segments.filter((segment) => /^(IK3|IK4|CTX)\*/.test(segment));
      t.strictSame(found, [...faults], 'the faults of EXPECT.tsv and no others');
    });
  }

  await t.test('what was accepted is released to the back end, what was rejected is not', async (t) => {
    const folder = join(running.dataDirectory, 'backend', 'accepted', partner);
    const manifest = await until('a manifest', () =>
      readdirSync(folder).find((name) => name.endsWith('.json')),
    );
    t.equal(readdirSync(folder).length, 2);
    const id = manifest.replace('.json', '');
    t.equal(
      readFileSync(join(running.dataDirectory, 'backend', 'accepted', partner, id), 'latin1'),
      readClaims('p-00-valid', 101),
    );
  });

  await t.test('the same interchange again gets TA1 R 025 and no 999', async (t) => {
    writeFileSync(join(cwd, 'again.x12'), readClaims('p-00-valid', 101));
    await runSftp(target, {
      cwd,
      password: firstPassword,
      commands: ['put again.x12 /inbound/again.x12'],
    });
    const [answer] = await waitForAnswers(running.dataDirectory, { partner, file: 'again.x12' });
    const segments = await fetchAnswer(t, target, { cwd, name: answer?.name ?? '' });
    t.ok(segments.includes('TA1*000000101*240101*1200*R*025'), segments.join('~'));
    t.notOk(segments.some((segment) => segment.startsWith('ST*999')));
    const accepted = readdirSync(join(running.dataDirectory, 'backend', 'accepted', partner));
    t.equal(accepted.length, 2, 'nothing more was released');
  });

  await t.test('a file that is no X12 is quarantined, and its sender told in plain words', async (t) => {
    writeFileSync(join(cwd, 'letter.txt'), 'Dear gateway, please find our claims attached.');
    await runSftp(target, {
      cwd,
      password: firstPassword,
      commands: ['put letter.txt /inbound/letter.txt'],
    });
    const [answer] = await waitForAnswers(running.dataDirectory, { partner, file: 'letter.txt' });
    t.match(answer?.name, /^letter\.txt\..*\.rejected\.txt$/);
    t.match(answer?.text, /THIS FILE WAS NOT PROCESSED/);
    t.equal(readdirSync(join(running.dataDirectory, 'quarantine')).length, 1);
  });
});

test('a new identity password ends live sessions and SFTP logins until Update is done', {
  skip: missingProgram('sftp'),
}, async (t) => {
  const running = await startTestGateway(t);
  const cwd = running.clientDirectory;
  const target = await addReadyUser(running, { partner, user });
  const live = await connectSsh(t, target, firstPassword);

  const browser = running.browser();
  await browser.signIn(user, firstPassword);
  await changePassword(browser, { present: firstPassword, wanted: secondPassword });
  await live.closed;
  t.pass('the live session has ended');
  t.notOk(await signsIn(target, cwd, firstPassword), 'the old password is refused');
  t.notOk(await signsIn(target, cwd, secondPassword), 'the new one too, before Update');

  await doSetupStep(browser, { user, password: secondPassword });
  t.ok(await signsIn(target, cwd, secondPassword), 'and is accepted after it');
  t.notOk(await signsIn(target, cwd, firstPassword), 'the old one stays refused');
});
