// Reads the fields of one packet (draft-ietf-secsh-filexfer-02 section 3: uint32, uint64 and string as in RFC 4251
// section 5). A field that goes past the end throws; nothing is ever read beyond it.

import { MalformedPacket } from './malformed-packet.ts';

export class PacketReader {
  readonly #bytes: Buffer;
  #at = 0;

  /** @param bytes one whole packet without its length field, so that it begins with the type */
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** How many bytes have not been read yet. */
  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  /** Passes over so many bytes. @throws MalformedPacket when the packet ends before */
  skip(count: number): this {
    this.#take(count);
    return this;
  }

  /** @throws MalformedPacket when the packet ends before it */
  byte(): number {
    const at = this.#take(1);
    return this.#bytes.readUInt8(at);
  }

  /** @throws MalformedPacket when the packet ends before it */
  uint32(): number {
    const at = this.#take(4);
    return this.#bytes.readUInt32BE(at);
  }

  /**
   * Reads a 64-bit offset or size as a number.
   * @throws MalformedPacket when it is above 2^53 - 1, beyond which a number is not exact and no disk goes
   */
  uint64(): number {
    const at = this.#take(8);
    const high = this.#bytes.readUInt32BE(at);
    if (high > 0x1fffff) throw new MalformedPacket('An offset or a size is beyond 2^53.');
    return high * 0x1_0000_0000 + this.#bytes.readUInt32BE(at + 4);
  }

  /**
   * Reads a string as bytes, without copying: the result shares memory with the packet.
   * @throws MalformedPacket when its length goes past the packet
   */
  bytes(): Buffer {
    const length = this.uint32();
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  #take(count: number): number {
    const at = this.#at;
    if (count > this.#bytes.length - at) {
      throw new MalformedPacket('The packet ends in the middle of a field.');
    }
    this.#at = at + count;
    return at;
  }
}
