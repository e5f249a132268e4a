/**
 * Every rule that the engine itself checks, in one table: its SNIP type and what the default profile makes of it.
 * The ids are stable: partners' profiles, reports and the journal use them. Rules that read claims are in edi/rules/.
 */
import type { Severity, SnipType } from './finding.ts';

export type RuleFacts = { readonly snip: SnipType; readonly severity: Severity };

const SYNTAX = { snip: 1, severity: 'reject' } as const;
const GUIDE = { snip: 2, severity: 'reject' } as const;
const SITUATION = { snip: 4, severity: 'reject' } as const;
const CODE_SET = { snip: 5, severity: 'reject' } as const;

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
  // Situational rules of the guides.
  'name.first-required': SITUATION,
  'claim.original-reference': SITUATION,
  // Balancing.
  'claim.balance': { snip: 3, severity: 'report' },
  // External code sets, by form or by list.
  'code-set.state': CODE_SET,
  'code-set.place-of-service': CODE_SET,
  'code-set.country': CODE_SET,
  'code-set.currency': CODE_SET,
  'code-set.remark': CODE_SET,
  'code-set.diagnosis': CODE_SET,
  'code-set.taxonomy': CODE_SET,
  'code-set.tooth': CODE_SET,
  'code-set.oral-cavity': CODE_SET,
  'code-set.facility-type': { snip: 5, severity: 'report' },
  'code-set.npi': { snip: 5, severity: 'report' },
  'code-set.billing-zip': { snip: 5, severity: 'report' },
} as const satisfies Readonly<Record<string, RuleFacts>>;

export type RuleId = keyof typeof RULE_FACTS;
