// The fields of forms: label, hint, error and input, tied together so that each is read out with the others.

import type { ComponentChildren } from 'preact';
import type { FieldError } from './form.ts';

interface FieldProps {
  /** Both the element's id and the field's name. */
  readonly id: string;
  readonly label: string;
  readonly hint?: string;
  readonly optional?: boolean;
  readonly errors: readonly FieldError[];
}

interface Described {
  readonly errors: readonly FieldError[];
  readonly describedBy: string | undefined;
}

/** Which texts describe a field: its hint, then its errors. */
function describe(props: FieldProps): Described {
  const errors = props.errors.filter((error) => error.field === props.id);
  const ids = [
    ...(props.hint === undefined ? [] : [`${props.id}-hint`]),
    ...(errors.length === 0 ? [] : [`${props.id}-error`]),
  ];
  return { errors, describedBy: ids.length === 0 ? undefined : ids.join(' ') };
}

function FieldGroup(
  props: FieldProps & { readonly errors: readonly FieldError[]; readonly children: ComponentChildren },
) {
  const wrong = props.errors.length > 0;
  return (
    <div class={`usa-form-group${wrong ? ' usa-form-group--error' : ''}`}>
      <label class={`usa-label${wrong ? ' usa-label--error' : ''}`} for={props.id}>
        {props.label}
        {props.optional === true ? <span class="usa-hint"> (optional)</span> : null}
      </label>
      {props.hint === undefined ? null : (
        <span class="usa-hint" id={`${props.id}-hint`}>
          {props.hint}
        </span>
      )}
      {wrong ? <ErrorMessage id={props.id} errors={props.errors} /> : null}
      {props.children}
    </div>
  );
}

function ErrorMessage(props: { readonly id: string; readonly errors: readonly FieldError[] }) {
  return (
    <span class="usa-error-message" id={`${props.id}-error`}>
      <span class="usa-sr-only">Error: </span>
      {props.errors.map((error) => error.text).join(' ')}
    </span>
  );
}

/** A one-line field. A password's value is never written back into a page. */
export function TextField(
  props: FieldProps & {
    readonly type: 'text' | 'password' | 'email' | 'tel';
    /** What browsers and password managers fill in (WCAG 1.3.5). */
    readonly autocomplete:
      | 'username'
      | 'current-password'
      | 'new-password'
      | 'one-time-code'
      | 'honorific-prefix'
      | 'given-name'
      | 'additional-name'
      | 'family-name'
      | 'honorific-suffix'
      | 'organization'
      | 'email'
      | 'tel'
      | 'off';
    /** Which keys a phone shows; letters when absent. */
    readonly inputMode?: 'numeric';
    readonly value?: string;
    /** Whether it may stay empty; its label then says so. */
    readonly optional?: boolean;
  },
) {
  const { errors, describedBy } = describe(props);
  const common = {
    class: `usa-input${errors.length > 0 ? ' usa-input--error' : ''}`,
    id: props.id,
    name: props.id,
    autoComplete: props.autocomplete,
    autoCapitalize: 'none',
    autoCorrect: 'off',
    spellcheck: false,
    required: props.optional !== true,
    inputMode: props.inputMode,
    'aria-invalid': errors.length > 0 ? 'true' : undefined,
    'aria-describedby': describedBy,
  } as const;
  return (
    <FieldGroup {...props} errors={errors}>
      {props.type === 'password' ? (
        <input {...common} type="password" />
      ) : (
        <PlainInput {...common} type={props.type} value={props.value} />
      )}
    </FieldGroup>
  );
}

/** One element a type: Preact's types tell the kinds of inputs apart. */
function PlainInput(props: {
  readonly type: 'text' | 'email' | 'tel';
  readonly value: string | undefined;
  readonly [attribute: string]: unknown;
}) {
  const { type, value, ...common } = props;
  switch (type) {
    case 'text':
      return <input {...common} type="text" value={value} />;
    case 'email':
      return <input {...common} type="email" value={value} />;
    case 'tel':
      return <input {...common} type="tel" value={value} />;
  }
}

/** A field for a long line, which may stay empty. */
export function LongTextField(props: FieldProps & { readonly value: string }) {
  const { errors, describedBy } = describe(props);
  return (
    <FieldGroup {...props} errors={errors}>
      <textarea
        class={`usa-textarea cg-code-input${errors.length > 0 ? ' usa-input--error' : ''}`}
        id={props.id}
        name={props.id}
        rows={3}
        autoComplete="off"
        autoCapitalize="none"
        spellcheck={false}
        aria-invalid={errors.length > 0 ? 'true' : undefined}
        aria-describedby={describedBy}
      >
        {props.value}
      </textarea>
    </FieldGroup>
  );
}

/** A checkbox, unchecked unless the person has checked it: nobody agrees to something by not looking. */
export function CheckboxField(props: FieldProps) {
  const { errors, describedBy } = describe(props);
  return (
    <div class={`usa-form-group${errors.length > 0 ? ' usa-form-group--error' : ''}`}>
      {errors.length > 0 ? <ErrorMessage id={props.id} errors={errors} /> : null}
      <div class="usa-checkbox">
        <input
          class="usa-checkbox__input"
          id={props.id}
          name={props.id}
          type="checkbox"
          value="yes"
          required={true}
          aria-invalid={errors.length > 0 ? 'true' : undefined}
          aria-describedby={describedBy}
        />
        <label class="usa-checkbox__label" for={props.id}>
          {props.label}
        </label>
      </div>
    </div>
  );
}

/**
 * Shows and hides what is typed into password fields. USWDS's script does it; without script the button is hidden by
 * our style sheet, since it would do nothing.
 */
export function ShowPassword(props: { readonly fields: readonly string[] }) {
  return (
    <button
      type="button"
      class="usa-show-password cg-script-only"
      aria-controls={props.fields.join(' ')}
      data-show-text="Show password"
      data-hide-text="Hide password"
    >
      Show password
    </button>
  );
}
