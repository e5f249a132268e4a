// Asking for a code by mail, and giving it: who may, and the two forms of it. The sign-in and the asking again share it.

import type { EmailCodes } from '../auth/email-code.ts';
import type { FactorHolder } from '../auth/factor-guard.ts';
import type { User } from '../storage/user-store.ts';
import { Alert } from './alert.tsx';
import { explainFactorRefusal } from './factor-words.ts';
import { TextField } from './field.tsx';
import type { FieldError, Fields } from './form.ts';
import { FormToken } from './layout.tsx';
import { printEndOfWait } from './moment.tsx';
import type { PortalContext } from './portal-deps.ts';

/**
 * @returns what sends and checks codes; undefined when this user gets none: where the operator has not turned it on, where
 *   another identity provider proves who it is, or when the user has a second factor, which a mailbox must not get around
 */
export async function emailCodesFor(
  { emailCodes, provider, settings, secondFactors }: PortalContext,
  user: Pick<User, 'id' | 'status' | 'email'>,
): Promise<EmailCodes | undefined> {
  if (emailCodes === undefined || provider !== undefined || settings.secondFactor !== 'required')
    return undefined;
  // Nobody is active whose address was not proved, or vouched for by the administrator who typed it.
  if (user.status !== 'active' || user.email === '') return undefined;
  const { factors } = await secondFactors.holdings(user.id);
  return factors.length === 0 ? emailCodes : undefined;
}

export type EmailCodeResult =
  | { readonly kind: 'sent' }
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly status: 422 | 429; readonly error: FieldError };

/** Does what one of the two forms asks for: sends a code, or checks one. */
export async function takeEmailCodeForm(
  { settings }: PortalContext,
  input: { readonly codes: EmailCodes; readonly who: FactorHolder; readonly fields: Fields },
): Promise<EmailCodeResult> {
  const { codes, who, fields } = input;
  if (fields('act') === 'send') {
    const sent = await codes.send(who);
    if (sent.kind === 'sent') return sent;
    const until = printEndOfWait(sent.untilMs, settings);
    const text = `You were sent too many codes. Wait until ${until}, then ask for another one.`;
    return { kind: 'refused', status: 429, error: { field: 'form', text } };
  }
  const outcome = await codes.check(who, fields('code'));
  if (outcome.kind === 'accepted') return { kind: 'accepted' };
  if (outcome.kind === 'blocked')
    return {
      kind: 'refused',
      status: 429,
      error: explainFactorRefusal(outcome, { field: 'code', settings }),
    };
  const text = 'The code is not right, or its time is over. Enter the newest one, or have another one sent.';
  return { kind: 'refused', status: 422, error: { field: 'code', text } };
}

/** The two forms: have a code sent, and enter it. */
export function EmailCodeForms(props: {
  readonly codeMs: number;
  readonly action: string;
  readonly formToken: string;
  readonly sent: boolean;
  readonly errors: readonly FieldError[];
}) {
  const minutes = Math.round(props.codeMs / 60_000);
  return (
    <>
      {props.sent ? (
        <Alert kind="success" heading="The code is on its way">
          Look into the mailbox of your e-mail address, also among what was sorted out as junk.
        </Alert>
      ) : null}
      <form method="post" action={props.action} class="cg-form">
        <FormToken token={props.formToken} />
        <input type="hidden" name="act" value="send" />
        <button type="submit" class={`usa-button${props.sent ? ' usa-button--outline' : ''}`}>
          {props.sent ? 'Send another code' : 'Send a code to my e-mail address'}
        </button>
      </form>
      <form method="post" action={props.action} class="cg-form" noValidate={true}>
        <FormToken token={props.formToken} />
        <input type="hidden" name="act" value="check" />
        <TextField
          id="code"
          label="6-digit code"
          hint={`From the newest mail. It is good for ${minutes} minutes, and once.`}
          type="text"
          autocomplete="one-time-code"
          inputMode="numeric"
          errors={props.errors}
        />
        <button type="submit" class="usa-button">
          Confirm
        </button>
      </form>
    </>
  );
}
