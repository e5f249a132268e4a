// Cuts the byte stream of a channel into packets (draft-ietf-secsh-filexfer-02 section 3: uint32 length, then that
// many bytes). A packet that lies whole in one chunk is handed out without a copy; one that straddles chunks is
// copied once, into a buffer of its own, so hostile chunking costs no more than honest chunking. A chunk of which nobody
// has a view any more goes back to where it came from. The length is read unsigned and capped before anything is allocated
// (fault 17 of the ssh2 notes).

import type { BufferPool } from './buffer-pool.ts';
import { BrokenFraming } from './malformed-packet.ts';

interface ViewedChunk {
  readonly chunk: Buffer;
  views: number;
  /** Nothing more will be read from it. */
  isRead: boolean;
}

export class PacketFramer {
  readonly #maxPacketBytes: number;
  readonly #pool: Pick<BufferPool, 'take'>;
  readonly #usedUp: ((chunk: Buffer) => void) | undefined;
  #chunks: Buffer[] = [];
  /** Which of the chunks is being read, and from where. */
  #index = 0;
  #offset = 0;
  /** Chunks of which packets that were handed out are views, by their memory. */
  readonly #viewed = new Map<ArrayBufferLike, ViewedChunk>();
  #buffered = 0;
  /** The packet that is being put together from several chunks. */
  #partial: Buffer | undefined;
  #filled = 0;

  /**
   * @param options.maxPacketBytes the longest packet that is taken, without its length field
   * @param options.pool where buffers for straddling packets come from; whoever gets the packet gives it back
   * @param options.usedUp told of each chunk that has been copied whole, and that nobody looks at any more
   */
  constructor(options: {
    readonly maxPacketBytes: number;
    readonly pool: Pick<BufferPool, 'take'>;
    readonly usedUp?: ((chunk: Buffer) => void) | undefined;
  }) {
    this.#maxPacketBytes = options.maxPacketBytes;
    this.#pool = options.pool;
    this.#usedUp = options.usedUp;
  }

  /** Bytes that came in and are not part of a packet that was handed out. */
  get bufferedBytes(): number {
    return this.#buffered + this.#filled;
  }

  /** Takes what the channel delivered. The framer keeps the chunk until it is used up. */
  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
  }

  /**
   * Hands out the next whole packet, without its length field.
   * @returns undefined until more bytes arrive
   * @throws BrokenFraming when the length is 0 or above the limit: nothing after it can be trusted
   */
  next(): Buffer | undefined {
    if (this.#partial === undefined) {
      if (this.#buffered < 4) return undefined;
      const length = this.#readLength();
      const chunk = this.#chunks[this.#index];
      if (chunk !== undefined && chunk.length - this.#offset >= length) {
        const packet = chunk.subarray(this.#offset, this.#offset + length);
        this.#noteView(chunk);
        this.#advance(length);
        return packet;
      }
      this.#partial = this.#pool.take(length);
    }
    return this.#fill(this.#partial);
  }

  /** Says that nobody looks at a packet any more that `next` handed out. */
  done(packet: Buffer): void {
    const viewed = this.#viewed.get(packet.buffer);
    if (viewed === undefined) return;
    viewed.views -= 1;
    this.#letGoIfDone(viewed);
  }

  #noteView(chunk: Buffer): void {
    if (this.#usedUp === undefined) return;
    const viewed = this.#viewed.get(chunk.buffer);
    if (viewed === undefined) this.#viewed.set(chunk.buffer, { chunk, views: 1, isRead: false });
    else viewed.views += 1;
  }

  #letGoIfDone(viewed: ViewedChunk): void {
    if (viewed.views > 0 || !viewed.isRead) return;
    this.#viewed.delete(viewed.chunk.buffer);
    this.#usedUp?.(viewed.chunk);
  }

  #fill(packet: Buffer): Buffer | undefined {
    while (this.#filled < packet.length) {
      const chunk = this.#chunks[this.#index];
      if (chunk === undefined) return undefined;
      const count = Math.min(packet.length - this.#filled, chunk.length - this.#offset);
      chunk.copy(packet, this.#filled, this.#offset, this.#offset + count);
      this.#filled += count;
      this.#advance(count);
    }
    this.#partial = undefined;
    this.#filled = 0;
    return packet;
  }

  #readLength(): number {
    let length = 0;
    for (let count = 0; count < 4; count += 1) {
      const byte = this.#chunks[this.#index]?.[this.#offset] ?? 0;
      length = length * 256 + byte;
      this.#advance(1);
    }
    if (length === 0) throw new BrokenFraming('A packet of length 0 came in.');
    if (length > this.#maxPacketBytes) {
      throw new BrokenFraming(
        `A packet of ${length} bytes came in; at most ${this.#maxPacketBytes} are taken.`,
      );
    }
    return length;
  }

  #chunkIsRead(chunk: Buffer): void {
    const viewed = this.#viewed.get(chunk.buffer);
    if (viewed === undefined) this.#usedUp?.(chunk);
    else {
      viewed.isRead = true;
      this.#letGoIfDone(viewed);
    }
  }

  #advance(count: number): void {
    this.#buffered -= count;
    this.#offset += count;
    const chunk = this.#chunks[this.#index];
    if (chunk === undefined || this.#offset < chunk.length) return;
    this.#chunkIsRead(chunk);
    this.#offset = 0;
    this.#index += 1;
    // Used chunks are let go of all at once when the queue runs empty, or in blocks: never one shift() a chunk.
    if (this.#index === this.#chunks.length) {
      this.#chunks = [];
      this.#index = 0;
    } else if (this.#index >= 64) {
      this.#chunks = this.#chunks.slice(this.#index);
      this.#index = 0;
    }
  }
}
