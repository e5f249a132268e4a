/**
 * Reads the text form of a guide (docs/edi.md). A mistake in a guide is a bug of ours, not bad input, so it throws
 * with the line it stands in.
 */
import type {
  ElementSource,
  ElementValues,
  GuideSource,
  LoopSource,
  SegmentSource,
  UnitSource,
  Usage,
} from './guide-source.ts';

/** Positions in one table of the standard are below this. */
const TABLE_POSITIONS = 100_000;

type Line = { readonly number: number; readonly indent: number; readonly words: readonly string[] };

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

type Open = { indent: number; children: (SegmentSource | LoopSource)[] };

type ElementPlace = { readonly first: number; readonly last: number; readonly component: number };

type Parser = {
  head: readonly string[];
  readonly units: UnitSource[];
  readonly claimLoops: string[];
  readonly loops: Map<string, LoopSource>;
  readonly open: Open[];
  /** Elements of the segment read last. */
  elements: ElementSource[];
  /** Added to the positions of what stands directly in the set: each table of the standard counts anew. */
  tableBase: number;
};

/**
 * Parses one guide.
 * @param text the guide in the form of docs/edi.md.
 * @returns the guide as a tree.
 * @throws Error naming the line when the text does not follow the form.
 */
export function parseGuide(text: string): GuideSource {
  const children: (SegmentSource | LoopSource)[] = [];
  const parser: Parser = {
    head: [],
    units: [],
    claimLoops: [],
    loops: new Map(),
    open: [{ indent: -1, children }],
    elements: [],
    tableBase: 0,
  };
  for (const line of toLines(text)) takeLine(parser, line);
  const [, version, name, functionalId, setId, ...title] = parser.head;
  if (version === undefined || name === undefined || functionalId === undefined || setId === undefined)
    throw new Error('guide text lacks its "guide" line');
  const { units, claimLoops } = parser;
  return { version, name, functionalId, setId, title: title.join(' '), units, claimLoops, children };
}

function takeLine(parser: Parser, line: Line): void {
  const word = line.words[0] ?? '';
  if (word === 'guide') parser.head = line.words;
  else if (word === 'unit') parser.units.push(parseUnit(line));
  else if (word === 'table') parser.tableBase = Number(line.words[1]) * TABLE_POSITIONS;
  else if (word === 'claim') parser.claimLoops.push(...line.words.slice(1));
  else if (/^\d\d/.test(word)) addElement(parser.elements, line);
  else if (word === 'loop') openLoop(parser, line);
  else if (word === 'again') repeatLoop(parser, line);
  else parser.elements = addSegment(parser, line);
}

function toLines(text: string): Line[] {
  const lines: Line[] = [];
  let number = 0;
  for (const raw of text.split('\n')) {
    number += 1;
    const trimmed = raw.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    lines.push({ number, indent: raw.length - raw.trimStart().length, words: trimmed.split(/\s+/) });
  }
  return lines;
}

function fail(line: Line, why: string): never {
  throw new Error(`guide line ${line.number}: ${why}: ${line.words.join(' ')}`);
}

function parseUsage(line: Line, word: string | undefined): Usage {
  if (word === 'R' || word === 'S') return word;
  return fail(line, 'usage must be R or S');
}

function parseMax(line: Line, word: string | undefined): number {
  if (word === '>1') return Number.POSITIVE_INFINITY;
  const max = Number(word);
  return Number.isInteger(max) && max > 0 ? max : fail(line, 'how often must be a number or >1');
}

function parsePosition(line: Line, word: string | undefined): number {
  const position = Number(word);
  return Number.isInteger(position) && position > 0 ? position : fail(line, 'position must be a number');
}

function parseUnit(line: Line): UnitSource {
  const [, loop, place, ...name] = line.words;
  const [segmentId, element] = (place ?? '').split('-');
  if (loop === undefined || segmentId === undefined || element === undefined)
    fail(line, 'unit is incomplete');
  return { loop, segmentId, element: Number(element), name: name.join(' ') };
}

function parentOf(open: Open[], line: Line): (SegmentSource | LoopSource)[] {
  while (open.length > 1 && (open.at(-1)?.indent ?? -1) >= line.indent) open.pop();
  return open.at(-1)?.children ?? fail(line, 'nothing to belong to');
}

function loopHead(line: Line, base: number): Omit<LoopSource, 'children'> {
  const [, id = '', usage, max, position, ...name] = line.words;
  return {
    kind: 'loop',
    id,
    usage: parseUsage(line, usage),
    max: parseMax(line, max),
    position: base + parsePosition(line, position),
    name: name.join(' '),
  };
}

/** The table's base counts where positions of two tables meet: directly in the set. */
function baseOf(parser: Parser, line: Line): number {
  return line.indent === 0 ? parser.tableBase : 0;
}

function openLoop(parser: Parser, line: Line): void {
  const { open, loops } = parser;
  const parent = parentOf(open, line);
  const children: (SegmentSource | LoopSource)[] = [];
  const loop: LoopSource = { ...loopHead(line, baseOf(parser, line)), children };
  parent.push(loop);
  loops.set(loop.id, loop);
  open.push({ indent: line.indent, children });
}

function repeatLoop(parser: Parser, line: Line): void {
  const { open, loops } = parser;
  const parent = parentOf(open, line);
  const head = loopHead(line, baseOf(parser, line));
  const first = loops.get(head.id) ?? fail(line, 'no such loop above');
  parent.push({ ...head, name: first.name, children: first.children });
}

function addSegment(parser: Parser, line: Line): ElementSource[] {
  const [id = '', usage, max, position, ...name] = line.words;
  if (!/^[A-Z][A-Z0-9]{1,2}$/.test(id)) fail(line, 'not a segment id');
  const elements: ElementSource[] = [];
  parentOf(parser.open, line).push({
    kind: 'segment',
    id,
    usage: parseUsage(line, usage),
    max: parseMax(line, max),
    position: baseOf(parser, line) + parsePosition(line, position),
    name: name.join(' '),
    elements,
  });
  return elements;
}

function parsePlace(line: Line, word: string): ElementPlace {
  const match = /^(\d\d)(?:\.\.(\d\d))?(?:-(\d\d))?$/.exec(word) ?? fail(line, 'not an element number');
  const first = Number(match[1]);
  return { first, last: Number(match[2] ?? first), component: Number(match[3] ?? 0) };
}

function parseValues(word: string): ElementValues {
  if (word === '-' || word === 'composite') return { kind: 'any' };
  if (word.startsWith('@')) return { kind: 'code-set', name: word.slice(1) };
  // Words end at a space, so a space in a code (CTX01 of the 999) is written `_`; no X12 code has one of its own.
  return { kind: 'codes', codes: word.replaceAll('_', ' ').split('|') };
}

function addElement(elements: ElementSource[], line: Line): void {
  const [place = '', usageWord, valuesWord = '-', ...name] = line.words;
  const { first, last, component } = parsePlace(line, place);
  const usage = parseUsage(line, usageWord);
  const values = parseValues(valuesWord);
  for (let position = first; position <= last; position += 1) {
    const element = { position: component || position, usage, values, name: name.join(' ') };
    if (component === 0) {
      elements.push(valuesWord === 'composite' ? { ...element, components: [] } : element);
      continue;
    }
    const composite = elements.find((e) => e.position === position)?.components;
    if (composite === undefined) fail(line, 'component of an element that is no composite');
    (composite as Mutable<ElementSource>[]).push(element);
  }
}
