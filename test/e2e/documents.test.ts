// Getting started and disaster recovery, as they are written: their commands are taken out of the documents and run, one
// after the other, in a directory of the test's own; what people do in between is done as they would.

import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { whyNotBuilt } from '../support/command.ts';
import { openCommandDesk } from '../support/command-desk.ts';
import { wordsOf } from '../support/command-words.ts';
import { doSetupStep, firstPassword, waitForAnswers } from '../support/gateway.ts';
import { openPlainBrowser } from '../support/portal.ts';
import { missingProgram, runProgram } from '../support/program.ts';
import { serveInstalled } from '../support/serve-installed.ts';
import { runSftp } from '../support/stock-clients.ts';
import { makeTestFolder } from '../support/test-folder.ts';

const root = new URL('../..', import.meta.url).pathname;
const skip = whyNotBuilt() || missingProgram('sftp');

/** The lines that a document shows indented, by the words they begin with. */
function commandsOf(document: string, program: string): readonly string[] {
  return readFileSync(join(root, 'docs', document), 'utf8')
    .split('\n')
    .flatMap((line) => (line.startsWith(`    ${program} `) ? [line.trim()] : []));
}

test('the commands of getting-started and disaster-recovery, in their order, do what is said of them', {
  skip,
  timeout: 400_000,
}, async (t) => {
  const cwd = makeTestFolder(t);
  mkdirSync(join(cwd, 'backups'));
  const desk = openCommandDesk(t);
  const claimgate = async (line: string): Promise<string> => {
    const args = wordsOf(line).slice(1);
    const ran = await desk.run(cwd, args, args[0] === 'user' ? `${firstPassword}\n` : '');
    t.equal(ran.code, 0, `${line}: ${ran.err}${ran.out}`);
    return ran.out;
  };
  const lines = commandsOf('getting-started.md', 'claimgate');
  const serveAt = lines.indexOf('claimgate serve');
  t.ok(serveAt > 3 && lines.length > serveAt + 5, lines.join('\n'));
  for (const line of lines.slice(0, serveAt)) await claimgate(line);
  const gateway = await serveInstalled(t, cwd, { log: 'serve.log', data: 'data' });
  const target = gateway.target('jdoe');
  const { port: sftpPort, fingerprints } = target;
  const browser = openPlainBrowser(gateway.portal);
  await browser.signIn('jdoe', firstPassword);
  await doSetupStep(browser, { user: 'jdoe', password: firstPassword });
  const sftp = (...commands: readonly string[]) =>
    runSftp(target, { cwd, password: firstPassword, commands });
  const typed = commandsOf('getting-started.md', 'sftp>').map((line) => line.replace(/^sftp> /, ''));
  const [put = '', list = '', get = ''] = typed;
  t.match(typed, [/^put /, /^ls /, /^get /]);
  let sent = false;
  for (const line of lines.slice(serveAt + 1)) {
    const said = await claimgate(line);
    if (line.includes('edi validate')) t.match(said, /accepted/);
    if (line.includes('transmission list')) t.match(said, /claims\.x12.*accepted/);
    if (!line.includes('edi validate') || sent) continue;
    sent = true;
    t.match(await sftp(put), { code: 0 });
    await waitForAnswers(join(cwd, 'data'), { partner: 'carolina-clinic', file: 'claims.x12' });
    const fetched = await sftp(list, get);
    t.equal(fetched.code, 0, fetched.out);
    t.match(readFileSync(join(cwd, 'claims.x12.000000001.999'), 'latin1'), /IK5\*A/);
  }
  t.match(await sftp('put faulty.x12 /inbound/'), { code: 0 });
  const [answer] = await waitForAnswers(join(cwd, 'data'), {
    partner: 'carolina-clinic',
    file: 'faulty.x12',
  });
  t.match(answer?.text, /IK5\*R/);

  await t.test(
    'curl takes the fingerprint as the partner’s guide says',
    { skip: missingProgram('curl') },
    async (t) => {
      const [line = ''] = commandsOf('partners-guide.md', 'curl');
      const keys = await runProgram('ssh-keyscan', ['-t', 'ed25519', '-p', String(sftpPort), '127.0.0.1'], {
        cwd,
      });
      const key = /ssh-ed25519 (\S+)/.exec(keys.out)?.[1] ?? '';
      const hash = createHash('sha256')
        .update(Buffer.from(key, 'base64'))
        .digest('base64')
        .replace(/=+$/, '');
      t.ok(fingerprints.includes(`SHA256:${hash}`), 'it is the one that the portal shows');
      const send = (fingerprint: string) => {
        const words = line
          .replace('...', fingerprint)
          .replace('sftp.example.org:2022', `127.0.0.1:${sftpPort}`)
          .replace('-u jdoe', `-u jdoe:${firstPassword}`)
          .replace('claims.x12', 'claims.x12 -sS');
        return runProgram('curl', wordsOf(words).slice(1), { cwd });
      };
      t.match(await send(hash), { code: 0 });
      const other = `${hash.startsWith('A') ? 'B' : 'A'}${hash.slice(1)}`;
      t.notMatch(await send(other), { code: 0 }, 'and no other');
    },
  );

  const recovery = commandsOf('disaster-recovery.md', 'claimgate');
  t.ok(recovery.length > 10, recovery.join('\n'));
  for (const line of recovery) {
    const archive = readdirSync(join(cwd, 'backups')).find((name) => name.endsWith('.tar')) ?? '';
    const said = await claimgate(line.replace('FILE.tar', archive));
    if (line.includes('transmission list --data drill')) t.match(said, /claims\.x12/, 'it is all there');
  }
});
