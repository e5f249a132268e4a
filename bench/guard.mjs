// `bench guard`: what a session feels, and what the gateway weighs, while others do their worst: 1,000 idle sessions,
// 5,000 silent sockets, 1,000 handshakes given up halfway, and 50 pipelining clients over a disk that stands still.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { startClaimgate } from './claimgate-server.mjs';
import { openSession, roundTrips } from './ssh-session.mjs';

const mib = 1024 * 1024;
const stallMs = 10_000;
/** What is to be kept to: megabytes of the gateway's process, and times the latency of a quiet gateway. */
const limits = { idleMib: 300, stalledMib: 150, latency: 2 };

export async function benchGuard({ report: told, quick, runs }) {
  const counts = quick
    ? { idle: 100, silent: 500, halfway: 100, pipeliners: 10, probes: 300 }
    : { idle: 1000, silent: 5000, halfway: 1000, pipeliners: 50, probes: 2000 };
  const report = collectRuns(told);
  for (let run = 1; run <= runs; run += 1) {
    await withGateway({}, (server) => measureIdle({ report, server, counts }));
    await withGateway({}, (server) => measureFloods({ report, server, counts }));
    await measureStalledDisk({ report, counts });
  }
  report.tell();
}

/** A report that tells each measurement at the end, with the values of every run. */
function collectRuns(report) {
  const found = new Map();
  return {
    note: report.note,
    measured(measurement) {
      const one = found.get(measurement.name);
      if (one === undefined) found.set(measurement.name, measurement);
      else
        found.set(measurement.name, {
          ...one,
          ours: [...one.ours, ...measurement.ours],
          peer: [...one.peer, ...measurement.peer],
        });
      const [ours, peer] = [measurement.ours, measurement.peer].map((values) => values[0]?.toFixed(2));
      report.note(
        `${measurement.name}: ${ours} ${measurement.unit}${peer === undefined ? '' : `, ${measurement.peerName} ${peer}`}`,
      );
    },
    tell() {
      for (const measurement of found.values()) report.measured(measurement);
    },
  };
}

async function withGateway({ parent = tmpdir() }, work) {
  const root = mkdtempSync(join(parent, 'claimgate-bench-'));
  // The caps of one account are not what is measured: everyone here is one user, from many addresses.
  const sftp = { maxConnections: 2000, maxConnectionsPerAccount: 2000, maxConnectionsPerPartner: 2000 };
  const keyFile = join(root, 'user_key');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'bench', '-f', keyFile]);
  const roles = ['sftp', 'intake', 'portal', 'hooks'];
  const server = await startClaimgate(root, { keyFile, roles, sftp });
  try {
    await work(server);
  } finally {
    await server.close();
    rmSync(root, { recursive: true, force: true });
  }
}

async function measureIdle({ report, server, counts }) {
  const workers = await openIdleSessions(server, counts.idle);
  tellSize(report, {
    name: `memory with ${counts.idle} idle sessions`,
    value: rssMib(server.pid),
    limit: limits.idleMib,
  });
  const session = await openSession(server, '127.0.0.2');
  const told = percentiles(await roundTrips(session, counts.probes));
  report.measured(latency(`stat beside ${counts.idle} idle sessions, 99th percentile`, [told.p99], []));
  session.end();
  await Promise.all(workers.map((worker) => worker.terminate()));
}

/** The clients live in threads of their own, so that their work does not stand in the measured one's way. */
async function openIdleSessions(server, count) {
  const perWorker = 50;
  const workers = [];
  for (let begun = 0; begun < count; begun += perWorker) {
    const amount = Math.min(perWorker, count - begun);
    const worker = new Worker(new URL('idle-sessions.mjs', import.meta.url), {
      workerData: { server: plainly(server), amount, address: `127.1.0.${1 + begun / perWorker}` },
    });
    workers.push(worker);
    // One after the other: before sign-in they count against the cap of connections without a user.
    await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
  }
  return workers;
}

async function measureFloods({ report, server, counts }) {
  const session = await openSession(server, '127.0.0.2');
  await roundTrips(session, counts.probes);
  for (const [name, count, flood] of [
    ['silent sockets', counts.silent, silentSocket],
    ['handshakes given up halfway', counts.halfway, halfHandshake],
  ]) {
    const quiet = percentiles(await roundTrips(session, counts.probes));
    const sockets = Array.from({ length: count }, (_, index) =>
      flood(server, `127.2.${index >> 7}.${1 + (index & 127)}`),
    );
    const loud = percentiles(await roundTrips(session, counts.probes));
    for (const percent of ['p50', 'p99']) {
      report.measured({
        ...latency(`stat beside ${count} ${name}, ${percent}`, [loud[percent]], [quiet[percent]]),
        peerName: 'quiet',
      });
    }
    const worst = loud.p99 / quiet.p99;
    if (worst > limits.latency)
      report.note(`${name}: the 99th percentile is ${worst.toFixed(1)} times the quiet one`);
    for (const socket of sockets) socket.destroy();
  }
  tellSize(report, { name: 'memory after the floods', value: rssMib(server.pid), limit: limits.idleMib });
  session.end();
}

function silentSocket(server, localAddress) {
  return connect({ host: server.host, port: server.port, localAddress }).on('error', () => undefined);
}

/** Says who it is, asks for a key exchange, and leaves it there. */
function halfHandshake(server, localAddress) {
  const socket = silentSocket(server, localAddress);
  socket.once('data', () => socket.write(keyExchangeInit()));
  socket.write('SSH-2.0-halfway\r\n');
  return socket;
}

/** SSH_MSG_KEXINIT (RFC 4253 section 7.1) in an unencrypted packet (section 6). */
function keyExchangeInit() {
  const lists = [
    'curve25519-sha256',
    'ssh-ed25519',
    'aes128-gcm@openssh.com',
    'aes128-gcm@openssh.com',
    'hmac-sha2-256',
    'hmac-sha2-256',
    'none',
    'none',
    '',
    '',
  ].map((text) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(text.length);
    return Buffer.concat([length, Buffer.from(text)]);
  });
  const payload = Buffer.concat([Buffer.from([20]), Buffer.alloc(16), ...lists, Buffer.alloc(5)]);
  const padding = 8 - ((payload.length + 5) % 8) + 8;
  const head = Buffer.alloc(5);
  head.writeUInt32BE(payload.length + padding + 1);
  head[4] = padding;
  return Buffer.concat([head, payload, Buffer.alloc(padding)]);
}

/** A filesystem in a file, which the kernel lets stand still (fsfreeze): needs root. */
async function measureStalledDisk({ report, counts }) {
  const home = mkdtempSync(join(tmpdir(), 'claimgate-bench-disk-'));
  const image = join(home, 'image');
  const disk = join(home, 'disk');
  mkdirSync(disk);
  try {
    execFileSync('truncate', ['--size=2G', image]);
    execFileSync('mkfs.ext4', ['-q', image]);
    execFileSync('mount', ['-o', 'loop', image, disk]);
  } catch (thrown) {
    report.note(
      `skipped the disk that stands still: it cannot be made here (${thrown.message.split('\n')[0]})`,
    );
    rmSync(home, { recursive: true, force: true });
    return;
  }
  try {
    await withGateway({ parent: disk }, (server) => pipelineOverStall({ report, server, counts, disk }));
  } finally {
    execFileSync('umount', [disk]);
    rmSync(home, { recursive: true, force: true });
  }
}

async function pipelineOverStall({ report, server, counts, disk }) {
  const worker = new Worker(new URL('pipelining-clients.mjs', import.meta.url), {
    workerData: { server: plainly(server), amount: counts.pipeliners, bytes: 24 * mib },
  });
  const said = (what) =>
    new Promise((resolve, reject) => {
      worker.on('message', (message) => message === what && resolve()).once('error', reject);
    });
  const done = said('done');
  await said('ready');
  writeFileSync(`/proc/${server.pid}/clear_refs`, '5');
  execFileSync('fsfreeze', ['--freeze', disk]);
  try {
    worker.postMessage('begin');
    await new Promise((resolve) => setTimeout(resolve, stallMs));
    tellSize(report, {
      name: `peak memory, ${counts.pipeliners} pipelining clients, disk stands still for ${stallMs / 1000} s`,
      value: peakMib(server.pid),
      limit: limits.stalledMib,
    });
  } finally {
    execFileSync('fsfreeze', ['--unfreeze', disk]);
  }
  await done;
  report.measured({
    name: `peak memory, the same clients, disk goes on`,
    unit: 'MiB',
    ours: [peakMib(server.pid)],
    peer: [],
    peerName: undefined,
  });
  await worker.terminate();
}

function tellSize(report, { name, value, limit }) {
  report.measured({ name, unit: 'MiB', ours: [value], peer: [limit], peerName: 'limit' });
}

const latency = (name, ours, peer) => ({ name, unit: 'ms', ours, peer, peerName: undefined });
const plainly = ({ host, port, user, password }) => ({ host, port, user, password });

function percentiles(times) {
  const sorted = [...times].sort((one, other) => one - other);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return { p50: at(0.5), p99: at(0.99) };
}

const peakMib = (pid) => kibibytes(pid, /^VmHWM:\s+(\d+) kB$/m) / 1024;
const rssMib = (pid) => kibibytes(pid, /^VmRSS:\s+(\d+) kB$/m) / 1024;

function kibibytes(pid, line) {
  return Number(line.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}
