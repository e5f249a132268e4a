/**
 * Finds the delimiters in a window of bytes. Byte by byte that is one branch in four bytes that the processor cannot
 * foresee, which took a third of all time; in WebAssembly sixteen bytes are compared at once (kernel.wat). Where there
 * is none, as under `--jitless`, the same is done byte by byte.
 */
import { KERNEL_BYTES } from './kernel-bytes.ts';

/** How a token ends. */
export const ENDS_ELEMENT = 0;
export const ENDS_COMPONENT = 1;
export const ENDS_REPETITION = 2;
export const ENDS_SEGMENT = 3;

/** The segment has a component or repetition separator. */
export const HAS_INNER = 1;
/** The segment has a byte outside of the basic and extended character sets (X12.6 section 3.3). */
export const HAS_INVALID = 2;
/** Nothing of the segment has come yet but line ends, which belong to none. */
const IS_BLANK = 4;

/** Flags of a segment of which nothing has come. */
export const NOTHING_YET = IS_BLANK;

/** A window is at most this long: what is worked on then stays in the processor's first caches. */
export const WINDOW_BYTES_MAX = 16 * 1024;

/** Delimiters as bytes; -1 for none. */
export type DelimiterBytes = {
  readonly element: number;
  readonly component: number;
  readonly repetition: number;
  readonly segment: number;
};

/** What is found. The first two numbers of marks and ends may stand there already. */
export type Scanned = {
  /** For each delimiter its place in the bytes shifted left by two, plus how it ends its token. */
  readonly marks: Int32Array;
  markCount: number;
  /** For each segment that ends: the number of its last mark shifted left by two, plus its flags. */
  readonly ends: Int32Array;
  endCount: number;
  /** Flags of the segment that goes on. */
  flags: number;
};

/** Looks at `bytes` from `from` to `to` and adds what is found. */
export type ScanKernel = (
  bytes: Uint8Array,
  from: number,
  to: number,
  delimiters: DelimiterBytes,
  into: Scanned,
) => void;

const FIRST_INVALID_HIGH = 0x7f;
const FIRST_VALID = 0x20;
const CR = 0x0d;
const LF = 0x0a;

/** The same, byte by byte. */
export const scanByByte: ScanKernel = (bytes, from, to, delimiters, into) => {
  const { marks, ends } = into;
  let { markCount, endCount, flags } = into;
  for (let i = from; i < to; i += 1) {
    const byte = bytes[i] as number;
    const kind = kindOf(byte, delimiters);
    if (kind < 0) {
      flags = afterData(flags, byte);
      continue;
    }
    marks[markCount] = (i << 2) | kind;
    if (kind === ENDS_SEGMENT) {
      ends[endCount] = (markCount << 2) | (flags & (HAS_INNER | HAS_INVALID));
      endCount += 1;
      flags = IS_BLANK;
    } else flags = (flags & ~IS_BLANK) | (kind === ENDS_ELEMENT ? 0 : HAS_INNER);
    markCount += 1;
  }
  into.markCount = markCount;
  into.endCount = endCount;
  into.flags = flags;
};

/** How a byte ends a token; -1 when it is data. */
function kindOf(byte: number, { element, component, repetition, segment }: DelimiterBytes): number {
  if (byte === segment) return ENDS_SEGMENT;
  if (byte === element) return ENDS_ELEMENT;
  if (byte === repetition) return ENDS_REPETITION;
  return byte === component ? ENDS_COMPONENT : -1;
}

function afterData(flags: number, byte: number): number {
  if ((flags & IS_BLANK) !== 0 && (byte === LF || byte === CR)) return flags;
  const isValid = byte >= FIRST_VALID && byte < FIRST_INVALID_HIGH;
  return (flags & ~IS_BLANK) | (isValid ? 0 : HAS_INVALID);
}

/** What of the WebAssembly interface is used here; it is part of the language's surroundings, not of Node. */
type WasmRuntime = {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: Record<string, unknown> };
};

/** Places in the memory of kernel.wat. */
const DELIMITERS_AT = 256;
const RESULTS_AT = 320;
const WINDOW_AT = 1024;
const MARKS_AT = 65_536;
const ENDS_AT = 204_800;

function wasmKernel({ Module, Instance }: WasmRuntime): ScanKernel {
  const { memory, scan } = new Instance(new Module(KERNEL_BYTES)).exports;
  const run = scan as (length: number, base: number, firstMark: number, flags: number) => void;
  const { buffer } = memory as { readonly buffer: ArrayBuffer };
  const all = new Uint8Array(buffer);
  const results = new Int32Array(buffer, RESULTS_AT, 3);
  const marks = new Int32Array(buffer, MARKS_AT, (ENDS_AT - MARKS_AT) / 4);
  const ends = new Int32Array(buffer, ENDS_AT, WINDOW_BYTES_MAX);
  return (bytes, from, to, delimiters, into) => {
    const { element, component, repetition, segment } = delimiters;
    // The later ones win, as they do byte by byte.
    setDelimiter(all, 1, component, element);
    setDelimiter(all, 2, repetition, element);
    setDelimiter(all, 0, element, element);
    setDelimiter(all, 3, segment, element);
    all.set(bytes.subarray(from, to), WINDOW_AT);
    run(to - from, from, into.markCount, into.flags);
    const [markCount, endCount, flags] = results as unknown as readonly [number, number, number];
    into.marks.set(marks.subarray(0, markCount), into.markCount);
    into.ends.set(ends.subarray(0, endCount), into.endCount);
    into.markCount += markCount;
    into.endCount += endCount;
    into.flags = flags;
  };
}

/** Tells the kernel a delimiter and its kind. One that is not used is the element separator once more. */
function setDelimiter(memory: Uint8Array, kind: number, byte: number, element: number): void {
  const start = DELIMITERS_AT + kind * 16;
  memory.fill(byte < 0 ? element : byte, start, start + 16);
  if (byte >= 0) memory[byte] = kind;
}

function bestKernel(): ScanKernel {
  const { WebAssembly } = globalThis as { readonly WebAssembly?: WasmRuntime };
  try {
    return WebAssembly === undefined ? scanByByte : wasmKernel(WebAssembly);
  } catch {
    // A processor without such instructions: V8 does not take the module then.
    return scanByByte;
  }
}

/** The fastest there is. It keeps nothing from one call to the next, so every reader of a thread may use it. */
export const scanWindow: ScanKernel = bestKernel();
