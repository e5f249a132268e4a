/** Acknowledgements in plain words: every code, and whole TA1s and 999s read back, ours or another's. */
import { CODE_PLACES, type CodePlace, codesOf } from './acknowledgement-codes.ts';
import { readHeader } from './interchange-header.ts';

export type CodeExplanation = {
  readonly place: CodePlace;
  readonly code: string;
  readonly plain: string;
  readonly hint: string;
};

export type ElementErrorView = { readonly place: string; readonly code: string; readonly value: string };

/** One IK3 with what stands below it. */
export type SegmentErrorView = {
  readonly segmentId: string;
  readonly position: number;
  readonly loop: string;
  readonly segmentCode: string;
  /** `CLM01 26463774`; empty when none is named. */
  readonly businessUnit: string;
  readonly elements: readonly ElementErrorView[];
  readonly plain: string;
};

/** One AK2 loop. */
export type SetView = {
  readonly setId: string;
  readonly controlNumber: string;
  readonly code: string;
  readonly codes: readonly string[];
  readonly plain: string;
  readonly errors: readonly SegmentErrorView[];
};

/** One 999. */
export type GroupView = {
  readonly functionalId: string;
  readonly controlNumber: string;
  readonly version: string;
  readonly code: string;
  readonly codes: readonly string[];
  readonly declaredSets: number;
  readonly receivedSets: number;
  readonly acceptedSets: number;
  readonly plain: string;
  readonly sets: readonly SetView[];
};

/** An acknowledgement interchange. */
export type AcknowledgementView = {
  readonly ta1?: {
    readonly controlNumber: string;
    readonly code: string;
    readonly note: string;
    readonly plain: string;
  };
  readonly groups: readonly GroupView[];
};

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type OpenError = Mutable<Omit<SegmentErrorView, 'elements'>> & { elements: ElementErrorView[] };
type OpenSet = Mutable<Omit<SetView, 'errors'>> & { errors: OpenError[] };
type OpenGroup = Mutable<Omit<GroupView, 'sets'>> & { sets: OpenSet[] };
type OpenView = { ta1?: NonNullable<AcknowledgementView['ta1']>; groups: OpenGroup[] };

/** Segments larger than this are no acknowledgement of ours or anyone's. */
const BYTES_MAX = 64 * 1024 * 1024;

/** Plain words and a hint for one code; undefined when X231A1 or X12.5 has no such code there. */
export function explainCode(place: CodePlace, code: string): CodeExplanation | undefined {
  const words = codesOf(place).get(code);
  return words && { place, code, plain: words[0], hint: words[1] };
}

/** Every meaning of a code, for those who do not say where it stood. */
export function explainAnywhere(code: string): CodeExplanation[] {
  return CODE_PLACES.flatMap((place) => explainCode(place, code) ?? []);
}

/**
 * Reads an acknowledgement (TA1, 999 or both) back into plain words.
 * @returns undefined when the bytes are no interchange, or hold neither a TA1 nor a 999.
 */
export function readAcknowledgement(bytes: Uint8Array): AcknowledgementView | undefined {
  if (bytes.length > BYTES_MAX) return undefined;
  const header = readHeader(bytes, 0, bytes.length, true);
  if (header.kind !== 'header' || header.elements.length < 16) return undefined;
  const char = (byte: number): string => String.fromCharCode(byte);
  const text = new TextDecoder('latin1').decode(bytes.subarray(header.length));
  const view: OpenView = { groups: [] };
  for (const raw of text.split(char(header.delimiters.segment))) {
    const segment = raw.trim();
    if (segment === '') continue;
    const elements = segment.split(char(header.delimiters.element));
    READERS.get(elements[0] ?? '')?.(view, elements, char(header.delimiters.component));
  }
  return view.ta1 === undefined && view.groups.length === 0 ? undefined : view;
}

type SegmentReaderOf = (view: OpenView, elements: readonly string[], component: string) => void;

function words(place: CodePlace, codes: readonly string[]): string {
  return codes.map((code) => explainCode(place, code)?.plain ?? `Code ${code}.`).join(' ');
}

function openSet(view: OpenView): OpenSet | undefined {
  return view.groups.at(-1)?.sets.at(-1);
}

function count(text: string | undefined): number {
  return /^\d+$/.test(text ?? '') ? Number(text) : 0;
}

/** One row a segment: what it adds to the view. */
const READERS: ReadonlyMap<string, SegmentReaderOf> = new Map<string, SegmentReaderOf>([
  [
    'TA1',
    (view, [, controlNumber = '', , , code = '', note = '']) => {
      const reason = note === '000' ? '' : ` ${words('TA105', [note])}`;
      view.ta1 = { controlNumber, code, note, plain: words('TA104', [code]) + reason };
    },
  ],
  [
    'AK1',
    (view, [, functionalId = '', controlNumber = '', version = '']) => {
      const counts = { declaredSets: 0, receivedSets: 0, acceptedSets: 0 };
      view.groups.push({
        functionalId,
        controlNumber,
        version,
        code: '',
        codes: [],
        ...counts,
        plain: '',
        sets: [],
      });
    },
  ],
  [
    'AK2',
    (view, [, setId = '', controlNumber = '']) => {
      view.groups.at(-1)?.sets.push({ setId, controlNumber, code: '', codes: [], plain: '', errors: [] });
    },
  ],
  [
    'IK3',
    (view, [, segmentId = '', position, loop = '', segmentCode = '']) => {
      const where = `${segmentId} at position ${position}${loop === '' ? '' : `, loop ${loop}`}`;
      const plain = `${where}: ${words('IK304', [segmentCode])}`;
      const head = { segmentId, position: count(position), loop, segmentCode };
      openSet(view)?.errors.push({ ...head, businessUnit: '', elements: [], plain });
    },
  ],
  [
    'CTX',
    (view, [, name = ''], component) => {
      const error = openSet(view)?.errors.at(-1);
      const [unit, value] = name.split(component);
      if (error === undefined || value === undefined) return;
      error.businessUnit = `${unit} ${value}`;
      error.plain += ` (${unit} ${value})`;
    },
  ],
  [
    'IK4',
    (view, [, place = '', , code = '', value = ''], component) => {
      const error = openSet(view)?.errors.at(-1);
      if (error === undefined) return;
      const [element = '', part = ''] = place.split(component);
      const name = `${error.segmentId}${element.padStart(2, '0')}${part === '' ? '' : `-${part}`}`;
      error.elements.push({ place: name, code, value });
      error.plain += ` ${name}: ${words('IK403', [code])}${value === '' ? '' : ` Sent: "${value}".`}`;
    },
  ],
  [
    'IK5',
    (view, [, code = '', ...codes]) => {
      const set = openSet(view);
      if (set === undefined) return;
      set.code = code;
      set.codes = codes;
      set.plain = [words('IK501', [code]), words('IK502', codes)].join(' ').trim();
    },
  ],
  [
    'AK9',
    (view, [, code = '', declared, received, accepted, ...codes]) => {
      const group = view.groups.at(-1);
      if (group === undefined) return;
      group.code = code;
      group.codes = codes;
      group.declaredSets = count(declared);
      group.receivedSets = count(received);
      group.acceptedSets = count(accepted);
      const counts = `${count(accepted)} of ${count(received)} transaction sets accepted.`;
      group.plain = [words('AK901', [code]), words('AK905', codes), counts]
        .filter((part) => part !== '')
        .join(' ');
    },
  ],
]);
