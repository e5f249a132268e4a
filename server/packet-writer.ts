// Writes one packet, its length field included (draft-ietf-secsh-filexfer-02 section 3). It grows as needed, since
// only NAME replies are long and their size is bounded by the page.

const initialBytes = 256;

export class PacketWriter {
  #bytes = Buffer.allocUnsafe(initialBytes);
  #at = 4;

  /** @param type the packet type (draft section 3) */
  constructor(type: number) {
    this.#bytes[this.#at] = type;
    this.#at += 1;
  }

  /** How many bytes the packet has so far, its length field included. */
  get length(): number {
    return this.#at;
  }

  byte(value: number): this {
    const at = this.#reserve(1);
    this.#bytes.writeUInt8(value, at);
    return this;
  }

  uint32(value: number): this {
    const at = this.#reserve(4);
    this.#bytes.writeUInt32BE(value, at);
    return this;
  }

  /** @param value a whole number from 0 to 2^53 - 1 */
  uint64(value: number): this {
    const at = this.#reserve(8);
    this.#bytes.writeUInt32BE(Math.floor(value / 0x1_0000_0000), at);
    this.#bytes.writeUInt32BE(value % 0x1_0000_0000, at + 4);
    return this;
  }

  /** Writes a string: text becomes UTF-8. */
  string(value: string | Uint8Array): this {
    const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
    this.uint32(bytes.length);
    const at = this.#reserve(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  /** Appends what another writer has put after its type: used to page NAME replies. */
  raw(value: Uint8Array): this {
    const at = this.#reserve(value.length);
    this.#bytes.set(value, at);
    return this;
  }

  /** @returns the packet with its length filled in; the writer must not be used afterwards */
  finish(): Buffer {
    this.#bytes.writeUInt32BE(this.#at - 4, 0);
    return this.#bytes.subarray(0, this.#at);
  }

  #reserve(count: number): number {
    const at = this.#at;
    const needed = at + count;
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
      this.#bytes.copy(larger, 0, 0, at);
      this.#bytes = larger;
    }
    this.#at = needed;
    return at;
  }
}
