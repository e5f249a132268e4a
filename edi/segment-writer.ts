/** Writes segments: joins elements with delimiters and leaves out trailing ones (RFI 1498). */
import type { Delimiters } from './delimiters.ts';

/** An element: its value, or the components of a composite. */
export type WrittenElement = string | readonly string[];

const SPACE = 0x20;
const LAST_VISIBLE = 0x7e;

export class SegmentWriter {
  /** Segments written since `ST` was written last, that one included. */
  segmentsInSet = 0;
  readonly #delimiters: Delimiters;
  readonly #lineBreak: string;
  // Bytes, not strings joined at the end: those made most of the garbage of a file with thousands of findings.
  #bytes = new Uint8Array(1024);
  #length = 0;

  /** @param lineBreak what follows each segment: nothing, or a line end. */
  constructor(delimiters: Delimiters, lineBreak = '') {
    this.#delimiters = delimiters;
    this.#lineBreak = lineBreak;
  }

  /** Writes one segment. */
  write(id: string, ...elements: readonly WrittenElement[]): void {
    this.segmentsInSet = id === 'ST' ? 1 : this.segmentsInSet + 1;
    const { element, segment } = this.#delimiters;
    this.#put(id);
    let written = 0;
    for (let i = 0; i < elements.length; i += 1) {
      const value = elements[i] as WrittenElement;
      const length = typeof value === 'string' ? value.length : lengthOf(value);
      if (length === 0) continue;
      for (; written <= i; written += 1) this.#put(element);
      if (typeof value === 'string') this.#put(value);
      else this.#putComposite(value, length);
    }
    this.#put(segment);
    this.#put(this.#lineBreak);
  }

  /**
   * Whether a value may be written as it is: visible ASCII without our delimiters, and not blank (X231A1 IK404: a bad
   * value that would break the acknowledgement is left out).
   */
  canWrite(value: string): boolean {
    const { element, repetition, component, segment } = this.#delimiters;
    let blank = true;
    for (let i = 0; i < value.length; i += 1) {
      const code = value.charCodeAt(i);
      if (code < SPACE || code > LAST_VISIBLE) return false;
      if (code !== SPACE) blank = false;
      const character = value[i];
      if (character === element || character === repetition) return false;
      if (character === component || character === segment) return false;
    }
    return !blank;
  }

  /** All that was written, one byte a character. */
  toBytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #putComposite(components: readonly string[], length: number): void {
    for (let i = 0; i < length; i += 1) {
      if (i > 0) this.#put(this.#delimiters.component);
      this.#put(components[i] as string);
    }
  }

  #put(text: string): void {
    const { length } = text;
    if (this.#length + length > this.#bytes.length) this.#grow(length);
    const bytes = this.#bytes;
    for (let i = 0; i < length; i += 1) bytes[this.#length + i] = text.charCodeAt(i);
    this.#length += length;
  }

  #grow(more: number): void {
    const bytes = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    bytes.set(this.#bytes);
    this.#bytes = bytes;
  }
}

/** Components up to the last that is not empty. */
function lengthOf(components: readonly string[]): number {
  let { length } = components;
  while (length > 0 && components[length - 1] === '') length -= 1;
  return length;
}
