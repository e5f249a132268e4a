/** Makes, from a guide alone, a transaction set that uses every loop, segment and element of it once. */
import { parseGuide } from '../../../edi/guide-parser.ts';
import type { ElementSource, GuideSource, LoopSource, SegmentSource } from '../../../edi/guide-source.ts';
import { createStandardDictionary, type StandardSegment } from '../../../edi/standard-dictionary.ts';

/** One segment of the set and the place in the guide that it was made from. */
export type FullSegment = {
  readonly text: string;
  readonly source: SegmentSource;
  readonly loop: string;
  /** Whether it is the first of its loop. */
  readonly opens: boolean;
};

type Levels = { count: number; readonly parents: number[] };

const standard = createStandardDictionary();

const BY_CODE_SET: Readonly<Record<string, string>> = {
  state: 'NY',
  country: 'US',
  currency: 'USD',
  remark: 'N130',
  'place-of-service': '11',
  tooth: '12',
  'oral-cavity': '10',
  taxonomy: '1223G0001X',
  'facility-type': '13',
};

const BY_PERIOD_FORMAT: Readonly<Record<string, string>> = {
  D8: '20240102',
  RD8: '20240102-20240103',
  DT: '202401021530',
  TM: '1530',
};

const BY_TYPE: Readonly<Record<string, string>> = { N: '1', R: '1', DT: '20240102', TM: '1530' };

/** What must have a certain look, by data element. */
const BY_ELEMENT: Readonly<Record<string, string>> = { '67': '1234567893', '116': '123451234', '1325': '1' };

/** A code of the list that the first component of C022 names, where its look is checked. */
const DIAGNOSES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(['ABK', 'ABF', 'ABJ', 'ABN', 'APR'].map((list) => [list, 'A001'])),
  BBR: '0FB03ZX',
  BBQ: '0FB03ZX',
};

function sampleOf(source: ElementSource, element: string, before: string): string {
  const { values } = source;
  if (values.kind === 'codes') return values.codes[0] ?? '';
  if (values.kind === 'code-set') return BY_CODE_SET[values.name] ?? '';
  if (element === '1251') return BY_PERIOD_FORMAT[before] ?? '';
  if (element === '1271' && before in DIAGNOSES) return DIAGNOSES[before] ?? '';
  const fact = standard.elements.get(element);
  return BY_ELEMENT[element] ?? BY_TYPE[fact?.type ?? ''] ?? 'A'.repeat(fact?.min ?? 1);
}

/** Fills the places that the guide uses, except those that may not stand beside another. */
function fill(
  sources: readonly ElementSource[],
  shape: StandardSegment | undefined,
  separator: string,
): string {
  const listed = (position: number): boolean => sources.some((source) => source.position === position);
  const excluded = new Set(
    (shape?.notes ?? []).flatMap((n) => (n.kind === 'E' ? n.positions.filter(listed).slice(1) : [])),
  );
  const texts: string[] = [];
  shape?.places.forEach((place, index) => {
    const source = sources.find(({ position }) => position === index + 1);
    const used = source !== undefined && !excluded.has(index + 1);
    const parts = used ? source.components : undefined;
    if (parts !== undefined) texts.push(fill(parts, standard.composites.get(place.element), ':'));
    else texts.push(used ? sampleOf(source, place.element, texts.at(-1) ?? '') : '');
  });
  while (texts.at(-1) === '') texts.pop();
  return texts.join(separator);
}

function hierarchy(loop: LoopSource, segment: SegmentSource, levels: Levels): string {
  const at = (position: number): boolean => segment.elements.some((e) => e.position === position);
  const below = loop.children.some(
    (child) =>
      child.kind === 'loop' && child.children[0]?.kind === 'segment' && child.children[0].id === 'HL',
  );
  const code = segment.elements.find((e) => e.position === 3)?.values;
  levels.count += 1;
  const parts = [
    'HL',
    String(levels.count),
    at(2) ? String(levels.parents.at(-1)) : '',
    code?.kind === 'codes' ? (code.codes[0] ?? '') : '',
    at(4) ? (below ? '1' : '0') : '',
  ];
  while (parts.at(-1) === '') parts.pop();
  return parts.join('*');
}

function walk(loop: LoopSource, levels: Levels, into: FullSegment[]): void {
  let isLevel = false;
  loop.children.forEach((child, index) => {
    if (child.kind === 'loop') {
      walk(child, levels, into);
      return;
    }
    const opens = index === 0 && loop.id !== '';
    const shape = standard.segments.get(child.id);
    let text = `${child.id}*${fill(child.elements, shape, '*')}`;
    if (child.id === 'HL') {
      text = hierarchy(loop, child, levels);
      levels.parents.push(levels.count);
      isLevel = true;
    }
    into.push({ text, source: child, loop: loop.id, opens });
  });
  if (isLevel) levels.parents.pop();
}

/** All segments of the set, ST included, SE not. */
export function fullSet(guideText: string): {
  readonly guide: GuideSource;
  readonly segments: FullSegment[];
} {
  const guide = parseGuide(guideText);
  const segments: FullSegment[] = [];
  const { children } = guide;
  const root: LoopSource = { kind: 'loop', id: '', usage: 'R', max: 1, position: 0, name: '', children };
  walk(root, { count: 0, parents: [] }, segments);
  const [first, ...rest] = segments;
  if (first?.source.id !== 'ST') throw new Error('a guide begins with ST');
  return { guide, segments: [{ ...first, text: `ST*${guide.setId}*0001*${guide.version}` }, ...rest] };
}

/** Puts segments into an envelope of their own. */
export function inEnvelope(guide: GuideSource, segments: readonly string[]): string {
  const controlNumber = segments[0]?.split('*')[2] ?? '';
  return [
    'ISA*00*          *00*          *ZZ*SUBMITTER      *ZZ*RECEIVER       *240102*1530*^*00501*000000001*0*T*:',
    `GS*${guide.functionalId}*SUBMITTER*RECEIVER*20240102*1530*1*X*${guide.version}`,
    ...segments,
    `SE*${segments.length + 1}*${controlNumber}`,
    'GE*1*1',
    'IEA*1*000000001',
    '',
  ].join('~\n');
}
