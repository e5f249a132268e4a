// What the pages say of second factors: names, refusals. One place, so that the sign-in, the managing of factors and the
// asking again read the same.

import type { FactorOutcome } from '../auth/factor-guard.ts';
import type { AddedFactorOutcome } from '../auth/second-factors.ts';
import type { FieldError } from './form.ts';
import { printEndOfWait } from './moment.tsx';
import type { PortalSettings } from './portal-settings.ts';

/** Why a factor was not taken, and at which field. */
export function explainFactorRefusal(
  outcome: Exclude<FactorOutcome, { readonly kind: 'accepted' }>,
  input: { readonly field: string; readonly settings: PortalSettings },
): FieldError {
  if (outcome.kind === 'blocked') {
    const until = printEndOfWait(outcome.untilMs, input.settings);
    return { field: 'form', text: `There were too many wrong codes. Wait until ${until}, then try again.` };
  }
  const texts = {
    wrong:
      'That was not right. Check that you use the entry for this site, and that the code is the newest one.',
    used: 'This code was used already. Wait for the next one, and enter that.',
    expired: 'That took too long. Try again.',
  } as const;
  return { field: input.field, text: texts[outcome.why] };
}

/** Why a new factor was not added. */
export function explainEnrolmentRefusal(
  outcome: Extract<AddedFactorOutcome, { readonly kind: 'refused' }>,
  input: { readonly field: string },
): FieldError {
  switch (outcome.why) {
    case 'wrong':
      return {
        field: input.field,
        text: 'The code is not right. Enter the newest code that the app shows, and check that the clock of the device is right.',
      };
    case 'expired':
      return {
        field: 'form',
        text: 'That took too long, so a new key was made. Begin again with the key below.',
      };
    case 'taken':
      return { field: 'form', text: 'This passkey is registered already. Use another one.' };
    case 'too-many':
      return { field: 'form', text: 'You have as many second factors as you can have. Remove one first.' };
    case 'not-first':
      return {
        field: 'form',
        text: 'You have a second factor already. Sign in with it, and add others then.',
      };
  }
}
