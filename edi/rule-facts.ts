/**
 * Every rule that the engine itself checks, in one table: its SNIP type and what the default profile makes of it.
 * The ids are stable: partners' profiles, reports and the journal use them. Rules that read claims are in edi/rules/.
 */
import type { Severity, SnipType } from './finding.ts';

export type RuleFacts = { readonly snip: SnipType; readonly severity: Severity };

const SYNTAX = { snip: 1, severity: 'reject' } as const;
const GUIDE = { snip: 2, severity: 'reject' } as const;
const SITUATION = { snip: 4, severity: 'reject' } as const;
const BALANCE = { snip: 3, severity: 'report' } as const;
const CODE_SET = { snip: 5, severity: 'reject' } as const;
const FORM = { snip: 5, severity: 'report' } as const;

export const RULE_FACTS = {
  // Segments: X231A1 IK304.
  'segment.unknown': SYNTAX,
  'segment.id': SYNTAX,
  'segment.too-long': SYNTAX,
  'segment.not-in-set': SYNTAX,
  'segment.unexpected': GUIDE,
  'segment.not-used': GUIDE,
  'segment.required': GUIDE,
  'segment.order': SYNTAX,
  'segment.max-use': GUIDE,
  'loop.required': GUIDE,
  'loop.max-use': GUIDE,
  // Elements: X231A1 IK403.
  'element.required': GUIDE,
  'element.mandatory': SYNTAX,
  'element.conditional': SYNTAX,
  'element.exclusive': SYNTAX,
  'element.too-many': SYNTAX,
  'element.too-short': SYNTAX,
  'element.too-long': SYNTAX,
  'element.character': SYNTAX,
  'element.number': SYNTAX,
  'element.code': SYNTAX,
  'element.code-not-used': GUIDE,
  'element.date': SYNTAX,
  // An example that X12 itself publishes as valid has one day for a stay of one day.
  'element.date-range': { snip: 1, severity: 'report' },
  'element.time': SYNTAX,
  'element.repetitions': SYNTAX,
  'element.components': SYNTAX,
  'element.not-used': GUIDE,
  // RFI 1498: trailing delimiters must be suppressed, but no code is laid down for them.
  'element.trailing-delimiters': { snip: 1, severity: 'report' },
  // Hierarchy and line numbers.
  'hierarchy.id': GUIDE,
  'hierarchy.parent': GUIDE,
  'hierarchy.child-code': { snip: 2, severity: 'report' },
  'line.number': GUIDE,
  'set.no-claim': { snip: 2, severity: 'reject' },
  // Situational rules of the guides: "required when", as far as the file itself decides.
  'name.first-required': SITUATION,
  'name.member-id': SITUATION,
  'address.state-required': SITUATION,
  'address.zip-required': SITUATION,
  'subscriber.relationship': SITUATION,
  'subscriber.street': SITUATION,
  'subscriber.city': SITUATION,
  'subscriber.birth-date': SITUATION,
  'subscriber.insurance-type': SITUATION,
  'subscriber.claim-filing': { snip: 4, severity: 'report' },
  'patient.required': SITUATION,
  'patient.not-expected': SITUATION,
  'payer.sequence': SITUATION,
  'payer.other-required': { snip: 4, severity: 'report' },
  'claim.original-reference': SITUATION,
  'accident.date': SITUATION,
  'accident.state': SITUATION,
  'admission.date': SITUATION,
  'admission.diagnosis': SITUATION,
  'admission.discharge-hour': SITUATION,
  'ambulance.transport': SITUATION,
  'ambulance.pick-up': SITUATION,
  'ambulance.drop-off': SITUATION,
  'attachment.control-number': SITUATION,
  'institutional.attending': SITUATION,
  // X12's own dental examples leave the date out.
  'dental.service-date': { snip: 4, severity: 'report' },
  'line.diagnosis-pointer': SITUATION,
  'coordination.payer-unknown': SITUATION,
  // Amounts: X12 lets eighteen digits pass, the guides ten.
  'amount.too-large': GUIDE,
  'amount.decimals': { snip: 2, severity: 'report' },
  'amount.negative': { snip: 4, severity: 'report' },
  // Balancing: a 277CA tells of it, so it does not reject by default.
  'claim.balance': BALANCE,
  'coordination.claim-balance': BALANCE,
  'coordination.line-balance': BALANCE,
  // External code sets, by list.
  'code-set.state': CODE_SET,
  'code-set.place-of-service': CODE_SET,
  'code-set.country': CODE_SET,
  'code-set.currency': CODE_SET,
  'code-set.remark': CODE_SET,
  'code-set.tooth': CODE_SET,
  'code-set.oral-cavity': CODE_SET,
  'code-set.taxonomy': CODE_SET,
  'code-set.facility-type': FORM,
  // External code sets, by form.
  'code-set.diagnosis': CODE_SET,
  'code-set.icd-procedure': CODE_SET,
  'code-set.npi': FORM,
  'code-set.zip': FORM,
  'code-set.billing-zip': FORM,
  'code-set.procedure': FORM,
  'code-set.modifier': FORM,
  'code-set.revenue': FORM,
  'code-set.billing-code': FORM,
  'code-set.ndc': FORM,
  // What payers ask beyond the guide.
  'provider.billing-taxonomy': { snip: 7, severity: 'off' },
} as const satisfies Readonly<Record<string, RuleFacts>>;

export type RuleId = keyof typeof RULE_FACTS;

/** Whether the engine has a rule of this id. */
export function isRuleId(id: string): id is RuleId {
  return Object.hasOwn(RULE_FACTS, id);
}
