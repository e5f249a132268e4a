/** Joins what a guide says of an element with what the standard says of it. */
import { codeSetNamed } from './code-sets.ts';
import type { CodeTable } from './code-table.ts';
import {
  type CompiledNote,
  type ElementSpec,
  FORM_ANYTHING,
  FORM_CODE,
  FORM_CODE_SET,
  FORM_DATE,
  FORM_DECIMAL,
  FORM_INTEGER,
  FORM_OTHER,
  FORM_PERIOD,
  FORM_TEXT,
  NOTE_CONDITIONAL,
  NOTE_EXCLUSIVE,
  NOTE_LIST,
  NOTE_PAIRED,
  NOTE_REQUIRED,
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
import type { ElementSource, ElementValues, SegmentSource } from './guide-source.ts';
import type {
  DataType,
  StandardDictionary,
  StandardPlace,
  StandardSegment,
  SyntaxNote,
} from './standard-dictionary.ts';

type Deps = {
  readonly standard: StandardDictionary;
  readonly codes: CodeTable;
  /** Places that a guide does not use are alike wherever they stand, and half of all are such. */
  readonly unused: Map<StandardPlace, ElementSpec>;
};

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

const NOTE_SORTS: Readonly<Record<SyntaxNote['kind'], number>> = {
  P: NOTE_PAIRED,
  R: NOTE_REQUIRED,
  E: NOTE_EXCLUSIVE,
  C: NOTE_CONDITIONAL,
  L: NOTE_LIST,
};

/** Syntax notes with their bit masks. */
export function compileNotes(notes: readonly SyntaxNote[]): CompiledNote[] {
  return notes.map((note) => {
    const bits = note.positions.map((position) => 1 << position);
    const mask = bits.reduce((all, bit) => all | bit, 0);
    const { kind, positions } = note;
    // Written out: objects made by spreading had a hidden class each, and every look at one was a slow one.
    return { kind, positions, mask, first: bits[0] ?? 0, sort: NOTE_SORTS[kind] };
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
    const follows = standard.places[index - 1]?.element === '1250' && place.element === '1251';
    return compilePlace({ place, source, follows, where: `${where}-${index + 1}` }, deps);
  });
}

type Place = {
  readonly place: StandardPlace;
  readonly source: ElementSource | undefined;
  /** The element before it names its form. */
  readonly follows: boolean;
  readonly where: string;
};

function compilePlace(what: Place, deps: Deps): ElementSpec {
  if (what.source !== undefined) return compileUsed(what, deps);
  const known = deps.unused.get(what.place);
  if (known !== undefined) return known;
  const spec = compileUsed(what, deps);
  deps.unused.set(what.place, spec);
  return spec;
}

function compileUsed({ place, source, follows, where }: Place, deps: Deps): ElementSpec {
  const usage = usageOf(source);
  const common = { usage, repeats: place.repeats, mandatory: place.mandatory, dataElement: place.element };
  const composite = deps.standard.composites.get(place.element);
  if (composite !== undefined) {
    const components = compilePlaces(source?.components ?? [], composite, deps, where);
    const notes = compileNotes(composite.notes);
    const none = { min: 0, max: 0, codes: 0, dictionary: 0, codeSet: undefined, periodFormat: false };
    const name = source?.name ?? place.element;
    return makeSpec({ ...common, ...none, type: TYPE_COMPOSITE, plain: false, name, components, notes });
  }
  const element = deps.standard.elements.get(place.element);
  if (element === undefined)
    throw new Error(`${where}: element ${place.element} is not in edi/standard/elements.ts`);
  const values: ElementValues = source?.values ?? { kind: 'any' };
  const dictionary = deps.standard.codes.get(place.element);
  const coded = values.kind === 'codes';
  const type = TYPES[element.type];
  return makeSpec({
    ...common,
    type,
    periodFormat: follows,
    plain: !(follows || type >= TYPE_DT || values.kind !== 'any'),
    min: element.min,
    max: element.max,
    codes: coded ? deps.codes.add(values.codes) : 0,
    dictionary: coded && dictionary !== undefined ? deps.codes.add(dictionary) : 0,
    codeSet: values.kind === 'code-set' ? codeSetNamed(values.name) : undefined,
    name: source?.name ?? element.name,
    components: [],
    notes: [],
  });
}

/** Every spec is made here, so that all have one shape: the checker reads them by the million. */
function makeSpec(fields: Omit<ElementSpec, 'form' | 'requiredParts'>): ElementSpec {
  const { usage, type, min, max, codes, dictionary, codeSet, repeats, mandatory } = fields;
  const { periodFormat, plain, dataElement, name, components, notes } = fields;
  return {
    usage,
    form: formOf(fields),
    type,
    min,
    max,
    codes,
    dictionary,
    codeSet,
    repeats,
    mandatory,
    periodFormat,
    plain,
    dataElement,
    name,
    components,
    requiredParts: components.reduce(
      (mask, part, i) => (part.usage === USAGE_REQUIRED ? mask | (2 << i) : mask),
      0,
    ),
    notes,
  };
}

const FORMS: readonly number[] = [FORM_TEXT, FORM_TEXT, FORM_INTEGER, FORM_DECIMAL, FORM_DATE, FORM_OTHER];

function formOf(spec: Omit<ElementSpec, 'form' | 'requiredParts'>): number {
  const { usage, type, codes, codeSet, periodFormat, plain } = spec;
  if (usage === USAGE_NOT_USED || type === TYPE_COMPOSITE) return FORM_OTHER;
  if (plain) return FORMS[type] ?? FORM_OTHER;
  // A date, time or number that is held against a list as well is rare, and left to the slow way.
  if (type !== TYPE_AN && type !== TYPE_ID)
    return codes > 0 || codeSet !== undefined ? FORM_OTHER : (FORMS[type] ?? FORM_OTHER);
  if (codes > 0) return periodFormat ? FORM_OTHER : FORM_CODE;
  if (periodFormat) return FORM_PERIOD;
  return codeSet === undefined ? FORM_ANYTHING : FORM_CODE_SET;
}

function usageOf(source: ElementSource | undefined): number {
  if (source === undefined) return USAGE_NOT_USED;
  return source.usage === 'R' ? USAGE_REQUIRED : USAGE_SITUATIONAL;
}
