// What an archive of a backup is: a tar file, or one sealed by age (https://age-encryption.org/v1) under a passphrase, so
// that tools of everyone read it even where no Claimgate is. Its entries, in this order:
//
//   backup.json      what it is: format, versions, time
//   claimgate.db     the database as of that time; every other file is below the same names as in the data directory
//   ...              keys/, originals/, mailboxes/, backend/, quarantine/, mail/, staging/; hard links are links
//   receive-log/...  small files that were answered and not in the database yet (receive-log.ts)
//   late.jsonl       transmissions that came in after that time, whose bytes are here all the same
//   manifest.jsonl   a line for each entry before it, with its SHA-256, in their order
//
// The manifest is the last: an archive without it was cut off.

import { createHash, type Hash } from 'node:crypto';

export const backupFormat = 1;
export const headerName = 'backup.json';
export const lateName = 'late.jsonl';
export const manifestName = 'manifest.jsonl';
export const databaseName = 'claimgate.db';

export interface BackupHeader {
  readonly format: number;
  /** Of the Claimgate that made it. */
  readonly version: string;
  readonly schemaVersion: number;
  /** Milliseconds since 1970. */
  readonly madeAtMs: number;
}

/** One entry of the archive. */
export type ManifestLine =
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly mode: number;
      readonly size: number;
      readonly sha256: string;
    }
  | { readonly kind: 'link'; readonly path: string; readonly to: string }
  | { readonly kind: 'directory'; readonly path: string };

/** A transmission that the database of the backup does not know yet. */
export interface LateTransmission {
  readonly id: string;
  /** Where its bytes are put when the backup is restored. */
  readonly path: string;
}

/** @returns a line as it stands in the manifest, with its end */
export function printLine(line: ManifestLine): string {
  return `${JSON.stringify(line)}\n`;
}

/** An archive that is not whole, was changed, or is none of ours. */
export class BackupDamagedError extends Error {
  readonly code = 'storage.backup-damaged';
  constructor(why: string) {
    super(
      `The backup cannot be used: ${why}. Take another one; claimgate backup list shows those that were made.`,
    );
    this.name = 'BackupDamagedError';
  }
}

export const newHash = (): Hash => createHash('sha256');

/**
 * Reads the archive's first entry.
 * @throws BackupDamagedError
 */
export function parseHeader(text: string): BackupHeader {
  let value: Partial<Record<keyof BackupHeader, unknown>>;
  try {
    value = JSON.parse(text);
  } catch {
    throw new BackupDamagedError('its first entry is not that of a backup');
  }
  const { format, version, schemaVersion, madeAtMs } = value;
  if (typeof format !== 'number' || typeof schemaVersion !== 'number' || typeof madeAtMs !== 'number')
    throw new BackupDamagedError('its first entry is not that of a backup');
  if (format > backupFormat)
    throw new BackupDamagedError(
      `it has format ${format}, and this Claimgate knows ${backupFormat}: use the newer one`,
    );
  return { format, version: String(version), schemaVersion, madeAtMs };
}
