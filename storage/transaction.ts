// What a store is handed: the database, and the transaction that a state change, its event and its audit record share.

import type { Buffer } from 'node:buffer';
import type { Kysely, Transaction as KyselyTransaction } from 'kysely';
import type { AuditRecord } from '../domain/audit.ts';
import type { ClaimgateEvent } from '../domain/event.ts';
import type { Changes } from './changes.ts';
import type { Tables } from './tables.ts';

export type Sql = Kysely<Tables> | KyselyTransaction<Tables>;

export interface Transaction {
  readonly sql: KyselyTransaction<Tables>;
  /** Milliseconds since 1970, the same throughout the transaction. */
  readonly nowMs: number;
  readonly randomBytes: (count: number) => Buffer;
  event(event: ClaimgateEvent): Promise<void>;
  audit(record: AuditRecord): Promise<void>;
}

export interface Database {
  readonly sql: Kysely<Tables>;
  readonly now: () => number;
  readonly randomBytes: (count: number) => Buffer;
  /**
   * Runs `work` in one transaction: all of it happens, or nothing. `work` may not wait for anything but `sql`.
   * @param options.survives what the commit has survived when this returns: power loss, or, for what the recovery at
   *   start can do without, the end of the process alone (then nobody is woken either)
   * @throws CommitNotSyncedError when it happened, and may not survive power loss
   */
  transaction<Result>(
    work: (transaction: Transaction) => Promise<Result>,
    options?: { readonly survives: 'power-loss' | 'process-end' },
  ): Promise<Result>;
  /**
   * Lets somebody else in this process commit: while `work` does, no transaction is open here. Waits for those that are,
   * and resolves when what was committed survives power loss, and whoever waits for changes is told.
   * @throws what `work` throws, and CommitNotSyncedError
   */
  lend(work: () => Promise<void>): Promise<void>;
  /** A number that differs after each commit of this process, by whatever way. */
  readonly commits: () => number;
  /** Tells when something in the database may have changed, by this process or another. */
  readonly changes: Changes;
  readonly migrated: { readonly from: number; readonly to: number };
  close(): Promise<void>;
}
