// Giving a second factor: which ways a user has, the form of each, and the check of what was sent. The sign-in and the
// asking again before a sensitive act share it.

import type { FastifyRequest } from 'fastify';
import type { FactorHolder, FactorOutcome } from '../auth/factor-guard.ts';
import type { PasskeySite } from '../auth/passkeys.ts';
import type { UserId } from '../domain/ids.ts';
import { TextField } from './field.tsx';
import type { FieldError, Fields } from './form.ts';
import { FormToken } from './layout.tsx';
import { readAssertion } from './passkey-answer.ts';
import { PasskeyForm } from './passkey-form.tsx';
import { passkeySite } from './passkey-site.ts';
import type { PortalContext } from './portal-deps.ts';
import type { PortalSettings } from './portal-settings.ts';

/** How the second factor is given. */
export type FactorWay = 'passkey' | 'totp' | 'recovery-code';

/** What a page needs to ask for a factor. */
export interface FactorQuestion {
  readonly way: FactorWay;
  /** The ways that this user has, the usual one first. */
  readonly ways: readonly FactorWay[];
  /** What the browser is asked when the way is a passkey. */
  readonly passkeyOptions: string | undefined;
}

/**
 * @param input.wanted the way that the person has chosen, if any
 * @returns undefined when the user has no way at all
 */
export async function askForFactor(
  context: PortalContext,
  input: { readonly who: FactorHolder; readonly request: FastifyRequest; readonly wanted: string },
): Promise<FactorQuestion | undefined> {
  const { who } = input;
  const site = passkeySite(context.settings, input.request);
  const ways = await waysOf(context, who.userId, site);
  const way = ways.find((one) => one === input.wanted) ?? ways[0];
  if (way === undefined) return undefined;
  const passkeyOptions =
    way === 'passkey' && site !== undefined ? await context.passkeys.ask(who, site) : undefined;
  return { way, ways, passkeyOptions };
}

async function waysOf(
  { secondFactors }: PortalContext,
  userId: UserId,
  site: PasskeySite | undefined,
): Promise<readonly FactorWay[]> {
  const { factors, recoveryCodesLeft } = await secondFactors.holdings(userId);
  const ways: FactorWay[] = [];
  if (factors.some(({ kind, rpId }) => kind === 'passkey' && rpId === site?.rpId)) ways.push('passkey');
  if (factors.some(({ kind }) => kind === 'totp')) ways.push('totp');
  if (recoveryCodesLeft > 0) ways.push('recovery-code');
  return ways;
}

/** Checks what a form of one of the ways has brought. */
export async function checkFactor(
  { secondFactors, passkeys, settings }: PortalContext,
  input: { readonly who: FactorHolder; readonly request: FastifyRequest; readonly fields: Fields },
): Promise<FactorOutcome> {
  const { who, request, fields } = input;
  switch (fields('way')) {
    case 'passkey': {
      const site = passkeySite(settings, request);
      const signed = readAssertion(fields('passkey'));
      if (site === undefined || signed === undefined) return { kind: 'refused', why: 'expired' };
      return passkeys.check(who, { site, signed });
    }
    case 'recovery-code':
      return secondFactors.checkRecoveryCode(who, fields('code'));
    default:
      return secondFactors.checkTotp(who, fields('code'));
  }
}

interface FactorFormProps {
  readonly question: FactorQuestion;
  readonly formToken: string;
  /** Where the form goes. */
  readonly action: string;
  readonly errors: readonly FieldError[];
}

/** The form of one way. */
export function FactorForm(props: FactorFormProps) {
  const { way, passkeyOptions } = props.question;
  if (passkeyOptions !== undefined) {
    return <PasskeyForm {...props} kind="use" options={passkeyOptions} button="Use your passkey" />;
  }
  return (
    <form method="post" action={props.action} class="cg-form" noValidate={true}>
      <FormToken token={props.formToken} />
      <input type="hidden" name="way" value={way} />
      {way === 'totp' ? (
        <TextField
          id="code"
          label="6-digit code"
          hint="Your authenticator app shows it. It changes every 30 seconds."
          type="text"
          autocomplete="one-time-code"
          inputMode="numeric"
          errors={props.errors}
        />
      ) : (
        <TextField
          id="code"
          label="Recovery code"
          hint="One of the ten codes that you saved, such as 7H2KM-Q9R4T. Each works once."
          type="text"
          autocomplete="off"
          errors={props.errors}
        />
      )}
      <button type="submit" class="usa-button">
        Confirm
      </button>
    </form>
  );
}

const wayNames: Readonly<Record<FactorWay, string>> = {
  passkey: 'Use a passkey',
  totp: 'Use a code of your authenticator app',
  'recovery-code': 'Use a recovery code',
};

/**
 * The other ways that the user has, and what to do when there is none.
 * @param props.pathOf the page that asks for one
 */
export function OtherWays(props: {
  readonly question: FactorQuestion;
  readonly settings: PortalSettings;
  readonly pathOf: (way: FactorWay) => string;
}) {
  const { question } = props;
  const others = question.ways.filter((way) => way !== question.way);
  return (
    <section aria-labelledby="other-ways">
      <h2 id="other-ways">Use another way</h2>
      <ul class="usa-list">
        {others.map((way) => (
          <li>
            <a href={props.pathOf(way)}>{wayNames[way]}</a>
          </li>
        ))}
        <li>
          If you have lost your device and your recovery codes, ask for help: {props.settings.supportText}{' '}
          Your second factor can be reset, and then you make a new one.
        </li>
      </ul>
    </section>
  );
}
