// What the purge of one trading partner's things works with.

import type { PartnerId } from '../domain/ids.ts';
import type { RetentionDays } from '../domain/retention.ts';
import type { DataDirectory } from './data-directory.ts';
import type { Database } from './transaction.ts';

export interface PurgeDeps {
  readonly database: Database;
  readonly directory: DataDirectory;
  readonly partnerId: PartnerId;
  readonly days: RetentionDays;
  readonly graceDays: number;
  /** Nothing is changed; what would be is told. */
  readonly dryRun: boolean;
  /** The names in its `inbound` that have this inode. */
  readonly namesOfInode: (inode: string) => Promise<readonly string[]>;
}
