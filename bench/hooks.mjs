// `bench hooks`: what a queue of events costs transfers. Small files by one SFTP session, each awaited, while ten thousand
// events are told to a webhook beside them, against the same gateway with nothing to tell. Ours against ours.

import { execFileSync, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startClaimgate } from './claimgate-server.mjs';
import { openSession } from './ssh-session.mjs';

const queued = 10_000;
const content = Buffer.alloc(4096, 'x');

export async function benchHooks({ report, runs, quick, nodeOptions }) {
  const receiver = await startReceiver();
  const root = mkdtempSync(join(tmpdir(), 'claimgate-bench-'));
  const keyFile = join(root, 'user_key');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'bench', '-f', keyFile]);
  const webhook = {
    name: 'bench',
    url: receiver.url,
    events: ['partner.*'],
    allowPrivateAddresses: true,
    allowPlainHttp: true,
  };
  const roles = ['sftp', 'hooks'];
  const server = await startClaimgate(root, { keyFile, roles, nodeOptions, hooks: { webhooks: [webhook] } });
  const seconds = quick ? 2 : 5;
  try {
    const session = await openSession(server, '127.0.0.2');
    await putFor(session, 1);
    const quiet = [];
    const busy = [];
    const drained = [];
    for (let run = 0; run < runs; run += 1) {
      quiet.push(await putFor(session, seconds));
      const before = await receiver.count();
      const beganAtMs = performance.now();
      await server.makeEvents(queued);
      busy.push(await putFor(session, seconds));
      // How much of the queue went out beside the transfers.
      drained.push(((await receiver.count()) - before) / ((performance.now() - beganAtMs) / 1000));
      await receiver.reaches(before + queued);
    }
    report.measured({
      name: `files of 4 KiB beside a queue of ${queued} events`,
      unit: 'files/s',
      ours: busy,
      peer: quiet,
      peerName: 'nothing to tell',
    });
    report.measured({
      name: 'events told meanwhile',
      unit: 'events/s',
      ours: drained,
      peer: [],
    });
    session.end();
  } finally {
    await server.close();
    receiver.close();
    rmSync(root, { recursive: true, force: true });
  }
}

/** @returns files a second */
async function putFor(sftp, seconds) {
  const beganAtMs = performance.now();
  let files = 0;
  while (performance.now() - beganAtMs < seconds * 1000) {
    files += 1;
    await put(sftp, `/inbound/${process.hrtime.bigint()}.x12`);
  }
  return files / ((performance.now() - beganAtMs) / 1000);
}

function put(sftp, path) {
  const ask = (call) =>
    new Promise((resolve, reject) => call((error, value) => (error ? reject(error) : resolve(value))));
  return ask((done) => sftp.open(path, 'w', done)).then(async (handle) => {
    await ask((done) => sftp.write(handle, content, 0, content.length, 0, done));
    await ask((done) => sftp.close(handle, done));
  });
}

async function startReceiver() {
  const child = fork(new URL('hook-receiver.mjs', import.meta.url));
  const said = () => new Promise((resolve) => child.once('message', resolve));
  const { port } = await said();
  const count = async () => {
    const answer = said();
    child.send('count');
    return (await answer).count;
  };
  return {
    url: `http://127.0.0.1:${port}/`,
    count,
    async reaches(wanted) {
      while ((await count()) < wanted) await new Promise((resolve) => setTimeout(resolve, 50));
    },
    close: () => child.disconnect(),
  };
}
