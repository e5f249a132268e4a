/**
 * Runs kernel.wat: it takes segments that are right beyond doubt, many at a time, and says what of them the rules want to
 * see. A file is nearly all such segments, and one that is judged in here costs half of what it costs in JavaScript.
 */
import type { SegmentReader } from '../segment-reader.ts';
import { KERNEL_BYTES } from './kernel-bytes.ts';

/** Places in the memory of kernel.wat. */
const SEGMENT_ID_VALUES_AT = 512;
const WINDOW_AT = 1024;
const MARKS_AT = 66_560;
const ENDS_AT = 148_480;
const EVENTS_AT = 214_016;
const INSTANCE_AT = 279_552;
const REACHED_AT = 280_576;
const SEEN_AT = 281_600;
const COUNT_AT = 282_624;
const COUNTED_IN_AT = 286_720;
/** Where the tables of the guide begin. */
export const IMAGE_AT = 290_816;

export const LOOPS_MAX = (REACHED_AT - INSTANCE_AT) / 4;
export const NODES_MAX = (COUNTED_IN_AT - COUNT_AT) / 4;

const WINDOW_BYTES_MAX = MARKS_AT - WINDOW_AT;
const MARKS_MAX = (ENDS_AT - MARKS_AT) / 4;
const ENDS_MAX = (EVENTS_AT - ENDS_AT) / 4;
const PAGE_BYTES = 65_536;
/** Declared in kernel.wat. */
const PAGES_MAX = 256;

/** Numbers of an event, and which is which: see `events`. */
export const EVENT_NUMBERS = 4;
export const EVENT_PRESENT = 1;
export const EVENT_SEGMENT = 2;
export const EVENT_AGAIN = 3;

/** Numbers in the first bytes of the memory. */
const EVENT_COUNT = 0;
const CURRENT = 1;
const SERIAL = 2;
const DELTA = 3;
const STRIDE = 4;
const CANDIDATES = 5;
const LOOPS = 6;
const CONTROLS = 7;

/** A guide as kernel.wat reads it. */
export type GuideImage = {
  /** What stands from `IMAGE_AT` on. */
  readonly bytes: Uint8Array;
  readonly candidatesAt: number;
  readonly loopsAt: number;
  /** Candidate lists of one loop. */
  readonly segmentCount: number;
};

/** Where in the guide a set is: arrays by loop and by node that the kernel and loop-state.ts share. */
export type LoopArrays = {
  readonly instance: Int32Array;
  readonly reached: Int32Array;
  readonly seen: Int32Array;
  readonly count: Int32Array;
  readonly countedIn: Int32Array;
};

/** The rest of that. */
export type LoopPlace = { current: number; serial: number };

/** What of the WebAssembly interface is used here; it is part of the language's surroundings, not of Node. */
type WasmRuntime = {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: { readonly guide: { readonly memory: object } },
  ) => { readonly exports: Record<string, unknown> };
  readonly Memory: new (pages: {
    readonly initial: number;
    readonly maximum: number;
  }) => {
    readonly buffer: ArrayBuffer;
  };
};

type Run = (segment: number, beyond: number, firstMark: number, start: number) => number;

export class SureKernel {
  readonly arrays: LoopArrays;
  /** How many events the last run had. */
  eventCount = 0;
  /**
   * The events, in order, `EVENT_NUMBERS` each: the segment's node (-1 less the loop, when a loop has ended), which
   * elements hold data (a bit each; -1 when all are to be looked at again), the reader's number of the segment, and
   * which elements are to be looked at again, a bit each.
   */
  readonly events: Int32Array;
  readonly #run: Run;
  readonly #window: Uint8Array;
  readonly #marks: Int32Array;
  readonly #ends: Int32Array;
  readonly #controls: Int32Array;
  /** What has been copied: the reader, and which scan of it. */
  #reader: SegmentReader | undefined;
  #scan = -1;
  #fits = false;

  constructor(module: object, image: GuideImage, runtime: WasmRuntime) {
    // Of its final size at once: where a memory has grown, V8 looks at every access to any typed array of the process
    // for whether its bytes are still there: a bare scan then took half as long again.
    const pages = Math.ceil((IMAGE_AT + image.bytes.length) / PAGE_BYTES);
    const memory = new runtime.Memory({ initial: pages, maximum: PAGES_MAX });
    const { run } = new runtime.Instance(module, { guide: { memory } }).exports;
    const { buffer } = memory;
    this.#run = run as Run;
    this.#window = new Uint8Array(buffer, WINDOW_AT, WINDOW_BYTES_MAX);
    this.#marks = new Int32Array(buffer, MARKS_AT, MARKS_MAX);
    this.#ends = new Int32Array(buffer, ENDS_AT, ENDS_MAX);
    this.events = new Int32Array(buffer, EVENTS_AT, (INSTANCE_AT - EVENTS_AT) / 4);
    this.#controls = new Int32Array(buffer, 0, CONTROLS);
    this.arrays = {
      instance: new Int32Array(buffer, INSTANCE_AT, LOOPS_MAX),
      reached: new Int32Array(buffer, REACHED_AT, LOOPS_MAX),
      seen: new Int32Array(buffer, SEEN_AT, LOOPS_MAX),
      count: new Int32Array(buffer, COUNT_AT, NODES_MAX),
      countedIn: new Int32Array(buffer, COUNTED_IN_AT, NODES_MAX),
    };
    const all = new Uint8Array(buffer);
    for (let i = 0; i < 10; i += 1) all[SEGMENT_ID_VALUES_AT + 0x30 + i] = 1 + i;
    for (let i = 0; i < 26; i += 1) all[SEGMENT_ID_VALUES_AT + 0x41 + i] = 11 + i;
    all.set(image.bytes, IMAGE_AT);
    this.#controls[STRIDE] = image.segmentCount;
    this.#controls[CANDIDATES] = image.candidatesAt;
    this.#controls[LOOPS] = image.loopsAt;
  }

  /**
   * Takes segments that the reader has scanned and not handed out yet, from the next one on.
   * @param place where in the guide the set is; it is moved on.
   * @returns how many it took: the reader still stands before them. 0 when the next one is for others to judge.
   */
  run(reader: SegmentReader, place: LoopPlace): number {
    if (this.#reader !== reader || this.#scan !== reader.scans) this.#load(reader);
    this.eventCount = 0;
    if (!this.#fits) return 0;
    const controls = this.#controls;
    controls[CURRENT] = place.current;
    controls[SERIAL] = place.serial;
    const { segment } = reader;
    const next = this.#run(segment, reader.segments, reader.nextFirst, reader.position);
    place.current = controls[CURRENT] as number;
    place.serial = controls[SERIAL] as number;
    this.eventCount = controls[EVENT_COUNT] as number;
    return next - segment;
  }

  /** Forgets what it has copied, before it serves another file. */
  forget(): void {
    this.#reader = undefined;
  }

  #load(reader: SegmentReader): void {
    this.#reader = reader;
    this.#scan = reader.scans;
    const { bytes, position, scanned, markCount, segments } = reader;
    this.#fits = reader.isPlain && scanned - position <= WINDOW_BYTES_MAX && markCount <= MARKS_MAX;
    if (!this.#fits) return;
    this.#window.set(bytes.subarray(position, scanned));
    this.#marks.set(reader.marks.subarray(0, markCount));
    this.#ends.set(reader.ends.subarray(0, segments));
    this.#controls[DELTA] = WINDOW_AT - position;
  }
}

/** The kernels of one guide: one for each file that is being read. */
export class SureKernels {
  readonly #image: GuideImage;
  readonly #runtime: WasmRuntime;
  readonly #module: object;
  /** Those that no file uses: making one takes as long as validating two claims. */
  readonly #free: SureKernel[] = [];

  constructor(image: GuideImage, runtime: WasmRuntime, module: object) {
    this.#image = image;
    this.#runtime = runtime;
    this.#module = module;
  }

  /** A kernel for one file; `give` it back at the file's end. */
  take(): SureKernel {
    return this.#free.pop() ?? new SureKernel(this.#module, this.#image, this.#runtime);
  }

  give(kernel: SureKernel): void {
    kernel.forget();
    this.#free.push(kernel);
  }
}

/** The kernels of a guide; undefined where there is no WebAssembly. */
export function createSureKernels(image: GuideImage): SureKernels | undefined {
  const { WebAssembly } = globalThis as { readonly WebAssembly?: WasmRuntime };
  if (WebAssembly === undefined) return undefined;
  try {
    return new SureKernels(image, WebAssembly, new WebAssembly.Module(KERNEL_BYTES));
  } catch {
    return undefined;
  }
}
