// `bench sftp`: one large file up and down with the stock sftp, through Claimgate and through OpenSSH's sshd in turn,
// and the peak of the gateway's memory while it is at it.

import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  createReadStream,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startClaimgate } from './claimgate-server.mjs';
import { startOpenssh, whyNoOpenssh } from './openssh-server.mjs';

const mib = 1024 * 1024;

export async function benchSftp({ report, runs, sizeMib, cipher, roles }) {
  const root = mkdtempSync(join(tmpdir(), 'claimgate-bench-'));
  const servers = [];
  try {
    const source = makeFile(root, sizeMib);
    const sha256 = await hashOf(source);
    servers.push(await startClaimgate(root, { roles }));
    const why = whyNoOpenssh();
    if (why === undefined) servers.push(await startOpenssh(root));
    else report.note(`skipped the comparison with sshd: ${why}`);
    const job = { root, source, sha256, sizeMib, cipher };
    const measured = await interleave({ report, servers, runs, job });
    tell({ report, measured, servers, sizeMib, cipher });
  } finally {
    for (const server of servers) await server.close();
    rmSync(root, { recursive: true, force: true });
  }
}

/** Each run takes the servers in turn, so that a slow moment of the machine hits them alike. */
async function interleave({ report, servers, runs, job }) {
  const measured = [];
  for (let run = 1; run <= runs; run += 1) {
    for (const server of servers) {
      for (const direction of ['upload', 'download']) {
        const found = {
          server: server.name,
          direction,
          ...(await transfer(server, { ...job, direction, run })),
        };
        const speed = `${found.mibPerSecond.toFixed(0)} MiB/s`;
        report.note(
          `run ${run}: ${server.name}, ${direction}: ${speed}, peak ${found.peakRssMib.toFixed(0)} MiB`,
        );
        measured.push(found);
      }
      execFileSync('rm', ['-f', join(job.root, 'down')]);
      if (server.name.startsWith('OpenSSH'))
        execFileSync('rm', ['-rf', join(server.folder, `big-${run}.bin`)]);
    }
  }
  return measured;
}

async function transfer(server, { root, source, sha256, sizeMib, cipher, direction, run }) {
  const remote = `${server.folder}/big-${run}.bin`;
  const down = join(root, 'down');
  const command = direction === 'upload' ? `put ${source} ${remote}` : `get ${remote} ${down}`;
  forgetPeak(server.pid);
  const beganAtMs = performance.now();
  await runSftp(server, { root, command, cipher });
  const seconds = (performance.now() - beganAtMs) / 1000;
  // Intake reads the whole file after an upload; its memory counts, its time is not the transfer's.
  await server.settled();
  if (direction === 'download' && (await hashOf(down)) !== sha256) throw new Error('The bytes differ.');
  return { mibPerSecond: sizeMib / seconds, peakRssMib: peakRssMib(server.pid) };
}

function tell({ report, measured, servers, sizeMib, cipher }) {
  const [ours, peer] = servers;
  const valuesOf = (server, direction, key) =>
    measured
      .filter((found) => found.server === server?.name && found.direction === direction)
      .map((found) => found[key]);
  const what = `${sizeMib} MiB${cipher === undefined ? '' : `, ${cipher}`}`;
  for (const direction of ['upload', 'download']) {
    report.measured({
      name: `sftp ${direction} of ${what}`,
      unit: 'MiB/s',
      ours: valuesOf(ours, direction, 'mibPerSecond'),
      peer: valuesOf(peer, direction, 'mibPerSecond'),
      peerName: peer?.name,
    });
  }
  for (const direction of ['upload', 'download']) {
    report.measured({
      name: `peak memory of the gateway process, ${direction} of ${what}`,
      unit: 'MiB',
      ours: valuesOf(ours, direction, 'peakRssMib'),
      // sshd is a process a connection: its own size says nothing.
      peer: [],
      peerName: undefined,
    });
  }
}

/** Linux forgets a process's peak (VmHWM) when 5 is written here (proc(5)). */
function forgetPeak(pid) {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

function peakRssMib(pid) {
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kibibytes) / 1024;
}

function makeFile(root, sizeMib) {
  const file = join(root, 'up');
  const block = randomBytes(mib);
  const handle = openSync(file, 'wx');
  for (let written = 0; written < sizeMib; written += 1) writeSync(handle, block);
  return file;
}

async function hashOf(file) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: mib })) hash.update(chunk);
  return hash.digest('hex');
}

function runSftp(server, { root, command, cipher }) {
  const { proof } = server;
  const askpass = join(root, 'askpass.sh');
  writeFileSync(askpass, '#!/bin/sh\nprintf "%s\\n" "$SFTP_PASSWORD"\n', { mode: 0o700 });
  const options = [
    'BatchMode=no',
    'StrictHostKeyChecking=no',
    'UserKnownHostsFile=/dev/null',
    'LogLevel=ERROR',
    ...(proof.kind === 'key'
      ? [`IdentityFile=${proof.file}`, 'IdentitiesOnly=yes']
      : ['PubkeyAuthentication=no']),
    ...(cipher === undefined ? [] : [`Ciphers=${cipher}`]),
  ].flatMap((option) => ['-o', option]);
  const address = ['-P', String(server.port), '-b', '-', `${server.user}@${server.host}`];
  const password = proof.kind === 'password' ? proof.password : '';
  const child = spawn('sftp', ['-F', '/dev/null', '-q', ...options, ...address], {
    env: {
      PATH: process.env.PATH,
      HOME: root,
      SSH_ASKPASS: askpass,
      SSH_ASKPASS_REQUIRE: 'force',
      DISPLAY: ':0',
      SFTP_PASSWORD: password,
    },
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  child.stdin.end(`${command}\n`);
  return new Promise((resolve, reject) => {
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`sftp ended with ${code}: ${command}`)),
    );
  });
}
