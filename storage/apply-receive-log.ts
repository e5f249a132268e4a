// At start: what is in the receive log was answered OK and is not in the journal yet, or was put there a moment before the
// end of the process (receive-log.ts).

import { existsSync, readdirSync, readFileSync, renameSync, unlinkSync } from 'node:fs';
import type { Observe } from '../domain/observation.ts';
import { applyReceived, knownOf } from './apply-received.ts';
import { type DataDirectory, type HostPath, syncFolder } from './data-directory.ts';
import { codeOf } from './disk-fault.ts';
import { listLogFiles } from './receive-log-file.ts';
import { type LoggedUpload, readLog } from './receive-log-format.ts';
import type { Database } from './transaction.ts';

/** So many are taken with one transaction. */
const uploadsAtOnce = 32;
const damagedEnding = '.damaged';

/**
 * Takes everything that is in the log into the journal, and ends its files. Only the one process with the role `sftp` may
 * call it, before it takes uploads. May be cut off anywhere.
 * @returns how many uploads were in the log
 * @throws Error when the disk or the database fails; the log stays
 */
export async function applyReceiveLog(deps: {
  readonly database: Database;
  readonly directory: DataDirectory;
  readonly observe?: Observe;
}): Promise<number> {
  const { database, directory, observe } = deps;
  const files = listLogFiles(directory.receiveLog);
  if (files.length === 0) return 0;
  let applied = 0;
  for (const path of files) {
    const { uploads, lostBytes } = readLog(readFileSync(path));
    for (let at = 0; at < uploads.length; at += uploadsAtOnce)
      await applyReceived(deps, uploads.slice(at, at + uploadsAtOnce));
    applied += uploads.length;
    if (lostBytes === 0) {
      unlinkSync(path);
      continue;
    }
    // What it lost was answered, perhaps: somebody should look at it.
    const kept = `${path}.${database.now()}${damagedEnding}`;
    renameSync(path, kept);
    observe?.({
      kind: 'storage.receive-log-damaged',
      path: kept.slice(directory.root.length + 1),
      lostBytes,
    });
  }
  await syncFolder(directory.receiveLog);
  return applied;
}

/** What of the log is not in the journal, and files of it that were kept because they had lost something. */
export interface ReceiveLogState {
  readonly waiting: number;
  /** In milliseconds since 1970; undefined when nothing waits. */
  readonly oldestAtMs: number | undefined;
  /** Names in the log's folder. */
  readonly damaged: readonly string[];
}

/** Looks at the log without changing it, whoever writes it meanwhile. @throws Error when it cannot be read */
export async function inspectReceiveLog(deps: {
  readonly database: Database;
  readonly directory: DataDirectory;
}): Promise<ReceiveLogState> {
  const { database, directory } = deps;
  const files = listLogFiles(directory.receiveLog);
  const uploads = files.flatMap((path) => readLog(readIfThere(path)).uploads);
  const waiting: LoggedUpload[] = [];
  for (let at = 0; at < uploads.length; at += uploadsAtOnce) {
    const some = uploads.slice(at, at + uploadsAtOnce);
    const known = await knownOf(
      database,
      some.map(({ id }) => id),
    );
    waiting.push(...some.filter(({ id }) => !known.has(id)));
  }
  const oldestAtMs = waiting.length === 0 ? undefined : Math.min(...waiting.map((one) => one.receivedAtMs));
  const damaged = existsSync(directory.receiveLog)
    ? readdirSync(directory.receiveLog).filter((name) => name.endsWith(damagedEnding))
    : [];
  return { waiting: waiting.length, oldestAtMs, damaged };
}

/** A file that is removed between the look into its folder and its reading held nothing that waits. */
function readIfThere(path: HostPath): Buffer {
  try {
    return readFileSync(path);
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return Buffer.alloc(0);
    throw thrown;
  }
}
