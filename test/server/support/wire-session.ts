// A session over a stream in memory, spoken to in packets: for what a real client will not send.

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Test } from 'tap';
import { BufferPool } from '../../../server/buffer-pool.ts';
import { ByteBudget } from '../../../server/byte-budget.ts';
import { mailboxFileSystem } from '../../../server/mailbox-file-system.ts';
import { PacketFramer } from '../../../server/packet-framer.ts';
import { PacketReader } from '../../../server/packet-reader.ts';
import { PacketWriter } from '../../../server/packet-writer.ts';
import type { SessionLimits } from '../../../server/session-context.ts';
import type { SessionStream, SessionStreamReceiver } from '../../../server/session-stream.ts';
import { defaultSftpServerSettings } from '../../../server/settings.ts';
import { SftpSession } from '../../../server/sftp-session.ts';
import { readAttributes } from '../../../server/wire-attributes.ts';
import { type FolderMailbox, openFolderMailbox } from './folder-mailbox.ts';

/** One reply, its head read. `reader` stands after the id. */
export interface WireReply {
  readonly type: number;
  readonly id: number;
  readonly bytes: number;
  readonly reader: PacketReader;
}

class MemoryStream implements SessionStream {
  receiver: SessionStreamReceiver | undefined;
  paused = false;
  /** Set by a test: what the client has not taken. */
  unsent = 0;
  end: 'open' | 'finished' | 'destroyed' = 'open';
  exitStatus: number | undefined;
  readonly replies: WireReply[] = [];
  readonly #framer = new PacketFramer({ maxPacketBytes: 1024 * 1024, pool: { take: Buffer.alloc } });
  readonly #waiting: (() => void)[] = [];

  start(receiver: SessionStreamReceiver): void {
    this.receiver = receiver;
  }
  pause(): void {
    this.paused = true;
  }
  resume(): void {
    this.paused = false;
    this.#wake();
  }
  write(packets: readonly Buffer[], taken: () => void): void {
    // Copied, as a transport does when it encrypts: the session uses the packets again.
    for (const packet of packets) this.#framer.push(Buffer.from(packet));
    taken();
    for (let packet = this.#framer.next(); packet !== undefined; packet = this.#framer.next()) {
      const reader = new PacketReader(packet);
      this.replies.push({ type: reader.byte(), id: reader.uint32(), bytes: packet.length, reader });
    }
    this.#wake();
  }
  unsentBytes(): number {
    return this.unsent;
  }
  finish(exitStatus: number): void {
    this.end = 'finished';
    this.exitStatus = exitStatus;
    this.#wake();
  }
  destroy(): void {
    this.end = 'destroyed';
    this.#wake();
  }

  /** Waits until something holds. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

export interface WireSession {
  readonly session: SftpSession<unknown>;
  readonly stream: MemoryStream;
  readonly mailbox: FolderMailbox;
  readonly budget: ByteBudget;
  readonly faults: unknown[];
  readonly refusals: { readonly request: string; readonly path: string; readonly reason: string }[];
  readonly transfers: {
    readonly direction: string;
    readonly path: string;
    readonly bytes: number;
    readonly outcome: string;
  }[];
  readonly protocolErrors: string[];
  /** Hands bytes to the session as they are. */
  readonly feed: (bytes: Buffer) => void;
  /** Sends a request without waiting. */
  readonly send: (type: number, id: number, ...fields: Field[]) => void;
  /** Sends a request under a fresh id and waits for its reply. */
  readonly ask: (type: number, ...fields: Field[]) => Promise<WireReply>;
  /** Waits for the reply to an id. */
  readonly replyTo: (id: number) => Promise<WireReply>;
}

/** A number is a uint32, a bigint a uint64, everything else a string. */
export type Field = number | bigint | string | Uint8Array;

export function packet(type: number, id: number, ...fields: Field[]): Buffer {
  const writer = new PacketWriter(type).uint32(id);
  for (const field of fields) {
    if (typeof field === 'number') writer.uint32(field);
    else if (typeof field === 'bigint') writer.uint64(Number(field));
    else writer.string(field);
  }
  return writer.finish();
}

export async function startWireSession(
  t: Test,
  options: {
    readonly limits?: Partial<SessionLimits>;
    readonly readOnly?: boolean;
    readonly budget?: ByteBudget;
    readonly mailbox?: FolderMailbox;
    /** Served instead of a mailbox. */
    readonly files?: unknown;
    readonly greet?: boolean;
  } = {},
): Promise<WireSession> {
  const mailbox = options.mailbox ?? (await openFolderMailbox(join(t.testdir(), 'mailbox')));
  const stream = new MemoryStream();
  const budget = options.budget ?? new ByteBudget(defaultSftpServerSettings.bytesInFlightTotal);
  const faults: unknown[] = [];
  const refusals: { request: string; path: string; reason: string }[] = [];
  const transfers: { direction: string; path: string; bytes: number; outcome: string }[] = [];
  const protocolErrors: string[] = [];
  const session = new SftpSession<unknown>({
    stream,
    files: (options.files ?? mailboxFileSystem(mailbox)) as never,
    limits: { ...defaultSftpServerSettings, ...options.limits },
    budget,
    pool: new BufferPool({ bufferBytes: [256 * 1024 + 4], maxIdle: 4 }),
    observer: {
      refused: (refusal) => refusals.push(refusal),
      transferred: ({ direction, path, bytes, outcome }) =>
        transfers.push({ direction, path, bytes, outcome }),
      protocolError: (message) => protocolErrors.push(message),
      fault: (_where, thrown) => faults.push(thrown),
    },
    readOnly: options.readOnly ?? false,
    now: Date.now,
    randomBytes: (count) => randomBytes(count),
  });
  session.start();
  t.teardown(() => session.end());
  const feed = (bytes: Buffer) => stream.receiver?.data(bytes);
  let lastId = 1000;
  const replyTo = async (id: number) => {
    await stream.until(() => stream.replies.some((reply) => reply.id === id) || stream.end !== 'open');
    const found = stream.replies.find((reply) => reply.id === id);
    if (found === undefined) throw new Error(`The session ended without a reply to ${id}.`);
    return found;
  };
  if (options.greet !== false) {
    feed(packet(1, 3));
    await stream.until(() => stream.replies.length > 0);
    stream.replies.length = 0;
  }
  return {
    session,
    stream,
    mailbox,
    budget,
    faults,
    refusals,
    transfers,
    protocolErrors,
    feed,
    send: (type, id, ...fields) => feed(packet(type, id, ...fields)),
    ask(type, ...fields) {
      lastId += 1;
      feed(packet(type, lastId, ...fields));
      return replyTo(lastId);
    },
    replyTo,
  };
}

/** The code and the sentence of a STATUS; the type of anything else. */
export function statusOf(reply: WireReply): { readonly code: number; readonly message: string } | number {
  if (reply.type !== 101) return reply.type;
  return { code: reply.reader.uint32(), message: reply.reader.bytes().toString() };
}

/** The bytes of a HANDLE. */
export function handleOf(reply: WireReply): Buffer {
  if (reply.type !== 102) throw new Error(`HANDLE expected, got type ${reply.type}.`);
  return Buffer.from(reply.reader.bytes());
}

/** The names of a NAME reply. */
export function namesOf(reply: WireReply): string[] {
  if (reply.type !== 104) throw new Error(`NAME expected, got type ${reply.type}.`);
  const names: string[] = [];
  for (let left = reply.reader.uint32(); left > 0; left -= 1) {
    names.push(reply.reader.bytes().toString());
    reply.reader.bytes();
    readAttributes(reply.reader);
  }
  return names;
}
