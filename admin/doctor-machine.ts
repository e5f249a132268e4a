// What `claimgate doctor` looks at in the machine: clock, Node, limits, time zone.

import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { whyNoDriver } from '../storage/sqlite-driver.ts';
import { type Check, error, type Finding, messageOf, ok, printDuration, warning } from './doctor-check.ts';
import { findUnmendedSsh2 } from './ssh2-patch.ts';

/** No clock that is right shows a year before this Claimgate was made. */
const earliestYear = 2026;
/** A difference between clocks that nothing ordinary explains, in milliseconds. */
const driftMaxMs = 2000;

const clock: Check = {
  id: 'clock',
  looksAt:
    'whether the clock shows a sane year, has not gone backwards since the last record, was not set while this command ran, and agrees with the times that the disk gives files',
  cure: 'set the clock and keep it so (chrony or systemd-timesyncd); 999s and the audit trail carry its times, and TOTP codes depend on it',
  run(scene) {
    const nowMs = scene.now();
    const shown = new Date(nowMs).toISOString();
    if (new Date(nowMs).getUTCFullYear() < earliestYear) return error(`The clock shows ${shown}.`);
    const newestMs = scene.health?.newestRecordAtMs;
    if (newestMs !== undefined && newestMs > nowMs + driftMaxMs) {
      return error(
        `The clock shows ${shown}, and the newest audit record is ${printDuration(newestMs - nowMs)} after that: it has gone backwards.`,
      );
    }
    const stepMs = Math.abs(nowMs - (performance.timeOrigin + performance.now()));
    if (stepMs > driftMaxMs)
      return warning(`The clock was set by ${printDuration(stepMs)} while this command ran.`);
    const skewMs = scene.directoryExists ? fileTimeSkewMs(scene.directory.root) : 0;
    if (skewMs > driftMaxMs)
      return warning(
        `The disk gives files times that are ${printDuration(skewMs)} off.`,
        'The file server has a clock of its own: set that one.',
      );
    return ok(`${shown.slice(0, 19)}Z.`);
  },
};

/** @returns how far the time of a file that is written now is from now; 0 where none can be written */
function fileTimeSkewMs(folder: string): number {
  const path = join(folder, `.doctor-${randomUUID()}`);
  try {
    writeFileSync(path, '', { flag: 'wx', mode: 0o600 });
    return Math.abs(statSync(path).mtimeMs - Date.now());
  } catch {
    return 0;
  } finally {
    rmSync(path, { force: true });
  }
}

/** The lines of Node that `npm run prove-node` proves, each from the first version on that will do; package.json says the same. */
export const provedNodes: readonly { readonly major: number; readonly minor: number }[] = [
  { major: 20, minor: 19 },
  { major: 22, minor: 14 },
  { major: 24, minor: 0 },
  { major: 26, minor: 0 },
];

const node: Check = {
  id: 'node',
  looksAt:
    'whether this Node is one that Claimgate runs on, and the driver of the database was installed for it',
  cure: 'install Node 20.19, 22.14, 24 or 26, or a later version of one of these lines',
  run() {
    const found = checkNode(process.versions.node);
    const missing = whyNoDriver();
    return missing === undefined || found.verdict === 'error'
      ? found
      : error(missing.message, 'docs/installation.md says what is installed for which Node.');
  },
};

/** @param version as `process.versions.node` says it */
export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const line = provedNodes.findLast((one) => one.major <= major);
  if (line === undefined || (line.major === major && minor < line.minor))
    return error(`Node ${version} is too old.`);
  if (line.major === major) return ok(`Node ${version}.`);
  return warning(`Claimgate was not proved on Node ${version}.`);
}

const ssh: Check = {
  id: 'ssh2',
  looksAt:
    'whether the library ssh2 was mended when Claimgate was installed, without which clients with RSA keys may be refused',
  cure: 'run scripts/patch-dependencies.mjs in the folder of the installed package with node, and restart',
  run() {
    const unmended = findUnmendedSsh2();
    return unmended === undefined ? ok('ssh2 is mended.') : error(`${unmended} is as it was published.`);
  },
};

/** Descriptors of a process beside those of connections and uploads: database, logs, workers, watches. */
const ownDescriptors = 200;

const openFiles: Check = {
  id: 'open-files',
  looksAt:
    'how many files a process may have open (ulimit -n), of the running gateway where it runs, against sftp.maxConnections',
  cure: 'raise it: LimitNOFILE=65536 in the unit, or ulimit -n 65536 before the start; or lower sftp.maxConnections',
  run({ config, running }) {
    const pid = [...running.values()].find((one) => one !== undefined);
    const limit = readOpenFilesLimit(pid);
    if (limit === undefined) return ok('This machine does not tell.');
    // A connection has its socket, and while it transfers a file.
    const needed = Math.ceil(config.sftp.maxConnections / config.sftp.workers) * 2 + ownDescriptors;
    const whose = pid === undefined ? 'A process of this shell' : `The gateway (process ${pid})`;
    return limit < needed
      ? warning(
          `${whose} may open ${limit} files; ${config.sftp.maxConnections} connections with a transfer each need about ${needed}.`,
        )
      : ok(`${whose} may open ${limit} files.`);
  },
};

/** @returns the soft limit; undefined where /proc does not tell */
function readOpenFilesLimit(pid: number | undefined): number | undefined {
  for (const who of pid === undefined ? ['self'] : [String(pid), 'self']) {
    try {
      const text = readFileSync(`/proc/${who}/limits`, 'utf8');
      const soft = /^Max open files\s+(\S+)/m.exec(text)?.[1];
      if (soft === 'unlimited') return Number.MAX_SAFE_INTEGER;
      if (soft !== undefined) return Number(soft);
    } catch {
      // Another user's process, or no /proc at all.
    }
  }
  return undefined;
}

const timeZone: Check = {
  id: 'time-zone',
  looksAt: 'whether portal.timeZone, in which people are shown times, and TZ can be used',
  cure: 'set portal.timeZone to a name such as America/New_York; install tzdata where Node has no zones of its own',
  run({ config }) {
    const { timeZone: zone } = config.portal;
    const tz = process.env['TZ'];
    try {
      const shown = new Intl.DateTimeFormat('en', { timeZone: zone, timeStyle: 'long' }).format();
      if (tz !== undefined && tz !== '' && !isZone(tz.replace(/^:/, '')))
        return warning(`TZ is "${tz}", which is no time zone; times are taken as UTC.`);
      return ok(`Pages show ${zone}: ${shown}. Logs, tables and files are in UTC.`);
    } catch (thrown) {
      return error(`${zone}: ${messageOf(thrown)}.`);
    }
  },
};

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}

export const machineChecks: readonly Check[] = [node, ssh, openFiles, clock, timeZone];
