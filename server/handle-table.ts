// The open handles of one session. A handle on the wire is eight bytes: a number that is never used twice, and four
// random bytes of the session, so that a handle of another session or a stale one is told from a live one. It gives
// no access by itself: it is looked up in the session's own table only.

import type { FolderEntry, SessionReadableFile, SessionWritableFile } from './file-system.ts';
import { type HandleClaim, handleClaimsConflict, RequestOrder } from './request-order.ts';

interface Opened<Path> {
  readonly path: Path;
  readonly order: RequestOrder<HandleClaim>;
  readonly openedAtMs: number;
}

/** A file opened for reading alone. */
export interface ReadHandle<Path> extends Opened<Path> {
  readonly kind: 'read';
  readonly file: SessionReadableFile;
  bytesRead: number;
}

/** A file opened for writing, or for both. */
export interface WriteHandle<Path> extends Opened<Path> {
  readonly kind: 'write';
  readonly file: SessionWritableFile;
  readonly mayRead: boolean;
  /** Where the next WRITE goes whatever offset it names (SSH_FXF_APPEND); undefined without the flag. */
  appendAtBytes: number | undefined;
  bytesWritten: number;
}

/** A folder that is being listed. */
export interface FolderHandle<Path> extends Opened<Path> {
  readonly kind: 'folder';
  readonly entries: AsyncIterator<FolderEntry>;
  finished: boolean;
}

export type OpenHandle<Path> = ReadHandle<Path> | WriteHandle<Path> | FolderHandle<Path>;

const handleBytes = 8;

export class HandleTable<Path> {
  readonly #open = new Map<number, OpenHandle<Path>>();
  readonly #nonce: Buffer;
  readonly #maxHandles: number;
  #next = 0;
  /** Opens under way hold a place, so that pipelined OPENs cannot pass the limit together. */
  #reserved = 0;

  constructor(options: { readonly maxHandles: number; readonly nonce: Uint8Array }) {
    this.#maxHandles = options.maxHandles;
    this.#nonce = Buffer.from(options.nonce.subarray(0, 4));
  }

  get size(): number {
    return this.#open.size;
  }

  /** @returns whether one more may be opened; then `release` or `add` must follow */
  reserve(): boolean {
    if (this.#open.size + this.#reserved >= this.#maxHandles) return false;
    this.#reserved += 1;
    return true;
  }

  release(): void {
    this.#reserved -= 1;
  }

  /** Turns a reservation into a handle. @returns its bytes for the wire */
  add(handle: OpenHandle<Path>): Buffer {
    this.#reserved -= 1;
    const number = this.#next;
    this.#next += 1;
    this.#open.set(number, handle);
    const wire = Buffer.allocUnsafe(handleBytes);
    wire.writeUInt32BE(number, 0);
    this.#nonce.copy(wire, 4);
    return wire;
  }

  /** @returns undefined when no such handle is open in this session */
  find(wire: Buffer): OpenHandle<Path> | undefined {
    const number = this.#numberOf(wire);
    return number === undefined ? undefined : this.#open.get(number);
  }

  /** Takes a handle out; from here on the client cannot name it any more. */
  take(wire: Buffer): OpenHandle<Path> | undefined {
    const number = this.#numberOf(wire);
    if (number === undefined) return undefined;
    const handle = this.#open.get(number);
    this.#open.delete(number);
    return handle;
  }

  /** Takes all handles out: the session is over. */
  takeAll(): OpenHandle<Path>[] {
    const handles = [...this.#open.values()];
    this.#open.clear();
    return handles;
  }

  #numberOf(wire: Buffer): number | undefined {
    if (wire.length !== handleBytes || wire.compare(this.#nonce, 0, 4, 4, 8) !== 0) return undefined;
    return wire.readUInt32BE(0);
  }
}

/** A fresh order for the requests on one handle. */
export function newHandleOrder(): RequestOrder<HandleClaim> {
  return new RequestOrder(handleClaimsConflict);
}
