// Large buffers that are used again: the packets of big WRITEs and the replies to big READs. Without it a gigabyte
// through a session is a gigabyte of garbage: what lies outside of V8's heap makes it mark the whole heap again every few
// tens of megabytes, on every core (docs/sftp.md, "Speed").
// Whoever takes a buffer gives it back when nobody looks at it any more, or forgets it, and then it is garbage.

interface Kind {
  readonly bufferBytes: number;
  readonly idle: Buffer[];
}

export class BufferPool {
  readonly #kinds: readonly Kind[];
  readonly #maxIdle: number;
  /** Buffers that are out, by their memory, since what comes back is a view of it. */
  readonly #lent = new WeakMap<ArrayBufferLike, { readonly buffer: Buffer; readonly kind: Kind }>();

  /**
   * @param options.bufferBytes how long its buffers are; several lengths in rising order
   * @param options.maxIdle how many of each length are kept while nobody uses them
   */
  constructor(options: { readonly bufferBytes: readonly number[]; readonly maxIdle: number }) {
    this.#kinds = options.bufferBytes.map((bufferBytes) => ({ bufferBytes, idle: [] }));
    this.#maxIdle = options.maxIdle;
  }

  /** @returns so many bytes of anything: from the pool when they are worth it, fresh ones otherwise */
  take(sizeBytes: number): Buffer {
    const kind = this.#kinds.find(({ bufferBytes }) => sizeBytes <= bufferBytes);
    if (kind === undefined || sizeBytes < kind.bufferBytes / 4) return Buffer.allocUnsafe(sizeBytes);
    // Not from Node's own pool, whose memory is shared by many buffers.
    const buffer = kind.idle.pop() ?? Buffer.allocUnsafeSlow(kind.bufferBytes);
    this.#lent.set(buffer.buffer, { buffer, kind });
    return buffer.subarray(0, sizeBytes);
  }

  /** Takes a buffer back; one that is not of this pool is left alone, and giving twice is giving once. */
  give(view: Uint8Array): void {
    const lent = this.#lent.get(view.buffer);
    if (lent === undefined) return;
    this.#lent.delete(view.buffer);
    if (lent.kind.idle.length < this.#maxIdle) lent.kind.idle.push(lent.buffer);
  }
}
