// Large buffers that are used again: the packets of big WRITEs and the replies to big READs. Without it a gigabyte
// through a session is a gigabyte of garbage, and the collector lets tens of megabytes of it lie before it comes.
// Whoever takes a buffer gives it back when nobody looks at it any more, or forgets it, and then it is garbage.

export class BufferPool {
  readonly #bufferBytes: number;
  readonly #maxIdle: number;
  readonly #idle: Buffer[] = [];
  /** Buffers that are out, by their memory, since what comes back is a view of it. */
  readonly #lent = new WeakMap<ArrayBufferLike, Buffer>();

  /** @param options.maxIdle how many buffers are kept while nobody uses them */
  constructor(options: { readonly bufferBytes: number; readonly maxIdle: number }) {
    this.#bufferBytes = options.bufferBytes;
    this.#maxIdle = options.maxIdle;
  }

  /** @returns so many bytes of anything: from the pool when they are worth it, fresh ones otherwise */
  take(sizeBytes: number): Buffer {
    if (sizeBytes > this.#bufferBytes || sizeBytes < this.#bufferBytes / 4)
      return Buffer.allocUnsafe(sizeBytes);
    // Not from Node's own pool, whose memory is shared by many buffers.
    const buffer = this.#idle.pop() ?? Buffer.allocUnsafeSlow(this.#bufferBytes);
    this.#lent.set(buffer.buffer, buffer);
    return buffer.subarray(0, sizeBytes);
  }

  /** Takes a buffer back; one that is not of this pool is left alone, and giving twice is giving once. */
  give(view: Uint8Array): void {
    const buffer = this.#lent.get(view.buffer);
    if (buffer === undefined) return;
    this.#lent.delete(view.buffer);
    if (this.#idle.length < this.#maxIdle) this.#idle.push(buffer);
  }
}
