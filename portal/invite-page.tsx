// Inviting someone to a trading partner: address, role, and what the person may send and receive from the first day.

import type { Role } from '../domain/account.ts';
import type { Direction, Right } from '../domain/right.ts';
import { printRight, transactionTitle } from '../domain/right.ts';
import { managedRoles } from '../domain/role.ts';
import { ErrorSummary } from './alert.tsx';
import { TextField } from './field.tsx';
import type { FieldError } from './form.ts';
import { FormToken, Layout } from './layout.tsx';
import { RoleChoice } from './member-page.tsx';
import { paths } from './paths.ts';
import type { PortalSettings } from './portal-settings.ts';
import type { Viewer } from './session.ts';

export interface InvitePageProps {
  readonly settings: PortalSettings;
  readonly viewer: Viewer;
  readonly agreed: readonly Right[];
  readonly email: string;
  readonly role: Role | undefined;
  /** What is checked, as `printRight` has it. */
  readonly chosen: ReadonlySet<string>;
  readonly errors: readonly FieldError[];
}

/** The name of the checkbox for a right, and its id. */
export const rightBox = (right: Right): string => printRight(right).replaceAll(' ', '_');

export function InvitePage(props: InvitePageProps) {
  const { settings, viewer, errors } = props;
  return (
    <Layout
      settings={settings}
      viewer={viewer}
      path={paths.invite}
      title="Invite a user"
      failed={errors.length > 0}
    >
      <ErrorSummary errors={errors} />
      <p>
        The person gets a mail with a link that is good for 14 days, signs in with the {settings.idIssuer} of
        this e-mail address or registers one, and then belongs to {viewer.partner?.name}.
      </p>
      <form method="post" action={paths.invite} noValidate={true}>
        <FormToken token={viewer.session.csrfToken} />
        <div class="cg-form">
          <TextField
            id="email"
            label="E-mail address"
            hint="Of this person alone: everyone has a User ID of their own."
            type="text"
            autocomplete="off"
            value={props.email}
            errors={errors}
          />
        </div>
        <RoleChoice roles={managedRoles(viewer.role)} chosen={props.role} />
        <Choice {...props} direction="send" legend="May send" />
        <Choice {...props} direction="receive" legend="May receive" />
        <button type="submit" class="usa-button cg-submit">
          Send invitation
        </button>
      </form>
    </Layout>
  );
}

function Choice(props: InvitePageProps & { readonly direction: Direction; readonly legend: string }) {
  const rights = props.agreed.filter((right) => right.direction === props.direction);
  if (rights.length === 0) return null;
  return (
    <fieldset class="usa-fieldset cg-choice">
      <legend class="usa-legend">{props.legend}</legend>
      {rights.map((right) => (
        <div class="usa-checkbox">
          <input
            class="usa-checkbox__input"
            id={rightBox(right)}
            name={rightBox(right)}
            type="checkbox"
            value="yes"
            checked={props.chosen.has(printRight(right))}
          />
          <label class="usa-checkbox__label" for={rightBox(right)}>
            {right.transaction}, {transactionTitle(right.transaction)}
          </label>
        </div>
      ))}
    </fieldset>
  );
}
