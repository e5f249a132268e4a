/** All rules, in the order in which they speak of one segment: who opens a claim first, who closes it last. */
import type { Rule } from '../rule.ts';
import { accidentRules } from './accident.ts';
import { admissionRules } from './admission.ts';
import { ambulanceRules } from './ambulance.ts';
import { attachmentRules } from './attachments.ts';
import { claimRules } from './claim.ts';
import { codeFormRules } from './code-forms.ts';
import { coordinationRules } from './coordination.ts';
import { dentalRules } from './dental.ts';
import { diagnosisRules } from './diagnoses.ts';
import { hierarchyRules } from './hierarchy.ts';
import { institutionalRules } from './institutional.ts';
import { nameRules } from './names.ts';
import { providerRules } from './provider.ts';
import { subscriberRules } from './subscriber.ts';

export const ALL_RULES: readonly Rule[] = [
  ...hierarchyRules,
  ...subscriberRules,
  ...claimRules,
  ...nameRules,
  ...providerRules,
  ...diagnosisRules,
  ...codeFormRules,
  ...attachmentRules,
  ...accidentRules,
  ...admissionRules,
  ...ambulanceRules,
  ...dentalRules,
  ...institutionalRules,
  ...coordinationRules,
];
