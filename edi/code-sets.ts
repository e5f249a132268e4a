/**
 * Code sets that others than X12 maintain, as far as they are free to carry: lists where they are short and public,
 * forms where they are long or licensed. A guide names them as `@name`. SNIP type 5.
 */
import { CodeTable } from './code-table.ts';
import type { RuleId } from './rule-facts.ts';

const STATES =
  `AA AE AK AL AP AR AS AZ CA CO CT DC DE FL FM GA GU HI IA ID IL IN KS KY LA MA MD ME MH MI MN MO MP MS MT NC ND
NE NH NJ NM NV NY OH OK OR PA PR PW RI SC SD TN TX UM UT VA VI VT WA WI WV WY
AB BC MB NB NF NL NS NT NU ON PE PQ QC SK YT`.split(/\s+/);

/** CMS place of service codes. */
const PLACES_OF_SERVICE =
  `01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 31 32 33 34 41 42 49 50 51 52 53
54 55 56 57 58 60 61 62 65 66 71 72 81 99`.split(/\s+/);

/** Universal tooth numbering: permanent, primary, and their supernumerary teeth. Leading zeros are let pass. */
const TEETH = [
  ...numbers(1, 32),
  ...numbers(51, 82),
  ...numbers(1, 9).map((number) => `0${number}`),
  ...[...'ABCDEFGHIJKLMNOPQRST'].flatMap((letter) => [letter, `${letter}S`]),
];

/** Areas of the oral cavity: whole, arches, sextants, other, quadrants, sides (4010). */
const ORAL_CAVITY = [...numbers(0, 9).map((number) => `0${number}`), '10', '20', '30', '40', 'L', 'R'];

type Test = (bytes: Uint8Array, start: number, end: number) => boolean;

/** What a code looks like, as data: one of a list, made of certain characters, or what only the test itself knows. */
type Look =
  | { readonly kind: 'list'; readonly codes: readonly string[] }
  | {
      readonly kind: 'made';
      readonly first: string;
      readonly last: string;
      readonly least: number;
      readonly most: number;
      readonly orDigits: boolean;
    }
  | { readonly kind: 'test' };

type Form = { readonly has: Test; readonly look: Look };

export type CodeSet = Form & { readonly rule: RuleId };

function numbers(first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, i) => String(first + i));
}

function oneOf(codes: readonly string[]): Form {
  const table = new CodeTable();
  const id = table.add(codes);
  const has: Test = (bytes, start, end) => table.has(id, bytes, start, end);
  return { has, look: { kind: 'list', codes } };
}

/** Between `least` and `most` bytes, each from `first` to `last`, or a digit where digits are let pass. */
function madeOf(first: string, last: string, least: number, most: number, orDigits = false): Form {
  const from = first.charCodeAt(0);
  const to = last.charCodeAt(0);
  const has: Test = (bytes, start, end) => {
    if (end - start < least || end - start > most) return false;
    for (let i = start; i < end; i += 1) {
      const byte = bytes[i] as number;
      if ((byte < from || byte > to) && !(orDigits && byte >= 0x30 && byte <= 0x39)) return false;
    }
    return true;
  };
  return { has, look: { kind: 'made', first, last, least, most, orDigits } };
}

function isRemark(bytes: Uint8Array, start: number, end: number): boolean {
  return /^(M|MA|N)\d{1,4}$/.test(String.fromCharCode(...bytes.subarray(start, Math.min(end, start + 8))));
}

const CODE_SETS: ReadonlyMap<string, CodeSet> = new Map<string, CodeSet>([
  ['state', { rule: 'code-set.state', ...oneOf(STATES) }],
  ['place-of-service', { rule: 'code-set.place-of-service', ...oneOf(PLACES_OF_SERVICE) }],
  ['country', { rule: 'code-set.country', ...madeOf('A', 'Z', 2, 3) }],
  ['currency', { rule: 'code-set.currency', ...madeOf('A', 'Z', 3, 3) }],
  ['taxonomy', { rule: 'code-set.taxonomy', ...madeOf('A', 'Z', 10, 10, true) }],
  ['tooth', { rule: 'code-set.tooth', ...oneOf(TEETH) }],
  ['oral-cavity', { rule: 'code-set.oral-cavity', ...oneOf(ORAL_CAVITY) }],
  ['facility-type', { rule: 'code-set.facility-type', ...madeOf('1', '9', 2, 2) }],
  ['remark', { rule: 'code-set.remark', has: isRemark, look: { kind: 'test' } }],
]);

/** The code set a guide names; undefined when Claimgate does not carry it, so that nothing is checked. */
export function codeSetNamed(name: string): CodeSet | undefined {
  return CODE_SETS.get(name);
}
