// What `claimgate doctor` is made of: checks, each a row of one table, and what each of them sees.

import type { ConfigProblem } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import type { DataDirectory } from '../storage/data-directory.ts';
import type { DatabaseInspection } from '../storage/database-inspection.ts';
import type { Health } from '../storage/health-store.ts';
import type { Database } from '../storage/transaction.ts';

/** `skipped`: it cannot be looked at while something else is wrong. */
export type Verdict = 'ok' | 'warning' | 'error' | 'skipped';

export interface Finding {
  readonly verdict: Verdict;
  /** What is there, in a sentence. */
  readonly found: string;
  /** What to do about this one, where the check's own cure does not say it. */
  readonly cure?: string;
}

export interface Check {
  /** Stable: programs look for it. */
  readonly id: string;
  /** What is looked at, for the table in the administrator's guide. */
  readonly looksAt: string;
  /** What to do when something is wrong. */
  readonly cure: string;
  /** Without this the check is skipped: a configuration that can be used, a data directory, a database in order. */
  readonly needs?: 'config' | 'data-directory' | 'database';
  run(scene: Scene): Findings | Promise<Findings>;
}

export type Findings = Finding | readonly Finding[];

/** What all checks look at. */
export interface Scene {
  readonly now: () => number;
  /** As it is in force; the defaults when the operator's cannot be used. */
  readonly config: Config;
  /** What is wrong with the operator's. */
  readonly configProblems: readonly ConfigProblem[];
  readonly configSources: readonly string[];
  readonly directory: DataDirectory;
  readonly directoryExists: boolean;
  readonly inspection: DatabaseInspection;
  /** Open, when it is in order and its schema is this Claimgate's. */
  readonly database: Database | undefined;
  readonly health: Health | undefined;
  /** Which roles are running on this data directory now, and by which process where that can be seen. */
  readonly running: ReadonlyMap<string, number | undefined>;
  /** What the operator handed over about a client that could not connect. */
  readonly client: ClientEvidence | undefined;
}

export interface ClientEvidence {
  /** What to call it. */
  readonly name: string;
  /** Its algorithms by kind: kex, hostKey, cipher, mac. */
  readonly offered: Readonly<Record<string, readonly string[]>>;
}

export const ok = (found: string): Finding => ({ verdict: 'ok', found });
export const warning = (found: string, cure?: string): Finding => finding('warning', found, cure);
export const error = (found: string, cure?: string): Finding => finding('error', found, cure);

function finding(verdict: Verdict, found: string, cure: string | undefined): Finding {
  return { verdict, found, ...(cure === undefined ? {} : { cure }) };
}

/** @returns the message of whatever was thrown */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** @returns how long ago or how much, for people: `3 days`, `2 hours`, `40 seconds` */
export function printDuration(ms: number): string {
  const units = [
    [86_400_000, 'day'],
    [3_600_000, 'hour'],
    [60_000, 'minute'],
    [1000, 'second'],
  ] as const;
  const [size, unit] = units.find(([size]) => ms >= 2 * size) ?? [1000, 'second'];
  const count = Math.floor(ms / size);
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** @returns `3.4 GB`: powers of a thousand, as disks are sold */
export function printBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let value = bytes;
  let at = 0;
  while (value >= 1000 && at < units.length - 1) {
    value /= 1000;
    at += 1;
  }
  return `${at === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[at]}`;
}
