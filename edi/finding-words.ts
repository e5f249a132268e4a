/** The plain words and the hint of every finding. One sentence each, in the words of the person who must fix it. */
import type { RuleId } from './rule-facts.ts';

/** What the words may speak of; empty when it does not apply. */
export type WordFacts = {
  /** `NM1 (Billing Provider Name)`. */
  readonly segment: string;
  /** `loop 2010AA (Billing Provider Name)`, or `the transaction set`. */
  readonly loop: string;
  /** `NM109 (Billing Provider Identifier)`. */
  readonly place: string;
  /** The value found, in quotes and with a leading space, or empty when it may not be shown. */
  readonly value: string;
  /** A limit: how often, how long, what was expected. */
  readonly limit: string;
};

type Words = (facts: WordFacts) => readonly [plain: string, hint: string];

const WORDS: Readonly<Record<RuleId, Words>> = {
  'segment.unknown': (f) => [
    `The segment id${f.value} is not an X12 segment id.`,
    'Check the segment terminator before it, and remove or correct the segment.',
  ],
  'segment.id': (f) => [
    `The segment id of ${f.segment} has white space around it.`,
    'Begin the segment right after the terminator of the one before it.',
  ],
  'segment.too-long': (f) => [
    `The segment ${f.segment} is longer than ${f.limit} bytes.`,
    'A segment terminator is probably missing.',
  ],
  'segment.not-in-set': (f) => [
    `The segment ${f.segment} does not belong to this transaction set.`,
    'Remove it.',
  ],
  'segment.unexpected': (f) => [
    `The segment ${f.segment} is not expected in ${f.loop}.`,
    'Move it to the loop it belongs to, or add the segment that opens that loop.',
  ],
  'segment.not-used': (f) => [
    `The implementation guide does not use the segment ${f.segment} here.`,
    'Remove it.',
  ],
  'segment.required': (f) => [
    `The required segment ${f.segment} is missing in ${f.loop}.`,
    'Add it before the segment at this position.',
  ],
  'segment.order': (f) => [
    `The segment ${f.segment} comes too late in ${f.loop}.`,
    'Send the segments of a loop in the order of the implementation guide.',
  ],
  'segment.max-use': (f) => [
    `The segment ${f.segment} occurs more than ${f.limit} in ${f.loop}.`,
    'Remove the additional ones.',
  ],
  'loop.required': (f) => [
    `The required ${f.loop} is missing; it begins with ${f.segment}.`,
    'Add the loop before the segment at this position.',
  ],
  'loop.max-use': (f) => [`The ${f.loop} occurs more than ${f.limit}.`, 'Remove the additional ones.'],
  'element.required': (f) => [`${f.place} is required and missing.`, 'Send a value.'],
  'element.mandatory': (f) => [`${f.place} is mandatory and missing.`, 'Send a value.'],
  'element.conditional': (f) => [`${f.place} is missing, but another element requires it.`, f.limit],
  'element.exclusive': (f) => [`${f.place} may not be sent together with another element.`, f.limit],
  'element.too-many': (f) => [
    `${f.segment} has more than ${f.limit} elements.`,
    'Remove what follows, or check for an element separator inside the data.',
  ],
  'element.too-short': (f) => [`${f.place} is too short${f.value}.`, `Send at least ${f.limit} characters.`],
  'element.too-long': (f) => [`${f.place} is too long${f.value}.`, `Send at most ${f.limit} characters.`],
  'element.character': (f) => [
    `${f.place} holds a character that X12 does not allow.`,
    'Send letters, digits and the punctuation of the basic and extended character sets only.',
  ],
  'element.number': (f) => [
    `${f.place} is not a number${f.value}.`,
    'Send digits, and a decimal point where the type allows one.',
  ],
  'element.code': (f) => [`${f.place} holds a code that does not exist${f.value}.`, f.limit],
  'element.code-not-used': (f) => [
    `${f.place} holds a code that the implementation guide does not allow here${f.value}.`,
    f.limit,
  ],
  'element.date': (f) => [`${f.place} is not a valid date${f.value}.`, f.limit],
  'element.time': (f) => [`${f.place} is not a valid time${f.value}.`, 'Send HHMM, HHMMSS or HHMMSSDD.'],
  'element.repetitions': (f) => [`${f.place} may not repeat so often.`, `Send at most ${f.limit}.`],
  'element.components': (f) => [
    `${f.place} has too many components.`,
    'Remove what follows, or check for a component separator inside the data.',
  ],
  'element.not-used': (f) => [`The implementation guide does not use ${f.place}.`, 'Leave it empty.'],
  'element.trailing-delimiters': (f) => [
    `${f.segment} ends in delimiters with nothing after them.`,
    'End the segment after its last value.',
  ],
  'hierarchy.id': (f) => [
    `HL01 is not the next number${f.value}.`,
    `Number the HL segments from 1 without gaps: ${f.limit} is next.`,
  ],
  'hierarchy.parent': (f) => [
    `HL02 does not name the level it stands under${f.value}.`,
    `Send the HL01 of the level above: ${f.limit}.`,
  ],
  'hierarchy.child-code': (f) => [`HL04 does not say what follows${f.value}.`, f.limit],
  'line.number': (f) => [
    `LX01 is not the next line number${f.value}.`,
    `Number the lines of a claim from 1: ${f.limit} is next.`,
  ],
  'set.no-claim': () => ['The transaction set holds no claim.', 'Send at least one CLM.'],
  'name.first-required': (f) => [
    `${f.place} is required for a person.`,
    'Send the first name, or change NM102 to 2.',
  ],
  'claim.original-reference': () => [
    'The claim replaces or voids another, but does not name it.',
    "Add REF*F8 with the payer's number of the original claim.",
  ],
  'claim.balance': (f) => [
    `The claim's total charge${f.value} is not the sum of its service lines.`,
    `The lines come to ${f.limit}.`,
  ],
  'code-set.state': (f) => [
    `${f.place} is not a state or province${f.value}.`,
    'Send the two-letter code of a US state or territory or a Canadian province.',
  ],
  'code-set.place-of-service': (f) => [
    `${f.place} is not a place of service${f.value}.`,
    'Send a code of the CMS place of service list.',
  ],
  'code-set.country': (f) => [
    `${f.place} is not a country code${f.value}.`,
    'Send the two-letter code of ISO 3166.',
  ],
  'code-set.currency': (f) => [
    `${f.place} is not a currency code${f.value}.`,
    'Send the three-letter code of ISO 4217.',
  ],
  'code-set.remark': (f) => [
    `${f.place} is not a remark code${f.value}.`,
    'Send a remittance advice remark code such as N130 or MA01.',
  ],
  'code-set.diagnosis': (f) => [
    `${f.place} does not look like a diagnosis code${f.value}.`,
    'Send the code without its decimal point.',
  ],
  'code-set.taxonomy': (f) => [
    `${f.place} does not look like a provider taxonomy code${f.value}.`,
    'Send the ten letters and digits of the NUCC taxonomy code.',
  ],
  'code-set.tooth': (f) => [
    `${f.place} is not a tooth${f.value}.`,
    'Send 1 to 32 or A to T; supernumerary teeth are 51 to 82 and AS to TS.',
  ],
  'code-set.oral-cavity': (f) => [
    `${f.place} is not an area of the oral cavity${f.value}.`,
    'Send 00, 01, 02, a quadrant (10, 20, 30, 40) or a sextant (03 to 08).',
  ],
  'code-set.facility-type': (f) => [
    `${f.place} does not look like the first two digits of a type of bill${f.value}.`,
    'Send two digits from 1 to 9, such as 11 or 13.',
  ],
  'code-set.npi': (f) => [
    `${f.place} is not an NPI: its check digit is wrong${f.value}.`,
    'Send the ten digits of the National Provider Identifier.',
  ],
  'code-set.billing-zip': (f) => [
    `${f.place} has no nine-digit ZIP code${f.value}.`,
    'Send ZIP+4 without the hyphen.',
  ],
};

/** The words of one finding. */
export function wordsOf(rule: RuleId, facts: WordFacts): readonly [plain: string, hint: string] {
  return WORDS[rule](facts);
}
