// What a new password must be, as a list that ticks itself off while one types (USWDS's validation checklist). Without
// script it is a plain list. The server judges; this only helps.

import type { PasswordCheck } from '../auth/password-policy.ts';

/**
 * The checklist of one password field.
 * @param props.field the field's id
 * @param props.nameFields ids of the fields whose values the password may not contain
 * @param props.names further texts that it may not contain
 * @param props.hasHistory whether the person may have had passwords before
 */
export function PasswordChecklist(props: {
  readonly checks: readonly PasswordCheck[];
  readonly field: string;
  readonly nameFields?: readonly string[];
  readonly names?: readonly string[];
  readonly hasHistory: boolean;
}) {
  return (
    <section
      class="usa-alert usa-alert--info usa-alert--validation cg-checklist"
      aria-labelledby="password-rules"
    >
      <div class="usa-alert__body">
        <h2 class="usa-alert__heading" id="password-rules">
          Your password
        </h2>
        <ul
          class="usa-checklist"
          data-password={props.field}
          data-name-fields={(props.nameFields ?? []).join(' ')}
          data-names={(props.names ?? []).join(' ')}
        >
          {props.checks.map((check) => (
            <li
              class="usa-checklist__item"
              data-needs={check.needs}
              data-forbids={check.forbids}
              data-forbids-names={check.forbidsNames === true ? 'yes' : undefined}
            >
              {check.text}
              <span class="usa-sr-only cg-checklist__state" />
            </li>
          ))}
          {props.hasHistory ? (
            <li class="usa-checklist__item">
              Not one that you have had before (checked when you send the form)
            </li>
          ) : null}
        </ul>
        <p class="usa-sr-only" role="status" id={`${props.field}-checklist-state`} />
      </div>
    </section>
  );
}
