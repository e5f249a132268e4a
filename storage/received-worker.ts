// The thread that takes what is in the receive log into the journal (receive-log.ts, apply-received.ts): a task for each
// step, since of the second one the rest of the process must know that it is under way.

import { randomBytes } from 'node:crypto';
import { describeFault } from '../domain/observation.ts';
import {
  type ApplyDeps,
  commitReceived,
  nameReceived,
  type PreparedUploads,
  prepareReceived,
} from './apply-received.ts';
import { pathsBelow } from './data-directory.ts';
import { openDatabase } from './database.ts';
import type { LogPiece } from './receive-log-file.ts';
import { readLogPiece } from './receive-log-file.ts';

export interface ReceivedTask {
  readonly step: 'prepare' | 'commit' | 'name';
  /** The data directory; the same for all tasks of a thread. */
  readonly root: string;
  readonly busyTimeoutMs: number;
  readonly piece: LogPiece;
}

let deps: ApplyDeps | undefined;
/** What the step before has left, and of which piece. */
let prepared: { readonly of: string; readonly uploads: PreparedUploads } | undefined;

/** @throws Error when the disk or the database fails: then all steps are to be done again */
export async function applyStep(task: ReceivedTask): Promise<void> {
  try {
    deps ??= open(task);
    await take(deps, task);
  } catch (thrown) {
    prepared = undefined;
    // The error of SQLite's driver loses its words on the way to another thread.
    throw new Error(describeFault(thrown).message);
  }
}

function open({ root, busyTimeoutMs }: ReceivedTask): ApplyDeps {
  const directory = pathsBelow(root);
  const database = openDatabase({
    file: directory.database,
    now: Date.now,
    randomBytes,
    busyTimeoutMs,
    changePollMs: 0,
    leavesCheckpoints: true,
  });
  return { database, directory };
}

async function take(opened: ApplyDeps, { step, piece }: ReceivedTask): Promise<void> {
  const of = `${piece.path}:${piece.fromBytes}-${piece.toBytes}`;
  if (step === 'prepare') {
    prepared = { of, uploads: await prepareReceived(opened, readLogPiece(piece)) };
    return;
  }
  if (prepared?.of !== of) throw new Error('The thread has been started anew.');
  // The one who asked makes the commit durable, together with his own.
  if (step === 'commit') await commitReceived(opened, prepared.uploads, { survives: 'process-end' });
  else await nameReceived(opened, prepared.uploads, piece);
}
