// Manage Transaction for User: the whole office as a matrix, and one user with the history of its grants.

import type { Right } from '../domain/right.ts';
import { printRight, transactionTitle } from '../domain/right.ts';
import { roleSentence, roleTitle } from '../domain/role.ts';
import type { GrantChange, Grants } from '../storage/grant-store.ts';
import type { Member } from '../storage/member-store.ts';
import type { Partner } from '../storage/partner-store.ts';
import { Alert, ErrorSummary } from './alert.tsx';
import type { FieldError } from './form.ts';
import { GrantMatrix, type MatrixRow, versionName } from './grant-matrix.tsx';
import { FormToken, Layout } from './layout.tsx';
import { Moment } from './moment.tsx';
import type { Notice } from './notice.ts';
import { paths } from './paths.ts';
import type { PortalSettings } from './portal-settings.ts';
import type { Viewer } from './session.ts';

interface ForViewer {
  readonly settings: PortalSettings;
  readonly viewer: Viewer;
  readonly partner: Partner;
}

export interface GrantMatrixPageProps extends ForViewer {
  readonly rows: readonly MatrixRow[];
  readonly agreed: readonly Right[];
  readonly page: number;
  readonly pages: number;
  readonly notice: Notice | undefined;
  readonly errors: readonly FieldError[];
}

export function GrantMatrixPage(props: GrantMatrixPageProps) {
  const { settings, viewer, rows, agreed, errors } = props;
  const editable = rows.some((row) => row.editable);
  return (
    <Layout
      settings={settings}
      viewer={viewer}
      path={paths.manageTransaction}
      title="Manage Transaction for User"
      failed={errors.length > 0}
    >
      <ErrorSummary errors={errors} />
      <Result notice={props.notice} />
      <Introduction {...props} editable={editable} />
      <form method="post" action={paths.manageTransaction} noValidate={true}>
        <GrantMatrix rows={rows} agreed={agreed} direction="send" />
        <GrantMatrix rows={rows} agreed={agreed} direction="receive" />
        {editable ? (
          <>
            <FormToken token={viewer.session.csrfToken} />
            <input type="hidden" name="page" value={props.page} />
            {rows
              .filter((row) => row.editable)
              .map((row) => (
                <input type="hidden" name={versionName(row.member.userId)} value={row.version} />
              ))}
            <button type="submit" class="usa-button">
              Save changes
            </button>
          </>
        ) : null}
      </form>
      <Pages page={props.page} pages={props.pages} />
    </Layout>
  );
}

function Result(props: { readonly notice: Notice | undefined }) {
  switch (props.notice) {
    case 'grants-saved':
      return (
        <Alert kind="success" heading="Your changes are saved">
          They are in force now, for connections that are open too.
        </Alert>
      );
    case 'nothing-changed':
      return (
        <Alert kind="info" heading="Nothing was changed">
          Every box was as it had been.
        </Alert>
      );
    default:
      return null;
  }
}

function Introduction(props: GrantMatrixPageProps & { readonly editable: boolean }) {
  const { viewer, partner, editable } = props;
  return (
    <>
      <p>
        {editable
          ? `Which user of ${partner.name} may send and receive which transaction. Check a box to give a right, and uncheck it to take the right away, then save.`
          : `Which transactions you may send and receive for ${partner.name}. Your office administrator or user administrator can change them.`}
      </p>
      <p>
        {viewer.role === undefined
          ? null
          : `You are: ${roleTitle(viewer.role)}. ${roleSentence(viewer.role)} `}
        A file is accepted only when its sender may send everything in it. /outbound shows a user only what
        that user may receive.
      </p>
    </>
  );
}

function Pages(props: { readonly page: number; readonly pages: number }) {
  const { page, pages } = props;
  if (pages < 2) return null;
  const to = (number: number) => `${paths.manageTransaction}?page=${number}`;
  return (
    <nav class="cg-pages" aria-label="Pages">
      {page > 1 ? <a href={to(page - 1)}>Users before these</a> : null}
      <span>
        Page {page} of {pages}. Save before you turn the page.
      </span>
      {page < pages ? <a href={to(page + 1)}>Users after these</a> : null}
    </nav>
  );
}

export interface GrantsOfUserPageProps extends ForViewer {
  readonly member: Member;
  readonly grants: Grants;
  readonly agreed: readonly Right[];
  readonly changes: readonly GrantChange[];
}

/** One user: what it may send and receive, and who changed what and when. */
export function GrantsOfUserPage(props: GrantsOfUserPageProps) {
  const { settings, viewer, member, changes } = props;
  return (
    <Layout
      settings={settings}
      viewer={viewer}
      path={paths.grantsOfUser}
      title={`Transactions of ${member.userId}`}
    >
      <p>
        <a href={paths.manageTransaction}>Back to Manage Transaction for User</a>
      </p>
      <dl class="cg-facts">
        <dt>Name</dt>
        <dd>
          {member.firstName} {member.lastName}
        </dd>
        <dt>Role</dt>
        <dd>
          {roleTitle(member.role)}. {roleSentence(member.role)}
        </dd>
        <Held {...props} direction="send" />
        <Held {...props} direction="receive" />
      </dl>
      <section class="cg-panel" aria-labelledby="history">
        <h2 class="cg-panel__heading" id="history">
          HISTORY
        </h2>
        <div class="cg-panel__body">
          {changes.length === 0 ? (
            <p>Nothing was changed yet.</p>
          ) : (
            <History changes={changes} settings={settings} />
          )}
        </div>
      </section>
    </Layout>
  );
}

function Held(props: GrantsOfUserPageProps & { readonly direction: Right['direction'] }) {
  const agreed = new Set(props.agreed.map(printRight));
  const held = props.grants.rights.filter((right) => right.direction === props.direction);
  return (
    <>
      <dt>{props.direction === 'send' ? 'May send' : 'May receive'}</dt>
      <dd>
        {held.length === 0 ? 'Nothing' : null}
        <ul class="usa-list usa-list--unstyled">
          {held.map((right) => (
            <li>
              {right.transaction} ({transactionTitle(right.transaction)})
              {agreed.has(printRight(right))
                ? ''
                : ': not in force, your trading partner has not agreed on it'}
            </li>
          ))}
        </ul>
      </dd>
    </>
  );
}

function History(props: { readonly changes: readonly GrantChange[]; readonly settings: PortalSettings }) {
  const words = (rights: readonly Right[]) => rights.map(printRight).join(', ');
  return (
    <table class="usa-table usa-table--borderless usa-table--stacked cg-table">
      <caption class="usa-sr-only">Changes, the newest first</caption>
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">Who</th>
          <th scope="col">Given</th>
          <th scope="col">Taken away</th>
        </tr>
      </thead>
      <tbody>
        {props.changes.map((change) => (
          <tr>
            <th scope="row" data-label="When">
              <Moment atMs={change.atMs} settings={props.settings} />
            </th>
            <td data-label="Who">{whoDidIt(change.by)}</td>
            <td data-label="Given">{words(change.added) || '–'}</td>
            <td data-label="Taken away">{words(change.removed) || '–'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** @param by as `printActor` has it: a partner's people need not know the names of those who run the gateway */
function whoDidIt(by: string): string {
  const [kind = '', id = ''] = by.split(':');
  return kind === 'user' ? id : 'EDI support';
}
