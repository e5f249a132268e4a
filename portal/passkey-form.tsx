// The form that makes or uses a passkey: the page's script asks the browser, puts the answer into the form, and sends it
// as any other form.

import type { ComponentChildren } from 'preact';
import { assetPaths } from './asset-paths.ts';
import { FormToken } from './layout.tsx';

export interface PasskeyFormProps {
  readonly kind: 'make' | 'use';
  readonly action: string;
  readonly formToken: string;
  /** What the browser is asked, as JSON. */
  readonly options: string;
  readonly button: string;
  /** Further fields. */
  readonly children?: ComponentChildren;
}

export function PasskeyForm(props: PasskeyFormProps) {
  return (
    <>
      <script src={assetPaths.webauthn} defer={true} />
      <script src={assetPaths.passkeyScript} defer={true} />
      <p class="cg-plain-only">
        A passkey needs JavaScript, which is off in this browser. Use another way, below.
      </p>
      <form
        method="post"
        action={props.action}
        class="cg-form cg-script-only"
        data-passkey={props.kind}
        data-options={props.options}
        noValidate={true}
      >
        <FormToken token={props.formToken} />
        <input type="hidden" name="way" value="passkey" />
        <input type="hidden" name="passkey" value="" />
        {props.children}
        <button type="submit" class="usa-button">
          {props.button}
        </button>
        <p id="passkey-said" role="alert"></p>
      </form>
    </>
  );
}
