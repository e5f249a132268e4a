/**
 * Code sets that others than X12 maintain, as far as they are free to carry: lists where they are short and public,
 * forms where they are long or licensed. A guide names them as `@name`. SNIP type 5.
 */
import type { RuleId } from './rule-facts.ts';

const STATES = new Set(
  `AA AE AK AL AP AR AS AZ CA CO CT DC DE FL FM GA GU HI IA ID IL IN KS KY LA MA MD ME MH MI MN MO MP MS MT NC ND
NE NH NJ NM NV NY OH OK OR PA PR PW RI SC SD TN TX UM UT VA VI VT WA WI WV WY
AB BC MB NB NF NL NS NT NU ON PE PQ QC SK YT`.split(/\s+/),
);

/** CMS place of service codes. */
const PLACES_OF_SERVICE = new Set(
  `01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 31 32 33 34 41 42 49 50 51 52 53
54 55 56 57 58 60 61 62 65 66 71 72 81 99`.split(/\s+/),
);

/** Universal tooth numbering: permanent, primary, and their supernumerary teeth. Leading zeros are let pass. */
const TOOTH = /^(0?[1-9]|[12]\d|3[0-2]|5[1-9]|[67]\d|8[0-2]|[A-T]S?)$/;

/** Areas of the oral cavity: whole, arches, sextants, other, quadrants, sides (4010). */
const ORAL_CAVITY = /^(0\d|[1234]0|L|R)$/;

export type CodeSet = { readonly rule: RuleId; readonly has: (value: string) => boolean };

const CODE_SETS: ReadonlyMap<string, CodeSet> = new Map<string, CodeSet>([
  ['state', { rule: 'code-set.state', has: (value) => STATES.has(value) }],
  ['place-of-service', { rule: 'code-set.place-of-service', has: (value) => PLACES_OF_SERVICE.has(value) }],
  ['country', { rule: 'code-set.country', has: (value) => /^[A-Z]{2,3}$/.test(value) }],
  ['currency', { rule: 'code-set.currency', has: (value) => /^[A-Z]{3}$/.test(value) }],
  ['taxonomy', { rule: 'code-set.taxonomy', has: (value) => /^[0-9A-Z]{10}$/.test(value) }],
  ['tooth', { rule: 'code-set.tooth', has: (value) => TOOTH.test(value) }],
  ['oral-cavity', { rule: 'code-set.oral-cavity', has: (value) => ORAL_CAVITY.test(value) }],
  ['facility-type', { rule: 'code-set.facility-type', has: (value) => /^[1-9]{2}$/.test(value) }],
  ['remark', { rule: 'code-set.remark', has: (value) => /^(M|MA|N)\d{1,4}$/.test(value) }],
]);

/** The code set a guide names; undefined when Claimgate does not carry it, so that nothing is checked. */
export function codeSetNamed(name: string): CodeSet | undefined {
  return CODE_SETS.get(name);
}
