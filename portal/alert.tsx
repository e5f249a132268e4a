// The boxes that say what happened. Each says it in words; the colour and the icon only repeat it.

import type { ComponentChildren } from 'preact';
import type { FieldError } from './form.ts';

/** A box with a heading, in the USWDS look. */
export function Alert(props: {
  readonly kind: 'success' | 'info' | 'warning' | 'error';
  readonly heading: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class={`usa-alert usa-alert--${props.kind}`} role={props.kind === 'error' ? 'alert' : 'status'}>
      <div class="usa-alert__body">
        <h2 class="usa-alert__heading">{props.heading}</h2>
        <div class="usa-alert__text">{props.children}</div>
      </div>
    </div>
  );
}

/**
 * The summary of what is wrong with a form, at the top of the page and focused when the page opens, so that a screen
 * reader begins with it; each line leads to its field.
 */
export function ErrorSummary(props: { readonly errors: readonly FieldError[] }) {
  if (props.errors.length === 0) return null;
  return (
    <div
      class="usa-alert usa-alert--error cg-error-summary"
      id="error-summary"
      role="alert"
      aria-labelledby="error-summary-heading"
      tabIndex={-1}
      // biome-ignore lint/a11y/noAutofocus: a refused form is answered by a new page, and what was wrong comes first in it; this is how it gets the focus without script.
      autoFocus={true}
    >
      <div class="usa-alert__body">
        <h2 class="usa-alert__heading" id="error-summary-heading">
          There is a problem
        </h2>
        <ul class="usa-list usa-alert__text">
          {props.errors.map((error) => (
            <li>{error.field === 'form' ? error.text : <a href={`#${error.field}`}>{error.text}</a>}</li>
          ))}
        </ul>
      </div>
    </div>
  );
}
