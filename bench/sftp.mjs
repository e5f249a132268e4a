// `bench sftp`: Claimgate, OpenSSH's sshd and rclone in turn, on the same disk, by the same stock client with the same
// cipher. Claimgate makes every file durable before it answers CLOSE; the peers do so only for `put -f`.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installPackages } from '../scripts/provide-packages.mjs';
import { startBare, startDurable } from './bare-server.mjs';
import { startClaimgate } from './claimgate-server.mjs';
import { startOpenssh, whyNoOpenssh } from './openssh-server.mjs';
import { watchTree } from './process-tree.mjs';
import { startRclone, whyNoRclone } from './rclone-server.mjs';
import { makeFiles } from './sftp-files.mjs';
import { scenesOf } from './sftp-scenes.mjs';

const allCiphers = ['aes128-gcm@openssh.com', 'aes256-ctr', 'chacha20-poly1305@openssh.com'];
/** Rounds of small files before the first that is measured: V8 is done with them by then. */
const warmingRounds = 8;
const full = { bigMib: 1024, streams: 8, smallFiles: 500, stats: 10_000, logins: 40 };
const quick = { bigMib: 64, streams: 8, smallFiles: 80, stats: 500, logins: 8 };

/**
 * @param options.roles what Claimgate does beside SFTP while it is measured; the peers do nothing beside it
 * @param options.only measures only the scenes whose name this expression finds
 */
export async function benchSftp({
  report,
  runs,
  sizeMib,
  quick: isQuick,
  cipher,
  roles,
  workers,
  only,
  peers,
  nodeOptions,
}) {
  const sizes = { ...(isQuick ? quick : full), ...(sizeMib === undefined ? {} : { bigMib: sizeMib }) };
  const root = mkdtempSync(join(tmpdir(), 'claimgate-bench-'));
  awayFromFreedInodes(root, report);
  const keyFile = join(root, 'user_key');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'bench', '-f', keyFile]);
  const files = await makeFiles(sizes);
  const servers = [];
  try {
    servers.push(await startClaimgate(folderFor(root), { keyFile, roles, workers, nodeOptions }));
    servers.push(...(await startPeers(root, { keyFile, report, peers })));
    const ciphers = cipher === undefined ? (isQuick ? allCiphers.slice(0, 1) : allCiphers) : [cipher];
    const known = scenesOf({ ciphers, sizes });
    const wanted = known.filter(({ name }) => only === undefined || new RegExp(only).test(name));
    if (wanted.length === 0)
      throw new Error(`--only ${only} finds none of: ${known.map(({ name }) => name).join('; ')}.`);
    await warmUp({ servers, job: { root, files, sizes }, scenes: known });
    const found = await interleave({ report, servers, runs, scenes: wanted, job: { root, files, sizes } });
    for (const scene of wanted)
      tell({ report, servers, scene, found: found.filter((one) => one.scene === scene.name) });
  } finally {
    for (const server of servers) await server.close();
    files.close();
    rmSync(root, { recursive: true, force: true });
  }
}

/**
 * Whenever a file is made, ext4 passes over each inode of the group that was freed in the last five minutes, one by one:
 * after much was deleted, a new file costs twenty times as much, and whoever makes files while the clock runs (the peers)
 * pays more than who makes them later. The folders in a "top directory" (chattr(1), `T`) are spread over the groups of the
 * disk by their names, so that each server gets a fresh one; `forget` leaves the small files for the same reason.
 */
function awayFromFreedInodes(root, report) {
  const done = spawnSync('chattr', ['+T', root], { encoding: 'utf8' });
  if (done.status !== 0)
    report.note(
      `files may be slow to make, if many were deleted lately: chattr +T: ${done.stderr ?? done.error?.message}`,
    );
}

/** A name that was never there before: the same one would be put where the last bench has just deleted its files. */
const folderFor = (root) => mkdtempSync(join(root, 'server-'));

async function startPeers(root, { keyFile, report, peers }) {
  const known = {
    openssh: { package: 'openssh-server', why: whyNoOpenssh, start: startOpenssh },
    rclone: { package: 'rclone', why: whyNoRclone, start: startRclone },
    bare: { why: () => undefined, start: startBare },
    durable: { why: () => undefined, start: startDurable },
  };
  const started = [];
  for (const name of peers) {
    const peer = known[name];
    if (peer?.why() !== undefined) installPackages([peer.package]);
    const why = peer === undefined ? 'it is not known' : peer.why();
    if (why === undefined) started.push(await peer.start(folderFor(root), { keyFile }));
    else report.note(`skipped the comparison with ${name}: ${why}`);
  }
  return started;
}

/**
 * A daemon runs for months: what it compiles in its first thousands of requests is no part of what it does. Every server
 * gets the same.
 */
async function warmUp({ servers, job, scenes }) {
  const scene = scenes.find(({ peerAlso }) => peerAlso !== undefined);
  if (scene === undefined) return;
  for (const server of servers) {
    for (let round = 1; round <= warmingRounds; round += 1) {
      await scene.does(server, { ...job, run: `warm${round}` });
      await server.settled();
    }
  }
}

/**
 * Each run takes the servers in turn, and every second one the other way round, so that a slow moment of the machine, and
 * what one leaves to the next, hit them alike.
 */
async function interleave({ report, servers, runs, scenes, job }) {
  const found = [];
  for (let run = 1; run <= runs; run += 1) {
    for (const { server, way, does, scene } of scenes.flatMap((one) => turnsOf(one, servers, run))) {
      if (scene.usesMemory) await freeMemoryFor({ server, does, job });
      const measured = await measure(server, does, { ...job, run });
      found.push({ scene: scene.name, server: server.name, way, ...measured });
      report.note(`run ${run}: ${server.name}${way}: ${scene.name}: ${describe(measured, scene.unit)}`);
    }
    for (const server of servers) server.forget();
  }
  return found;
}

/**
 * A virtual machine gives memory that nobody uses back to its host within a minute, and gets it back a page at a time: a
 * gigabyte into the page cache then takes 2.3 s of CPU and not 0.25, more than the server takes for the rest. So each server
 * has just let go of what it will need.
 */
async function freeMemoryFor({ server, does, job }) {
  await does(server, { ...job, run: 'before' });
  await server.settled();
  server.forget();
}

/** Peers are measured in their own way too, where the scene has one. */
function turnsOf(scene, servers, run) {
  const turns = servers
    .filter(({ password }) => !scene.needsPassword || password !== undefined)
    .filter(({ takesFilesAlone }) => !takesFilesAlone || scene.peerAlso !== undefined)
    .flatMap((server, index) => [
      { scene, server, way: '', does: scene.does },
      ...(index > 0 && scene.peerAlso ? [{ scene, server, way: ' put -f', does: scene.peerAlso }] : []),
    ]);
  return run % 2 === 1 ? turns : turns.reverse();
}

async function measure(server, does, job) {
  // What was written before is on the disk, and no burden to what comes now.
  execFileSync('sync', ['-f', job.root]);
  const watch = watchTree(server.pid);
  const { value, movedMib, check } = await does(server, job);
  const { cpuSeconds, peakRssMib } = await watch.stop();
  if (job.run === 1) await check?.();
  await server.settled();
  return { value, movedMib, cpuSeconds, peakRssMib };
}

function describe({ value, cpuSeconds, peakRssMib }, unit) {
  return `${value.toFixed(1)} ${unit}, ${cpuSeconds.toFixed(2)} s of CPU, peak ${peakRssMib.toFixed(0)} MiB`;
}

function tell({ report, servers, scene, found }) {
  const [claimgate, ...peers] = servers;
  const of = (server, way, read) =>
    found.filter((one) => one.server === server.name && one.way === way).map(read);
  const ours = (read) => of(claimgate, '', read);
  const value = (one) => one.value;
  const cpuPerGib = (one) => (one.cpuSeconds * 1024) / one.movedMib;
  for (const peer of peers) {
    for (const way of ['', ' put -f']) {
      if (of(peer, way, value).length === 0) continue;
      const pair = (read) => ({
        ours: ours(read),
        peer: of(peer, way, read),
        peerName: `${peer.name}${way}`,
      });
      report.measured({ name: scene.name, unit: scene.unit, ...pair(value) });
      if (found[0]?.movedMib !== undefined)
        report.measured({ name: `${scene.name}: CPU`, unit: 's/GiB', ...pair(cpuPerGib) });
      if (way === '')
        report.measured({
          name: `${scene.name}: peak memory`,
          unit: 'MiB',
          ...pair((one) => one.peakRssMib),
        });
    }
  }
  if (peers.length === 0)
    report.measured({ name: scene.name, unit: scene.unit, ours: ours(value), peer: [], peerName: undefined });
}
