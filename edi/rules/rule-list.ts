/** All rules, in the order in which they speak. */
import type { Rule } from '../rule.ts';
import { claimRules } from './claim.ts';
import { codeFormRules } from './code-forms.ts';
import { hierarchyRules } from './hierarchy.ts';
import { nameRules } from './names.ts';

export const ALL_RULES: readonly Rule[] = [...hierarchyRules, ...nameRules, ...codeFormRules, ...claimRules];
