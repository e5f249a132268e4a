// The users of a trading partner and its invitations, for those who manage them; and one user with what may be done.

import type { Role } from '../domain/account.ts';
import { managedRoles, mayManage, roleSentence, roleTitle } from '../domain/role.ts';
import type { UserStatus } from '../domain/user.ts';
import type { Invitation } from '../storage/invitation-store.ts';
import type { Member } from '../storage/member-store.ts';
import { Alert, ErrorSummary } from './alert.tsx';
import type { FieldError } from './form.ts';
import { FormToken, Layout } from './layout.tsx';
import { Moment } from './moment.tsx';
import type { Notice } from './notice.ts';
import { pathOfGrants, pathOfInvitation, pathOfMember, paths } from './paths.ts';
import type { PortalSettings } from './portal-settings.ts';
import type { Viewer } from './session.ts';

interface ForViewer {
  readonly settings: PortalSettings;
  readonly viewer: Viewer;
  readonly notice: Notice | undefined;
  readonly errors: readonly FieldError[];
}

export interface MembersPageProps extends ForViewer {
  readonly members: readonly Member[];
  readonly invitations: readonly Invitation[];
  readonly page: number;
  readonly pages: number;
}

export function MembersPage(props: MembersPageProps) {
  const { settings, viewer, errors, page, pages } = props;
  return (
    <Layout settings={settings} viewer={viewer} path={paths.members} title="Users" failed={errors.length > 0}>
      <ErrorSummary errors={errors} />
      <MemberResult notice={props.notice} />
      <p>
        The people of {viewer.partner?.name} and their roles. What each may send and receive is under{' '}
        <a href={paths.manageTransaction}>Manage Transaction for User</a>.
      </p>
      <p>
        <a class="usa-button" href={paths.invite}>
          Invite a user
        </a>
      </p>
      <Members {...props} />
      {pages < 2 ? null : (
        <nav class="cg-pages" aria-label="Pages">
          {page > 1 ? <a href={`${paths.members}?page=${page - 1}`}>Users before these</a> : null}
          <span>
            Page {page} of {pages}
          </span>
          {page < pages ? <a href={`${paths.members}?page=${page + 1}`}>Users after these</a> : null}
        </nav>
      )}
      <Invitations {...props} />
    </Layout>
  );
}

function MemberResult(props: { readonly notice: Notice | undefined }) {
  switch (props.notice) {
    case 'invitation-sent':
      return (
        <Alert kind="success" heading="The invitation is on its way">
          The link in the mail is good for 14 days and can be used once.
        </Alert>
      );
    case 'invitation-revoked':
      return (
        <Alert kind="success" heading="The invitation is taken back">
          Its link is void.
        </Alert>
      );
    case 'role-saved':
      return <Alert kind="success" heading="The role is saved" />;
    case 'member-removed':
      return (
        <Alert kind="success" heading="The user is removed">
          Its SFTP account is disabled, and its open connections have ended.
        </Alert>
      );
    default:
      return null;
  }
}

function Members(props: MembersPageProps) {
  return (
    <table class="usa-table usa-table--borderless usa-table--stacked cg-table">
      <caption>Users</caption>
      <thead>
        <tr>
          <th scope="col">User</th>
          <th scope="col">Role</th>
          <th scope="col">Status</th>
          <th scope="col">Last sign-in</th>
        </tr>
      </thead>
      <tbody>
        {props.members.map((member) => (
          <tr>
            <th scope="row" data-label="User">
              <a href={pathOfMember(member.userId)}>{member.userId}</a>
              <div class="cg-small">
                {member.firstName} {member.lastName}, <span class="cg-name">{member.email}</span>
              </div>
            </th>
            <td data-label="Role">{roleTitle(member.role)}</td>
            <td data-label="Status">{statusWords[member.status]}</td>
            <td data-label="Last sign-in">
              {member.lastSignInAtMs === undefined ? (
                'Never'
              ) : (
                <Moment atMs={member.lastSignInAtMs} settings={props.settings} />
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const statusWords: Readonly<Record<UserStatus, string>> = {
  unconfirmed: 'Not confirmed yet',
  active: 'Active',
  expired: 'Expired',
  disabled: 'Disabled',
};

const stateWords: Readonly<Record<Invitation['state'], string>> = {
  open: 'Open until',
  expired: 'Expired on',
  accepted: 'Accepted',
  revoked: 'Taken back',
};

function Invitations(props: MembersPageProps) {
  const { invitations, viewer, settings } = props;
  return (
    <section class="cg-panel" aria-labelledby="invitations">
      <h2 class="cg-panel__heading" id="invitations">
        INVITATIONS
      </h2>
      <div class="cg-panel__body">
        {invitations.length === 0 ? <p>Nobody was invited yet.</p> : null}
        <ul class="cg-timeline">
          {invitations.map((invitation) => (
            <li>
              <strong class="cg-name">{invitation.email}</strong>, {roleTitle(invitation.role)}, invited by{' '}
              {invitation.invitedBy}. {stateWords[invitation.state]}{' '}
              {invitation.state === 'open' || invitation.state === 'expired' ? (
                <Moment atMs={invitation.expiresAtMs} settings={settings} />
              ) : (
                (invitation.acceptedBy ?? '')
              )}
              {mayManage(viewer.role, invitation.role) ? (
                <InvitationActs {...{ invitation, viewer }} />
              ) : null}
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}

function InvitationActs(props: { readonly invitation: Invitation; readonly viewer: Viewer }) {
  const { invitation, viewer } = props;
  if (invitation.state !== 'open' && invitation.state !== 'expired') return null;
  return (
    <div class="cg-copy-row">
      <form method="post" action={pathOfInvitation(paths.invitationResend, invitation.id)}>
        <FormToken token={viewer.session.csrfToken} />
        <button type="submit" class="usa-button usa-button--outline">
          Send again<span class="usa-sr-only"> to {invitation.email}</span>
        </button>
      </form>
      <form method="post" action={pathOfInvitation(paths.invitationRevoke, invitation.id)}>
        <FormToken token={viewer.session.csrfToken} />
        <button type="submit" class="usa-button usa-button--outline">
          Take back<span class="usa-sr-only"> the invitation to {invitation.email}</span>
        </button>
      </form>
    </div>
  );
}

export function MemberPage(props: ForViewer & { readonly member: Member }) {
  const { settings, viewer, member, errors } = props;
  const may = mayManage(viewer.role, member.role);
  return (
    <Layout
      settings={settings}
      viewer={viewer}
      path={paths.member}
      title={`User ${member.userId}`}
      failed={errors.length > 0}
    >
      <ErrorSummary errors={errors} />
      <p>
        <a href={paths.members}>Back to the users</a>
      </p>
      <dl class="cg-facts">
        <dt>Name</dt>
        <dd>
          {member.firstName} {member.lastName}
        </dd>
        <dt>E-mail</dt>
        <dd>{member.email}</dd>
        <dt>Role</dt>
        <dd>{roleTitle(member.role)}</dd>
        <dt>Transactions</dt>
        <dd>
          <a href={pathOfGrants(member.userId)}>What {member.userId} may send and receive, and the history</a>
        </dd>
      </dl>
      {may ? <RoleForm viewer={viewer} member={member} /> : null}
      {may ? <RemoveForm viewer={viewer} member={member} errors={errors} /> : null}
      {may ? null : <p>Only an office administrator may change this user.</p>}
    </Layout>
  );
}

function RoleForm(props: { readonly viewer: Viewer; readonly member: Member }) {
  const { viewer, member } = props;
  const roles = managedRoles(viewer.role);
  if (roles.length < 2) return null;
  return (
    <section class="cg-panel" aria-labelledby="role">
      <h2 class="cg-panel__heading" id="role">
        ROLE
      </h2>
      <form method="post" action={`${pathOfMember(member.userId)}/role`} class="cg-panel__body">
        <FormToken token={viewer.session.csrfToken} />
        <RoleChoice roles={roles} chosen={member.role} />
        <button type="submit" class="usa-button cg-submit">
          Save role
        </button>
      </form>
    </section>
  );
}

/** The roles that the viewer may give, one to choose. */
export function RoleChoice(props: { readonly roles: readonly Role[]; readonly chosen: Role | undefined }) {
  return (
    <fieldset class="usa-fieldset cg-role">
      <legend class="usa-legend">Role</legend>
      {props.roles.map((role) => (
        <div class="usa-radio">
          <input
            class="usa-radio__input"
            type="radio"
            id={`role-${role}`}
            name="role"
            value={role}
            checked={role === props.chosen}
            aria-describedby={`role-${role}-about`}
          />
          <label class="usa-radio__label" for={`role-${role}`}>
            {roleTitle(role)}
          </label>
          <div class="usa-hint" id={`role-${role}-about`}>
            {roleSentence(role)}
          </div>
        </div>
      ))}
    </fieldset>
  );
}

function RemoveForm(props: {
  readonly viewer: Viewer;
  readonly member: Member;
  readonly errors: readonly FieldError[];
}) {
  const { viewer, member } = props;
  return (
    <section class="cg-panel" aria-labelledby="remove">
      <h2 class="cg-panel__heading" id="remove">
        REMOVE FROM THE TRADING PARTNER
      </h2>
      <form method="post" action={`${pathOfMember(member.userId)}/remove`} class="cg-panel__body">
        <FormToken token={viewer.session.csrfToken} />
        <p>
          The role and all transactions of {member.userId} are taken away, the SFTP account is disabled, and
          open connections end at once. To come back, the user must be invited again.
        </p>
        <div class="usa-checkbox">
          <input class="usa-checkbox__input" id="sure" name="sure" type="checkbox" value="yes" />
          <label class="usa-checkbox__label" for="sure">
            Yes, remove {member.userId}
          </label>
        </div>
        <button type="submit" class="usa-button usa-button--secondary cg-submit">
          Remove user
        </button>
      </form>
    </section>
  );
}
