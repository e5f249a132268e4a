// One SFTP session: bytes in, packets, requests from the table, replies, bytes out. It holds itself to its limits: it
// takes the next request only while the requests and bytes under way, the replies that wait for the client, and the
// bytes of all sessions together leave room, and stops reading the stream otherwise, so that the client is held back
// by its window (faults 13 and 15 of the ssh2 notes, invariant I10).
//
// States: `starting` (only INIT is taken, draft-ietf-secsh-filexfer-02 section 4) -> `serving` -> `ending` (the client
// will send no more: what it asked for is still answered) -> `over` (nothing more is answered; uploads that were not
// closed are abandoned). end() leads to `draining` (no further request is taken, those under way are answered) and
// then to `over`; a broken framing and a cut stream lead to `over` at once, from anywhere.

import type { FileRefusal } from '../domain/mailbox.ts';
import { explainFault } from '../storage/disk-fault.ts';
import type { BufferPool } from './buffer-pool.ts';
import type { ByteBudget } from './byte-budget.ts';
import { letGo } from './file-requests.ts';
import type { SftpFileSystem } from './file-system.ts';
import { HandleTable } from './handle-table.ts';
import { BrokenFraming, MalformedPacket } from './malformed-packet.ts';
import { PacketFramer } from './packet-framer.ts';
import { PacketReader } from './packet-reader.ts';
import { PacketWriter } from './packet-writer.ts';
import { type Pending, pathOf, replyBytes, type Work, workOf } from './pending-request.ts';
import { packetType, protocolVersion } from './protocol-numbers.ts';
import { encodeReply, type Reply } from './reply.ts';
import { placeClaimsConflict, RequestOrder } from './request-order.ts';
import { extensionRows } from './requests.ts';
import type { SessionContext, SessionLimits, SessionObserver } from './session-context.ts';
import type { SessionStream } from './session-stream.ts';

export interface SftpSessionDeps<Path> {
  readonly stream: SessionStream;
  readonly files: SftpFileSystem<Path>;
  readonly limits: SessionLimits;
  /** Shared by all sessions of the process. */
  readonly budget: ByteBudget;
  /** Shared as well. */
  readonly pool: BufferPool;
  /** Told of each piece of the stream that nobody looks at any more. */
  readonly usedUp?: ((chunk: Buffer) => void) | undefined;
  readonly observer: SessionObserver;
  readonly readOnly: boolean;
  /** Which requests may be made, by the table's name for them; all when left out. */
  readonly allows?: (request: string) => boolean;
  /** @returns milliseconds since 1970 */
  readonly now: () => number;
  /** @returns so many bytes from a secure source */
  readonly randomBytes: (count: number) => Uint8Array;
}

type State = 'starting' | 'serving' | 'ending' | 'draining' | 'over';

/** What a request holds beside its packet. */
const requestOverheadBytes = 256;
/** Replies of one tick that are sent without waiting for its end. */
const flushBytes = 512 * 1024;

const readOnlySession: FileRefusal = {
  kind: 'refused',
  reason: 'permission-denied',
  why: 'This session may read but not write.',
};

const notAllowed: FileRefusal = {
  kind: 'refused',
  reason: 'permission-denied',
  why: 'This request is not allowed in this session.',
};

export class SftpSession<Path> {
  readonly #deps: SftpSessionDeps<Path>;
  readonly #framer: PacketFramer;
  readonly #context: SessionContext<Path>;
  #state: State = 'starting';
  #paused = false;
  #requests = 0;
  /** Bytes held by requests under way, and by replies that have not left; both are in the shared budget. */
  #workBytes = 0;
  #outputBytes = 0;
  #replies: Buffer[] = [];
  #replyBytes = 0;
  #flushScheduled = false;
  #lastByteAtMs: number;
  #exitStatus = 0;
  readonly #pump = () => this.#takeRequestsAgain();
  #resolveEnded: () => void = () => undefined;
  /** Resolves when the session is over and every handle has been let go of. Never rejects. */
  readonly ended: Promise<void>;

  constructor(deps: SftpSessionDeps<Path>) {
    this.#deps = deps;
    const { pool, usedUp } = deps;
    this.#framer = new PacketFramer({ maxPacketBytes: deps.limits.maxPacketBytes, pool, usedUp });
    this.#lastByteAtMs = deps.now();
    this.#context = {
      files: deps.files,
      handles: new HandleTable({ maxHandles: deps.limits.maxHandlesPerSession, nonce: deps.randomBytes(4) }),
      places: new RequestOrder(placeClaimsConflict),
      limits: deps.limits,
      pool: deps.pool,
      readOnly: deps.readOnly,
      observer: deps.observer,
      now: deps.now,
      isOver: () => this.#state === 'over',
    };
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
  }

  /** Bytes that this session holds in memory on behalf of its client, for the limits' tests. */
  get heldBytes(): number {
    return this.#workBytes + this.#outputBytes + this.#replyBytes + this.#framer.bufferedBytes;
  }

  get requestsInFlight(): number {
    return this.#requests;
  }

  /** When the last byte came or went, in milliseconds since 1970; now, while a request is being worked on. */
  get lastActiveAtMs(): number {
    return this.#requests > 0 && !this.#isOutputFull() ? this.#deps.now() : this.#lastByteAtMs;
  }

  /** Begins to serve. */
  start(): void {
    this.#deps.stream.start({
      data: (chunk) => this.#receive(chunk),
      end: () => this.#inputEnded(),
      closed: () => this.#becomeOver(),
      drained: () => this.#drained(),
    });
  }

  /**
   * Ends the session from our side: no further request is taken, those under way are answered, open uploads are kept
   * as interrupted. Safe to call twice.
   * @returns when everything has been let go of
   */
  async end(): Promise<void> {
    if (this.#state !== 'over') {
      this.#state = 'draining';
      this.#exitStatus = 1;
      this.#flow(false);
      this.#finishWhenAnswered();
    }
    await this.ended;
  }

  #receive(chunk: Buffer): void {
    if (this.#state === 'over' || this.#state === 'draining') return;
    this.#lastByteAtMs = this.#deps.now();
    this.#framer.push(chunk);
    this.#takeRequests();
  }

  #inputEnded(): void {
    if (this.#state === 'over' || this.#state === 'draining') return;
    this.#state = 'ending';
    this.#takeRequests();
  }

  #drained(): void {
    if (this.#state === 'over') return;
    this.#lastByteAtMs = this.#deps.now();
    this.#countOutput();
    this.#takeRequestsAgain();
  }

  /** After something has been given back: goes on where the limits stopped it. */
  #takeRequestsAgain(): void {
    if (this.#paused && this.#state !== 'draining' && this.#hasRoom()) this.#takeRequests();
  }

  /** Takes requests while there is room, then decides whether the stream may bring more. */
  #takeRequests(): void {
    try {
      while (this.#state !== 'over' && this.#hasRoom()) {
        const packet = this.#framer.next();
        if (packet === undefined) {
          this.#flow(true);
          if (this.#state === 'ending') this.#finishWhenAnswered();
          return;
        }
        this.#dispatch(packet);
      }
    } catch (thrown) {
      this.#protocolFailed(thrown);
      return;
    }
    if (this.#state !== 'over') this.#flow(false);
  }

  #flow(open: boolean): void {
    if (open !== this.#paused) return;
    this.#paused = !open;
    if (open) this.#deps.stream.resume();
    else this.#deps.stream.pause();
  }

  #hasRoom(): boolean {
    const { limits, budget } = this.#deps;
    if (this.#isOutputFull()) return false;
    // One request at a time is always let through, or sessions could wait for each other forever.
    if (this.#requests === 0) return true;
    if (this.#requests >= limits.maxRequestsInFlight) return false;
    if (this.#workBytes >= limits.bytesInFlightPerSession) return false;
    if (budget.hasRoom) return true;
    budget.whenRoom(this.#pump);
    return false;
  }

  #isOutputFull(): boolean {
    return this.#replyBytes + this.#deps.stream.unsentBytes() >= this.#deps.limits.maxOutputBytes;
  }

  #protocolFailed(thrown: unknown): void {
    if (thrown instanceof BrokenFraming || thrown instanceof MalformedPacket) {
      this.#deps.observer.protocolError(thrown.message);
    } else {
      this.#deps.observer.fault('sftp session', thrown);
    }
    this.#becomeOver();
    this.#deps.stream.destroy();
  }

  #dispatch(packet: Buffer): void {
    const reader = new PacketReader(packet);
    const type = reader.byte();
    if (this.#state === 'starting' || type === packetType.init) {
      this.#negotiate(type, reader);
      return;
    }
    const id = reader.uint32();
    const work = workOf(type, reader);
    const costBytes = requestOverheadBytes + packet.length + replyBytes(type, packet, this.#deps.limits);
    this.#requests += 1;
    this.#workBytes += costBytes;
    this.#deps.budget.adjust(costBytes);
    // The handler takes its place in the order before its first await, so order of arrival is order of effect.
    this.#answer(work, reader)
      .then((reply) => this.#reply({ id, costBytes, work, packet }, reply))
      .catch((thrown: unknown) => this.#protocolFailed(thrown));
  }

  /** INIT: uint32 version (draft section 4). Answered once, with version 3 and the extensions. */
  #negotiate(type: number, reader: PacketReader): void {
    if (this.#state !== 'starting' || type !== packetType.init) {
      throw new BrokenFraming('A session begins with INIT, once.');
    }
    reader.uint32();
    this.#state = 'serving';
    const version = new PacketWriter(packetType.version).uint32(protocolVersion);
    for (const row of extensionRows) {
      if (row.offered === 'always' || this.#deps.files.extensions.has(row.request))
        version.string(row.request).string(row.announcedAs);
    }
    this.#send(version.finish());
  }

  async #answer(work: Work, reader: PacketReader): Promise<Reply> {
    if (work.writes && this.#context.readOnly) return readOnlySession;
    if (this.#deps.allows?.(work.request) === false) return notAllowed;
    try {
      return await work.handle(this.#context, reader);
    } catch (thrown) {
      if (thrown instanceof MalformedPacket)
        return { kind: 'refused', reason: 'bad-name', why: thrown.message };
      this.#deps.observer.fault(`sftp ${work.request}`, thrown);
      // Rule of the security record: no inner text, no host path, ever.
      return explainFault(thrown);
    }
  }

  #reply(pending: Pending, reply: Reply): void {
    this.#requests -= 1;
    this.#workBytes -= pending.costBytes;
    this.#deps.budget.adjust(-pending.costBytes);
    if (reply.kind === 'refused') this.#observeRefusal(pending, reply);
    // The handler is done with the packet, and nobody else has it.
    this.#deps.pool.give(pending.packet);
    this.#framer.done(pending.packet);
    if (this.#state === 'over') {
      if (this.#requests === 0) this.#letGoOfEverything();
      return;
    }
    const packet = encodeReply(pending.id, reply);
    // Nothing else is under way whose reply this one could leave with: a client that asks one thing at a time waits.
    if (this.#requests === 0) this.#sendNow(packet);
    else this.#send(packet);
    if (this.#state === 'draining') this.#finishWhenAnswered();
    else if (this.#state === 'ending') this.#takeRequests();
    else this.#takeRequestsAgain();
  }

  /** Not the absence of a file: clients ask for names that are not there all day long. */
  #observeRefusal(pending: Pending, refusal: FileRefusal): void {
    if (refusal.reason === 'no-such-file') return;
    const path = pathOf(this.#context, pending);
    this.#deps.observer.refused({ request: pending.work.request, path, reason: refusal.why });
  }

  /** Queues a packet; the packets of one tick leave together, as few SSH packets and system calls as can be. */
  #send(packet: Buffer): void {
    this.#queue(packet);
    if (this.#replyBytes >= flushBytes) {
      this.#flush();
    } else if (!this.#flushScheduled) {
      this.#flushScheduled = true;
      setImmediate(() => {
        this.#flushScheduled = false;
        this.#flush();
      });
    }
  }

  #sendNow(packet: Buffer): void {
    this.#queue(packet);
    this.#flush();
  }

  #queue(packet: Buffer): void {
    this.#replies.push(packet);
    this.#replyBytes += packet.length;
    this.#deps.budget.adjust(packet.length);
  }

  #flush(): void {
    if (this.#replies.length === 0) return;
    const packets = this.#replies;
    const bytes = this.#replyBytes;
    this.#replies = [];
    this.#replyBytes = 0;
    this.#deps.budget.adjust(-bytes);
    if (this.#state === 'over') return;
    this.#lastByteAtMs = this.#deps.now();
    this.#deps.stream.write(packets, () => {
      for (const packet of packets) this.#deps.pool.give(packet);
    });
    this.#countOutput();
    this.#takeRequestsAgain();
  }

  /** Brings the shared budget up to date with what still waits in the stream. */
  #countOutput(): void {
    const unsent = this.#state === 'over' ? 0 : this.#deps.stream.unsentBytes();
    this.#deps.budget.adjust(unsent - this.#outputBytes);
    this.#outputBytes = unsent;
  }

  /** After the client's last byte (fault 20): everything answered, so say the exit status and close. */
  #finishWhenAnswered(): void {
    if (this.#requests > 0) return;
    this.#flush();
    this.#becomeOver();
    this.#deps.stream.finish(this.#exitStatus);
  }

  #becomeOver(): void {
    if (this.#state === 'over') return;
    this.#flush();
    this.#state = 'over';
    this.#countOutput();
    this.#deps.budget.forget(this.#pump);
    if (this.#requests === 0) this.#letGoOfEverything();
  }

  #letGoOfEverything(): void {
    const handles = this.#context.handles.takeAll();
    const all = handles.map((handle) =>
      letGo(this.#context, handle).catch((thrown: unknown) =>
        this.#deps.observer.fault('sftp end of session', thrown),
      ),
    );
    Promise.all(all).then(this.#resolveEnded, this.#resolveEnded);
  }
}
