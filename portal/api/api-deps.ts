// What the API is given. Whatever it changes, it changes by the functions that the command uses.

import type { ApiKeys } from '../../auth/api-keys.ts';
import type { FirstPasswords } from '../../auth/first-password.ts';
import type { Actor } from '../../domain/audit.ts';
import type { PartnerId } from '../../domain/ids.ts';
import type { Observe } from '../../domain/observation.ts';
import type { EntryName } from '../../domain/virtual-path.ts';
import type { DataDirectory, HostPath } from '../../storage/data-directory.ts';
import type { HookSubscription } from '../../storage/delivery-store.ts';
import type { Dispatch } from '../../storage/dispatch-store.ts';
import type { Database } from '../../storage/transaction.ts';
import type { TransmissionFiles } from '../../storage/transmission-files.ts';
import type { Certificate } from '../certificate-reload.ts';

export interface ApiSettings {
  readonly host: string;
  readonly port: number;
  readonly tls: Certificate | undefined;
  readonly trustedProxies: readonly string[];
  readonly bodyLimitBytes: number;
  readonly bodyTimeoutMs: number;
  /** Of a file, in or out, in milliseconds. */
  readonly idleTimeoutMs: number;
  readonly idempotencyMs: number;
  /** Streams of events at once. */
  readonly maxStreams: number;
  /** The largest file that is taken for a dispatch. */
  readonly maxFileBytes: number;
}

/** A hook as the configuration has it; where it leads and what it is told of. */
export interface HookFacts extends HookSubscription {
  readonly kind: 'webhook' | 'command';
  readonly events: readonly string[];
  readonly partners: readonly string[];
}

export type DispatchedFile =
  | { readonly kind: 'published' | 'refused'; readonly dispatch: Dispatch }
  | { readonly kind: 'no-such-partner' | 'unsettled' };

export interface ApiDeps {
  readonly version: string;
  readonly database: Database;
  readonly directory: DataDirectory;
  readonly keys: ApiKeys;
  readonly files: TransmissionFiles;
  readonly firstPasswords: FirstPasswords;
  /** The road of `claimgate dispatch`. */
  readonly dispatch: (input: {
    readonly partnerId: PartnerId;
    readonly path: HostPath;
    readonly name: EntryName;
    readonly actor: Actor;
    readonly again: boolean;
  }) => Promise<DispatchedFile>;
  readonly hooks: () => readonly HookFacts[];
  readonly observe: Observe;
  readonly settings: ApiSettings;
}

/** The deps, and what requests share among themselves: what an endpoint works with. */
export interface ApiContext extends ApiDeps {
  /** Tells streams that the server ends. */
  readonly closing: AbortSignal;
  /** Takes one of the streams that may be open at once. @returns what gives it back; undefined when there is none */
  readonly takeStream: () => (() => void) | undefined;
}
