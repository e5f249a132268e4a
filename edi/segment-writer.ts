/** Writes segments: joins elements with delimiters and leaves out trailing ones (RFI 1498). */
import type { Delimiters } from './delimiters.ts';

/** An element: its value, or the components of a composite. */
export type WrittenElement = string | readonly string[];

export class SegmentWriter {
  /** Segments written since `ST` was written last, that one included. */
  segmentsInSet = 0;
  readonly #delimiters: Delimiters;
  readonly #lineBreak: string;
  readonly #parts: string[] = [];

  /** @param lineBreak what follows each segment: nothing, or a line end. */
  constructor(delimiters: Delimiters, lineBreak = '') {
    this.#delimiters = delimiters;
    this.#lineBreak = lineBreak;
  }

  /** Writes one segment. */
  write(id: string, ...elements: readonly WrittenElement[]): void {
    this.segmentsInSet = id === 'ST' ? 1 : this.segmentsInSet + 1;
    const values = elements.map((element) =>
      typeof element === 'string' ? element : this.#composite(element),
    );
    while (values.length > 0 && values.at(-1) === '') values.pop();
    const { element, segment } = this.#delimiters;
    this.#parts.push([id, ...values].join(element), segment, this.#lineBreak);
  }

  /**
   * Whether a value may be written as it is: visible ASCII without our delimiters, and not blank (X231A1 IK404: a bad
   * value that would break the acknowledgement is left out).
   */
  canWrite(value: string): boolean {
    const { element, repetition, component, segment } = this.#delimiters;
    if (value.trim() === '' || !/^[\x20-\x7e]*$/.test(value)) return false;
    return ![element, repetition, component, segment].some((d) => d !== '' && value.includes(d));
  }

  /** All that was written, one byte a character. */
  toBytes(): Uint8Array {
    const text = this.#parts.join('');
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i += 1) bytes[i] = text.charCodeAt(i);
    return bytes;
  }

  #composite(components: readonly string[]): string {
    const values = [...components];
    while (values.length > 0 && values.at(-1) === '') values.pop();
    return values.join(this.#delimiters.component);
  }
}
