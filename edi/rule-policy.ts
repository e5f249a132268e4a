/** What one partner's profile makes of each rule, worked out once per file. */
import type { Severity } from './finding.ts';
import type { EdiProfile } from './profile.ts';
import { RULE_FACTS, type RuleFacts, type RuleId } from './rule-facts.ts';

export type RulePolicy = {
  /** The severity of a rule for this partner. */
  readonly severityOf: (rule: RuleId) => Severity;
};

/**
 * Resolves severities: by rule id, else by SNIP type, else the rule's default. `strictProfile` raises by SNIP type,
 * so a rule's default of `report` does not survive it.
 */
export function createRulePolicy(profile: EdiProfile): RulePolicy {
  const severities = new Map<RuleId, Severity>();
  for (const [id, facts] of Object.entries(RULE_FACTS) as [RuleId, RuleFacts][])
    severities.set(id, profile.severities[id] ?? profile.snipSeverities[facts.snip] ?? facts.severity);
  return { severityOf: (rule) => severities.get(rule) ?? 'reject' };
}
