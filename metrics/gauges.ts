// What stands now: queues, sessions, the disk, the database, certificates. All of it is read when a scrape asks, so that
// none of it costs anything while nobody does.

import { Gauge, type Registry } from 'prom-client';
import type { Depth, QueueDepths } from '../storage/queue-depths.ts';

/** What a scrape finds. */
export interface Standing {
  readonly nowMs: number;
  /** Whether the gateway serves: started, and not being stopped. */
  readonly ready: boolean;
  readonly queues: QueueDepths;
  readonly disk: DiskFacts;
  /** When the portal's certificate ends, in milliseconds since 1970; undefined: it has none. */
  readonly certificateEndsAtMs: number | undefined;
}

export interface DiskFacts {
  readonly freeBytes: number;
  readonly sizeBytes: number;
  /** Below this nothing is received any more: storage.minFreeBytes. */
  readonly minFreeBytes: number;
  readonly freeInodes: number;
  readonly databaseBytes: number;
  /** Of the write-ahead log beside it. */
  readonly logBytes: number;
}

const second = 1000;

/** Makes the gauges in a registry. */
export function makeGauges(registry: Registry) {
  const gauge = <const Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [] as const,
  ) =>
    new Gauge<Label>({
      name: `claimgate_${name}`,
      help,
      labelNames: [...labelNames],
      registers: [registry],
    });
  const info = gauge('build_info', 'Always 1; the version is the label.', ['version', 'node']);
  const role = gauge('role', '1 for each role of this process.', ['role']);
  const ready = gauge('ready', '1 while the gateway serves.');
  const waiting = gauge('waiting', 'How many wait, by queue.', ['queue']);
  const oldest = gauge('waiting_oldest_seconds', 'How long the oldest has waited; 0: none waits.', ['queue']);
  const sessions = gauge('sftp_sessions', 'Live SFTP sessions.');
  const bans = gauge('bans', 'Addresses and networks that are banned now.');
  const free = gauge('disk_free_bytes', 'Free on the volume of the data directory.');
  const size = gauge('disk_size_bytes', 'Size of the volume of the data directory.');
  const least = gauge('disk_min_free_bytes', 'Below this no new file is received (storage.minFreeBytes).');
  const inodes = gauge('disk_free_inodes', 'Free inodes on the volume of the data directory.');
  const database = gauge('database_bytes', 'Size of the database file.');
  const log = gauge('database_log_bytes', 'Size of the write-ahead log of the database.');
  const backup = gauge('last_backup_timestamp_seconds', 'As of when the last backup was made; 0: none was.');
  const certificate = gauge('certificate_expiry_timestamp_seconds', 'When the certificate ends.', ['of']);

  const setDepths = (queues: QueueDepths, nowMs: number): void => {
    const depth = (queue: string, { count, oldestAtMs }: Depth) => {
      waiting.set({ queue }, count);
      oldest.set({ queue }, oldestAtMs === undefined ? 0 : Math.max(0, nowMs - oldestAtMs) / second);
    };
    depth('arriving', queues.arriving);
    depth('intake', queues.unanswered);
    depth('failed', queues.failed);
    depth('quarantine', queues.quarantined);
    depth('publish', queues.unpublished);
    depth('release', queues.unreleased);
    waiting.set({ queue: 'deliveries' }, queues.waitingDeliveries);
    waiting.set({ queue: 'dead-deliveries' }, queues.deadDeliveries);
    waiting.set({ queue: 'mails' }, queues.waitingMails);
    waiting.set({ queue: 'dead-mails' }, queues.deadMails);
  };

  return {
    /** What does not change while the process lives. */
    tell(facts: { readonly version: string; readonly roles: readonly string[] }): void {
      info.set({ version: facts.version, node: process.version }, 1);
      for (const name of facts.roles) role.set({ role: name }, 1);
    },
    set(standing: Standing): void {
      const { queues, disk, nowMs } = standing;
      ready.set(standing.ready ? 1 : 0);
      setDepths(queues, nowMs);
      sessions.set(queues.sessions);
      bans.set(queues.bans);
      free.set(disk.freeBytes);
      size.set(disk.sizeBytes);
      least.set(disk.minFreeBytes);
      inodes.set(disk.freeInodes);
      database.set(disk.databaseBytes);
      log.set(disk.logBytes);
      backup.set((queues.lastBackupAtMs ?? 0) / second);
      if (standing.certificateEndsAtMs !== undefined)
        certificate.set({ of: 'portal' }, standing.certificateEndsAtMs / second);
    },
  };
}
