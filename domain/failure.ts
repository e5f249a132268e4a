// Why a transmission failed, in words for whoever must do something about it. The reason in the journal is a code: of
// ours (docs/errors.md), of the operating system, or of the database.

export interface FailureWords {
  readonly plain: string;
  /** What to do. */
  readonly cure: string;
}

const words: Readonly<Record<string, FailureWords>> = {
  'intake.altered-original': {
    plain: 'The bytes of the file are not those that were received.',
    cure: 'Restore the original from a backup, find out who could write below the data directory, then retry.',
  },
  'storage.original-missing': {
    plain: 'The file is gone from the disk.',
    cure: 'Restore the original from a backup and look at the disk, then retry; or ask the partner to send it again.',
  },
  ENOSPC: { plain: 'The disk is full.', cure: 'Make room, then retry.' },
  EDQUOT: { plain: 'The disk quota is used up.', cure: 'Raise the quota, then retry.' },
  EROFS: { plain: 'The disk is read-only.', cure: 'Look at the disk, mount it for writing, then retry.' },
  EIO: { plain: 'The disk reported a fault.', cure: 'Look at the disk, then retry.' },
  EMFILE: {
    plain: 'The process has no file descriptors left.',
    cure: 'Raise its limit (ulimit -n), then retry.',
  },
  ENFILE: { plain: 'The machine has no file descriptors left.', cure: 'Raise fs.file-max, then retry.' },
  EACCES: {
    plain: 'A file may not be read or written.',
    cure: 'Check who owns the data directory, then retry.',
  },
  ERR_WORKER_OUT_OF_MEMORY: {
    plain: 'Reading the file took more memory than a thread may use.',
    cure: 'Retry; if it fails again, send the file to support and quarantine it.',
  },
  ABORT_ERR: {
    plain: 'Reading the file took longer than an attempt may take.',
    cure: 'Raise intake.leaseMs, then retry.',
  },
  'storage.commit-not-synced': {
    plain: 'The database could not be made durable.',
    cure: 'Look at the disk, then restart.',
  },
};

/** @param reason as the journal has it */
export function failureWords(reason: string): FailureWords {
  const known = words[reason];
  if (known !== undefined) return known;
  if (reason.startsWith('SQLITE_BUSY'))
    return { plain: 'Another process kept the database locked.', cure: 'Find out which, then retry.' };
  if (reason.startsWith('SQLITE_CORRUPT') || reason.startsWith('SQLITE_NOTADB'))
    return { plain: 'The database file is damaged.', cure: 'Stop the gateway and restore a backup.' };
  return { plain: `It could not be read (${reason}).`, cure: 'Look into the log for its id, then retry.' };
}
