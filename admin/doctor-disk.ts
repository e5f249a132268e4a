// What `claimgate doctor` looks at on the disk. It writes one small file below the data directory, and removes it.

import { randomUUID } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readdirSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { dataFolders } from '../storage/data-directory.ts';
import {
  type Check,
  error,
  type Finding,
  messageOf,
  ok,
  printBytes,
  type Scene,
  warning,
} from './doctor-check.ts';

const root = ({ directory }: Scene): string => directory.root;
const octal = (mode: number): string => (mode & 0o7777).toString(8).padStart(4, '0');

const dataDirectory: Check = {
  id: 'data-directory',
  looksAt: 'whether the data directory is there, belongs to who runs Claimgate, and is closed to others',
  cure: 'give it to the user that Claimgate runs as, and to nobody else: chown, chmod 700',
  run(scene) {
    const path = root(scene);
    if (!scene.directoryExists) return notThere(path);
    const found = lstatSync(path);
    if (!found.isDirectory()) return error(`${path} is not a directory.`, 'Name another one: --data DIR.');
    const me = process.getuid?.() ?? found.uid;
    if (found.uid !== me && me !== 0) {
      return error(
        `${path} belongs to user ${found.uid}, and this command runs as user ${me}.`,
        'Run it as the owner: sudo -u <owner> claimgate doctor.',
      );
    }
    if ((found.mode & 0o022) !== 0)
      return error(`${path} can be written by others (mode ${octal(found.mode)}).`, `chmod 700 ${path}`);
    if ((found.mode & 0o055) !== 0)
      return warning(`${path} can be read by others (mode ${octal(found.mode)}).`, `chmod 700 ${path}`);
    return ok(`${path} belongs to user ${found.uid}, mode ${octal(found.mode)}.`);
  },
};

function notThere(path: string): Finding {
  let above = dirname(path);
  while (statSync(above, { throwIfNoEntry: false }) === undefined) above = dirname(above);
  try {
    accessSync(above, constants.W_OK | constants.X_OK);
    return warning(
      `${path} is not there yet.`,
      'Nothing: the first start makes it. Or name another: --data DIR.',
    );
  } catch {
    return error(
      `${path} is not there, and ${above} may not be written.`,
      `Make it for the user of Claimgate: install -d -m 700 -o <user> ${path}`,
    );
  }
}

/** So many names are looked at in keys/ and on the first level; more are not expected. */
const namesMax = 1000;

const ownership: Check = {
  id: 'ownership',
  looksAt:
    'whether everything on the first levels of the data directory has the same owner (a command run as root leaves files that the service cannot open)',
  cure: 'chown -R <user of the service> <data directory>',
  needs: 'data-directory',
  run(scene) {
    const { uid } = statSync(root(scene));
    const names = ['', 'keys', 'locks', 'mailboxes', 'backend'].flatMap((folder) => {
      const path = join(root(scene), folder);
      const there = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
      return there
        ? readdirSync(path)
            .slice(0, namesMax)
            .map((name) => join(folder, name))
        : [];
    });
    const others = names.filter((name) => {
      const found = lstatSync(join(root(scene), name), { throwIfNoEntry: false });
      return found !== undefined && found.uid !== uid;
    });
    return others.length === 0
      ? ok(`${names.length} names, one owner.`)
      : error(`${others.length} names belong to someone else: ${others.slice(0, 3).join(', ')}.`);
  },
};

/** Numbers of file systems (linux/magic.h) on which something that Claimgate relies on is known not to hold. */
const doubtfulFileSystems: ReadonlyMap<
  number,
  readonly [name: string, verdict: 'warning' | 'error', why: string]
> = new Map([
  [
    0x6969,
    ['NFS', 'error', 'SQLite must not be kept on it: its locks and its shared memory do not work there.'],
  ],
  [0xff534d42, ['CIFS', 'error', 'SQLite must not be kept on it, and it has no hard links to rely on.']],
  [0xfe534d42, ['SMB2', 'error', 'SQLite must not be kept on it, and it has no hard links to rely on.']],
  [0x65735546, ['FUSE', 'warning', 'whether it keeps what fsync promises depends on what is behind it.']],
  [0x01021994, ['tmpfs', 'warning', 'all of it is lost at the next restart of the machine.']],
  [
    0x794c7630,
    ['overlay', 'warning', 'it is the layer of a container, and is lost with it; mount a volume.'],
  ],
]);

const fileSystem: Check = {
  id: 'file-system',
  looksAt: 'whether the data directory is on a file system that keeps what it is told to',
  cure: 'put the data directory on a local disk (ext4, XFS, Btrfs, ZFS)',
  needs: 'data-directory',
  run(scene) {
    const { type } = statfsSync(root(scene));
    const doubtful = doubtfulFileSystems.get(type >>> 0);
    if (doubtful === undefined) return ok('A local file system.');
    const [name, verdict, why] = doubtful;
    return { verdict, found: `It is on ${name}: ${why}` };
  },
};

/** From this share on, in percent, a file system is nearly full. */
const nearlyFullPercent = 5;

const freeSpace: Check = {
  id: 'free-space',
  looksAt: 'free bytes and inodes, against storage.minFreeBytes, below which uploads are refused',
  cure: 'make room: claimgate backup list (old archives), the log, retention of originals; or a larger disk',
  needs: 'data-directory',
  run(scene) {
    const volume = statfsSync(root(scene));
    const freeBytes = volume.bavail * volume.bsize;
    const { minFreeBytes, maxFileBytes } = scene.config.storage;
    const inodes = volume.files > 0 ? Math.floor((volume.ffree / volume.files) * 100) : 100;
    const facts = `${printBytes(freeBytes)} and ${inodes} % of the inodes are free.`;
    if (freeBytes < minFreeBytes) return error(`${facts} Uploads are being refused.`);
    if (inodes < 1) return error(`${facts} No more files can be made soon.`);
    const percent = (volume.bavail / volume.blocks) * 100;
    if (freeBytes < minFreeBytes + maxFileBytes || percent < nearlyFullPercent || inodes < nearlyFullPercent)
      return warning(`${facts} One of the largest files that partners may send could fill the disk.`);
    return ok(facts);
  },
};

/** Slower than any disk in order, in milliseconds. */
const slowSyncMs = 250;

const hardLinks: Check = {
  id: 'hard-links',
  looksAt:
    'whether a file can be written, synced and hard-linked into originals, mailboxes, backend and quarantine (one file system)',
  cure: 'all folders below the data directory must be on one writable file system: no mounts inside of it',
  needs: 'data-directory',
  run(scene) {
    const name = `.doctor-${randomUUID()}`;
    const home = ['staging', ''].map((folder) => join(root(scene), folder)).find(isFolder) ?? root(scene);
    const made = [join(home, name)];
    try {
      const tookMs = writeSynced(join(home, name));
      for (const folder of dataFolders.filter((one) =>
        ['originals', 'backend', 'quarantine', 'mailboxes'].includes(one),
      )) {
        const path = join(root(scene), folder);
        if (!isFolder(path)) continue;
        made.push(join(path, name));
        linkSync(join(home, name), join(path, name));
      }
      return tookMs > slowSyncMs
        ? warning(
            `fsync took ${Math.round(tookMs)} ms: every upload waits that long.`,
            'Look at the disk and who else writes to it (iostat -x 1).',
          )
        : ok(`Written, synced in ${tookMs.toFixed(1)} ms, and linked everywhere.`);
    } catch (thrown) {
      return error(`It failed: ${messageOf(thrown)}.`);
    } finally {
      for (const path of made) rmSync(path, { force: true });
    }
  },
};

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** @returns how long the sync took, in milliseconds */
function writeSynced(path: string): number {
  const file = openSync(path, 'wx', 0o600);
  try {
    writeSync(file, Buffer.alloc(4096));
    const before = performance.now();
    fsyncSync(file);
    return performance.now() - before;
  } finally {
    closeSync(file);
  }
}

export const diskChecks: readonly Check[] = [dataDirectory, ownership, fileSystem, freeSpace, hardLinks];
