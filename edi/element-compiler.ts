/** Joins what a guide says of an element with what the standard says of it. */
import type { CodeTable } from './code-table.ts';
import {
  type CompiledNote,
  type ElementSpec,
  TYPE_AN,
  TYPE_COMPOSITE,
  TYPE_DT,
  TYPE_ID,
  TYPE_N,
  TYPE_R,
  TYPE_TM,
  USAGE_NOT_USED,
  USAGE_REQUIRED,
  USAGE_SITUATIONAL,
} from './compiled-guide.ts';
import type { ElementSource, SegmentSource } from './guide-source.ts';
import type {
  DataType,
  StandardDictionary,
  StandardPlace,
  StandardSegment,
  SyntaxNote,
} from './standard-dictionary.ts';

type Deps = { readonly standard: StandardDictionary; readonly codes: CodeTable };

const TYPES: Readonly<Record<DataType, number>> = {
  AN: TYPE_AN,
  ID: TYPE_ID,
  N: TYPE_N,
  R: TYPE_R,
  DT: TYPE_DT,
  TM: TYPE_TM,
};

/**
 * The elements of one segment of a guide, one for each position that the standard has.
 * @throws Error when the guide lists a position that the standard does not have.
 */
export function compileElements(source: SegmentSource, standard: StandardSegment, deps: Deps): ElementSpec[] {
  return compilePlaces(source.elements, standard, deps, source.id);
}

/** Syntax notes with their bit masks. */
export function compileNotes(notes: readonly SyntaxNote[]): CompiledNote[] {
  return notes.map((note) => {
    const bits = note.positions.map((position) => 1 << position);
    return { ...note, mask: bits.reduce((mask, bit) => mask | bit, 0), first: bits[0] ?? 0 };
  });
}

function compilePlaces(
  elements: readonly ElementSource[],
  standard: StandardSegment,
  deps: Deps,
  where: string,
): ElementSpec[] {
  const beyond = elements.find((element) => element.position > standard.places.length);
  if (beyond !== undefined) throw new Error(`${where} has no position ${beyond.position} in the standard`);
  return standard.places.map((place, index) => {
    const source = elements.find((element) => element.position === index + 1);
    const spec = compilePlace(place, source, deps, `${where}-${index + 1}`);
    const follows = standard.places[index - 1]?.element === '1250' && place.element === '1251';
    return follows ? { ...spec, periodFormat: true, plain: false } : spec;
  });
}

function compilePlace(
  place: StandardPlace,
  source: ElementSource | undefined,
  deps: Deps,
  where: string,
): ElementSpec {
  const common = {
    usage: usageOf(source),
    repeats: place.repeats,
    mandatory: place.mandatory,
    dataElement: place.element,
    periodFormat: false,
  };
  const composite = deps.standard.composites.get(place.element);
  if (composite !== undefined) {
    const components = compilePlaces(source?.components ?? [], composite, deps, where);
    const notes = compileNotes(composite.notes);
    const rest = { type: TYPE_COMPOSITE, min: 0, max: 0, codes: 0, dictionary: 0, codeSet: '', plain: false };
    return { ...common, ...rest, name: source?.name ?? place.element, components, notes };
  }
  const element = deps.standard.elements.get(place.element);
  if (element === undefined)
    throw new Error(`${where}: element ${place.element} is not in edi/standard/elements.ts`);
  const { values } = source ?? { values: { kind: 'any' as const } };
  const dictionary = deps.standard.codes.get(place.element);
  const coded = values.kind === 'codes';
  const type = TYPES[element.type];
  return {
    ...common,
    type,
    plain: !(type >= TYPE_DT || values.kind !== 'any'),
    min: element.min,
    max: element.max,
    codes: coded ? deps.codes.add(values.codes) : 0,
    dictionary: coded && dictionary !== undefined ? deps.codes.add([...dictionary]) : 0,
    codeSet: values.kind === 'code-set' ? values.name : '',
    name: source?.name ?? element.name,
    components: [],
    notes: [],
  };
}

function usageOf(source: ElementSource | undefined): number {
  if (source === undefined) return USAGE_NOT_USED;
  return source.usage === 'R' ? USAGE_REQUIRED : USAGE_SITUATIONAL;
}
