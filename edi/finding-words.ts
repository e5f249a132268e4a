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
  'element.date-range': (f) => [
    `${f.place} holds one day${f.value} where its qualifier RD8 names a range.`,
    'Send the first and the last day as CCYYMMDD-CCYYMMDD, also when they are the same.',
  ],
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
  'name.member-id': (f) => [
    `${f.place} is required when the subscriber is a person.`,
    'Send MI in NM108 and the member id in NM109.',
  ],
  'address.state-required': (f) => [
    `${f.place} is required for an address in the United States or Canada.`,
    'Send the state or province, or the country in N404 when it is another.',
  ],
  'address.zip-required': (f) => [
    `${f.place} is required for an address in the United States or Canada.`,
    'Send the ZIP or postal code, or the country in N404 when it is another.',
  ],
  'subscriber.relationship': (f) => [
    `A claim follows the subscriber, so the subscriber is the patient, but ${f.place} does not say so.`,
    'Send 18 in SBR02, or put the claim below a patient level (HL*..*23).',
  ],
  'subscriber.street': (f) => [
    `The subscriber is the patient, but ${f.segment} is missing in ${f.loop}.`,
    "Add N3 with the subscriber's street after NM1.",
  ],
  'subscriber.city': (f) => [
    `The subscriber is the patient, but ${f.segment} is missing in ${f.loop}.`,
    "Add N4 with the subscriber's city, state and ZIP code after N3.",
  ],
  'subscriber.birth-date': (f) => [
    `The subscriber is the patient, but ${f.segment} is missing in ${f.loop}.`,
    'Add DMG with birth date and gender after N4.',
  ],
  'subscriber.insurance-type': (f) => [
    `${f.place} is required when Medicare is not the primary payer.`,
    'Send why Medicare is secondary, such as 12 for working aged.',
  ],
  'subscriber.claim-filing': (f) => [
    `${f.place} is missing.`,
    'Send the claim filing indicator, such as CI, MB or MC.',
  ],
  'patient.required': () => [
    'The subscriber is not the patient, but no patient level follows.',
    'Send 18 in SBR02 when the subscriber is the patient; else add the patient level (HL*..*23) with the claim.',
  ],
  'patient.not-expected': () => [
    'SBR02 says that the subscriber is the patient, but a patient level follows.',
    'Leave SBR02 empty, or put the claim right below the subscriber.',
  ],
  'payer.sequence': (f) => [
    `${f.place} repeats the place of another payer of the claim${f.value}.`,
    'Give each payer of a claim a place of its own: P, S, T, A to H, or U when it is not known.',
  ],
  'payer.other-required': (f) => [
    `SBR01 says that another payer comes first, but the ${f.loop} is missing.`,
    'Add the other payer (SBR, OI, NM1*IL, NM1*PR), or send P in SBR01.',
  ],
  'claim.original-reference': () => [
    'The claim replaces or voids another, but does not name it.',
    "Add REF*F8 with the payer's number of the original claim.",
  ],
  'accident.date': () => [
    'The claim is related to an accident, but does not say when it was.',
    'Add DTP*439*D8 with the date of the accident.',
  ],
  'accident.state': (f) => [
    `${f.place} is required for an automobile accident.`,
    'Send the state where it was, or the country in CLM11-5 when it has no states.',
  ],
  'admission.date': () => [
    'The claim is for an inpatient, but has no admission date.',
    'Add DTP*435 with the date of the admission.',
  ],
  'admission.discharge-hour': () => [
    'The final claim of an inpatient stay has no discharge hour (DTP*096).',
    'Add DTP*096*TM*HHMM to the claim.',
  ],
  'admission.diagnosis': () => [
    'The claim is for an inpatient, but has no admitting diagnosis.',
    'Add HI*ABJ with the admitting diagnosis.',
  ],
  'ambulance.transport': () => [
    'The place of service is an ambulance, but nothing is said of the transport.',
    'Add CR1 with the reason and the distance.',
  ],
  'ambulance.pick-up': () => [
    'The claim is for transport by ambulance, but does not say from where.',
    'Add NM1*PW with N3 and N4 of the place of pick-up.',
  ],
  'ambulance.drop-off': () => [
    'The claim is for transport by ambulance, but does not say whereto.',
    'Add NM1*45 with N3 and N4 of the place of drop-off.',
  ],
  'attachment.control-number': (f) => [
    `${f.place} is required for an attachment that is sent.`,
    'Send AC in PWK05 and the number in PWK06, or AA in PWK02 when it is available on request.',
  ],
  'institutional.attending': () => [
    'The claim holds services of care, but does not name the attending provider.',
    'Add NM1*71 with the attending provider.',
  ],
  'dental.service-date': () => [
    'The claim does not say when its services were done.',
    'Add DTP*472 to the claim or to each line, or send PB in CLM19 for a predetermination.',
  ],
  'line.diagnosis-pointer': (f) => [
    `${f.place} points to a diagnosis that the claim does not have${f.value}.`,
    `The claim has ${f.limit} of them in HI: point to one of these, or add the diagnosis.`,
  ],
  'coordination.payer-unknown': (f) => [
    `${f.place} is not the id of an other payer of the claim${f.value}.`,
    'Send the NM109 of the 2330B of the payer that adjudicated the line.',
  ],
  'amount.too-large': (f) => [
    `${f.place} is larger than the guide allows${f.value}.`,
    'Send at most eight digits before the decimal point.',
  ],
  'amount.decimals': (f) => [
    `${f.place} has a fraction of a cent${f.value}.`,
    'Send at most two digits after the decimal point.',
  ],
  'amount.negative': (f) => [`${f.place} is below zero${f.value}.`, 'Charge zero or more.'],
  'claim.balance': (f) => [
    `The claim's total charge${f.value} is not the sum of its service lines.`,
    `The lines come to ${f.limit}.`,
  ],
  'coordination.claim-balance': (f) => [
    `What the other payer paid${f.value} does not balance with its adjustments.`,
    `The lines' payments (or the charge) less the claim's adjustments come to ${f.limit}.`,
  ],
  'coordination.line-balance': (f) => [
    `What the other payer paid and adjusted for the line${f.value} is not the line's charge.`,
    `The line's charge is ${f.limit}.`,
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
  'code-set.icd-procedure': (f) => [
    `${f.place} does not look like an ICD-10-PCS code${f.value}.`,
    'Send its seven letters and digits.',
  ],
  'code-set.npi': (f) => [
    `${f.place} is not an NPI: it has not ten digits, or its check digit is wrong${f.value}.`,
    'Send the ten digits of the National Provider Identifier.',
  ],
  'code-set.zip': (f) => [
    `${f.place} does not look like a ZIP code${f.value}.`,
    'Send five or nine digits without the hyphen, or the country in N404.',
  ],
  'code-set.billing-zip': (f) => [
    `${f.place} has no nine-digit ZIP code${f.value}.`,
    'Send ZIP+4 without the hyphen.',
  ],
  'code-set.taxonomy': (f) => [
    `${f.place} does not look like a taxonomy code${f.value}.`,
    'Send the ten letters and digits of the NUCC code.',
  ],
  'code-set.procedure': (f) => [
    `${f.place} does not look like a code of the list that its qualifier names${f.value}.`,
    'Send five characters: HCPCS such as 99213 or J1885, CDT such as D2150.',
  ],
  'code-set.modifier': (f) => [
    `${f.place} does not look like a modifier${f.value}.`,
    'Send two capital letters or digits.',
  ],
  'code-set.revenue': (f) => [
    `${f.place} does not look like a revenue code${f.value}.`,
    'Send its four digits, with the leading zero.',
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
  'code-set.billing-code': (f) => [
    `${f.place} does not look like a condition, occurrence or value code${f.value}.`,
    'Send its two characters.',
  ],
  'code-set.ndc': (f) => [
    `${f.place} does not look like a National Drug Code${f.value}.`,
    'Send its eleven digits (5-4-2) without hyphens.',
  ],
  'provider.billing-taxonomy': (f) => [
    `The payer matches billing providers by taxonomy, but ${f.segment} is missing in ${f.loop}.`,
    'Add PRV*BI*PXC with the taxonomy code after HL.',
  ],
};

/** The words of one finding. */
export function wordsOf(rule: RuleId, facts: WordFacts): readonly [plain: string, hint: string] {
  return WORDS[rule](facts);
}
