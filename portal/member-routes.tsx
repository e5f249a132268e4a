// Users and invitations of a trading partner. Only who manages users gets in; whose acts are allowed is decided in
// storage, within the transaction that does them. A user or invitation of another partner reads like none.

import type { FastifyInstance, FastifyReply } from 'fastify';
import { parseUserId, type UserId } from '../domain/ids.ts';
import { parseEmail } from '../domain/person.ts';
import { printRight } from '../domain/right.ts';
import { managedRoles } from '../domain/role.ts';
import { readPartnerRights } from '../storage/grant-store.ts';
import {
  type InviteOutcome,
  inviteMember,
  listInvitations,
  resendInvitation,
  revokeInvitation,
} from '../storage/invitation-store.ts';
import { countMembers, findMember, listMembers } from '../storage/member-store.ts';
import { nameMember, type OfficeActOutcome, removeMember } from '../storage/membership-store.ts';
import { whyNotConfirmed } from './confirmation.ts';
import { sendErrorPage } from './error-page.tsx';
import { type FieldError, type Fields, isChecked, readFields } from './form.ts';
import { type PartnerPageRequest, partnerForm, partnerPage } from './form-guard.ts';
import { InvitePage, rightBox } from './invite-page.tsx';
import { sendPage } from './layout.tsx';
import { invitationsShownMax, usersPageSize } from './limits.ts';
import { MemberPage, MembersPage } from './member-page.tsx';
import { leaveNotice, type Notice, takeNotice } from './notice.ts';
import { pathOfMember, paths } from './paths.ts';
import type { PortalContext } from './portal-deps.ts';

type FormRequest = PartnerPageRequest & { readonly fields: Fields };

export function registerMembers(app: FastifyInstance, context: PortalContext): void {
  const page = (show: (page: PartnerPageRequest) => Promise<FastifyReply>) =>
    partnerPage(context, async (request) => whyNotManager(context, request) ?? show(request));
  // Pages and forms of a sensitive act. The page asks first, so that what is typed there is not lost.
  const confirmed = (show: (page: PartnerPageRequest) => Promise<FastifyReply>) =>
    page(async (request) => whyNotConfirmed(context, request, backOf(request)) ?? show(request));
  const form = (take: (page: FormRequest) => Promise<FastifyReply>) =>
    partnerForm(
      context,
      async (request) =>
        whyNotManager(context, request) ??
        whyNotConfirmed(context, request, backOf(request)) ??
        take(request),
    );
  app.get(
    paths.members,
    page((request) => showMembers(context, request, { status: 200, errors: [] })),
  );
  app.get(
    paths.invite,
    confirmed((request) => showInvite(context, request, { status: 200, errors: [] })),
  );
  app.post(
    paths.invite,
    form((request) => invite(context, request)),
  );
  app.get(
    paths.member,
    confirmed((request) => showMember(context, request, { status: 200, errors: [] })),
  );
  app.post(
    `${paths.member}/role`,
    form((request) => saveRole(context, request)),
  );
  app.post(
    `${paths.member}/remove`,
    form((request) => remove(context, request)),
  );
  for (const [path, act, notice] of [
    [paths.invitationResend, resendInvitation, 'invitation-sent'],
    [paths.invitationRevoke, revokeInvitation, 'invitation-revoked'],
  ] as const) {
    app.post(
      path,
      form(async (request) => {
        const id = readFields(request.request.params)('id');
        const outcome = await act(context.database, { ...actOf(request), id });
        if (outcome.kind === 'done') return goBack(context, request, notice);
        if (outcome.kind === 'not-found') return notFound(context, request);
        const text = 'This invitation was sent a moment ago. Wait a minute before you send it again.';
        return showMembers(context, request, { status: 429, errors: [{ field: 'form', text }] });
      }),
    );
  }
}

/** Who manages no one has no business here, and sees nothing of it. */
function whyNotManager(context: PortalContext, request: PartnerPageRequest): FastifyReply | undefined {
  return managedRoles(request.viewer.role).length > 0
    ? undefined
    : sendErrorPage(context.settings, request.reply, { status: 403, viewer: request.viewer });
}

/** The page that a form stands on. */
function backOf({ request }: PartnerPageRequest): string {
  if (request.routeOptions.url === paths.invite) return paths.invite;
  const id = parseUserId(readFields(request.params)('user'));
  return id.kind === 'ok' ? pathOfMember(id.id) : paths.members;
}

const actOf = ({ partner, viewer, request }: PartnerPageRequest) => ({
  partnerId: partner.id,
  editor: viewer.user.id,
  address: request.ip,
});

const notFound = (context: PortalContext, { reply, viewer }: PartnerPageRequest): FastifyReply =>
  sendErrorPage(context.settings, reply, { status: 404, viewer });

function goBack(context: PortalContext, { reply }: PartnerPageRequest, notice: Notice): FastifyReply {
  leaveNotice(reply, notice, context.settings.secureCookies);
  return reply.redirect(paths.members, 303);
}

interface Shown {
  readonly status: number;
  readonly errors: readonly FieldError[];
}

async function showMembers(
  context: PortalContext,
  { viewer, partner, request, reply }: PartnerPageRequest,
  input: Shown,
): Promise<FastifyReply> {
  const { database, settings } = context;
  const pages = Math.max(1, Math.ceil((await countMembers(database, partner.id)) / usersPageSize));
  const asked = Number(readFields(request.query)('page'));
  const number = Number.isInteger(asked) ? Math.min(Math.max(asked, 1), pages) : 1;
  const offset = (number - 1) * usersPageSize;
  const body = (
    <MembersPage
      settings={settings}
      viewer={viewer}
      members={await listMembers(database, { partnerId: partner.id, limit: usersPageSize, offset })}
      invitations={await listInvitations(database, { partnerId: partner.id, limit: invitationsShownMax })}
      page={number}
      pages={pages}
      notice={takeNotice(request, reply, settings.secureCookies)}
      errors={input.errors}
    />
  );
  return sendPage(reply, { status: input.status, page: body });
}

async function showInvite(
  context: PortalContext,
  { viewer, partner, reply }: PartnerPageRequest,
  input: Shown & { readonly fields?: Fields },
): Promise<FastifyReply> {
  const { database, settings } = context;
  const { fields } = input;
  const agreed = await readPartnerRights(database, partner.id);
  const roles = managedRoles(viewer.role);
  const role = fields === undefined ? 'general-user' : roles.find((one) => one === fields('role'));
  const chosen = agreed.filter((right) => fields !== undefined && isChecked(fields, rightBox(right)));
  const body = (
    <InvitePage
      settings={settings}
      viewer={viewer}
      agreed={agreed}
      email={fields?.('email') ?? ''}
      role={role}
      chosen={new Set(chosen.map(printRight))}
      errors={input.errors}
    />
  );
  return sendPage(reply, { status: input.status, page: body });
}

async function invite(context: PortalContext, page: FormRequest): Promise<FastifyReply> {
  const { database } = context;
  const { fields, partner, viewer } = page;
  const refuse = (field: string, text: string) =>
    showInvite(context, page, { status: 422, errors: [{ field, text }], fields });
  const email = parseEmail(fields('email').trim());
  if (email === undefined) return refuse('email', 'Enter an e-mail address, such as name@example.com.');
  const role = managedRoles(viewer.role).find((one) => one === fields('role'));
  if (role === undefined) return refuse('role-general-user', 'Choose a role.');
  const agreed = await readPartnerRights(database, partner.id);
  const rights = agreed.filter((right) => isChecked(fields, rightBox(right)));
  const outcome = await inviteMember(database, { ...actOf(page), email, role, rights });
  const why = whyNotInvited(outcome);
  return why === undefined ? goBack(context, page, 'invitation-sent') : refuse('email', why);
}

function whyNotInvited(outcome: InviteOutcome): string | undefined {
  switch (outcome.kind) {
    case 'invited':
      return undefined;
    case 'not-allowed':
      return 'You may not invite anyone in this role any more.';
    case 'open-already':
      return 'An invitation to this address is open already. Send it again from the list of users.';
    case 'member-already':
      return 'A user of your trading partner has this e-mail address already.';
    case 'too-many':
      return 'Too many invitations are open. Take some back first.';
  }
}

/** The user that the address names, when the viewer's partner has it. */
async function findNamed({ database }: PortalContext, { request, partner }: PartnerPageRequest) {
  const id = parseUserId(readFields(request.params)('user'));
  return id.kind === 'invalid' ? undefined : findMember(database, { partnerId: partner.id, userId: id.id });
}

async function showMember(
  context: PortalContext,
  page: PartnerPageRequest,
  input: Shown,
): Promise<FastifyReply> {
  const { settings } = context;
  const { viewer, request, reply } = page;
  const member = await findNamed(context, page);
  if (member === undefined) return notFound(context, page);
  const notice = takeNotice(request, reply, settings.secureCookies);
  const body = <MemberPage {...{ settings, viewer, member, notice }} errors={input.errors} />;
  return sendPage(reply, { status: input.status, page: body });
}

async function saveRole(context: PortalContext, page: FormRequest): Promise<FastifyReply> {
  const role = managedRoles(page.viewer.role).find((one) => one === page.fields('role'));
  if (role === undefined)
    return sendErrorPage(context.settings, page.reply, { status: 403, viewer: page.viewer });
  return decide(context, page, {
    notice: 'role-saved',
    act: (userId) => nameMember(context.database, { ...actOf(page), userId, role }),
  });
}

async function remove(context: PortalContext, page: FormRequest): Promise<FastifyReply> {
  if (!isChecked(page.fields, 'sure')) {
    const text = 'Check the box to say that you want to remove this user.';
    return showMember(context, page, { status: 422, errors: [{ field: 'sure', text }] });
  }
  return decide(context, page, {
    notice: 'member-removed',
    act: (userId) => removeMember(context.database, { ...actOf(page), userId }),
  });
}

async function decide(
  context: PortalContext,
  page: FormRequest,
  input: { readonly notice: Notice; readonly act: (userId: UserId) => Promise<OfficeActOutcome> },
): Promise<FastifyReply> {
  const member = await findNamed(context, page);
  if (member === undefined) return notFound(context, page);
  const outcome = await input.act(member.userId);
  switch (outcome.kind) {
    case 'done':
    case 'unchanged':
      return goBack(context, page, input.notice);
    case 'not-allowed':
      return sendErrorPage(context.settings, page.reply, { status: 403, viewer: page.viewer });
    case 'last-office-administrator': {
      const text = `${member.userId} is the last office administrator. Name another one first.`;
      return showMember(context, page, { status: 422, errors: [{ field: 'form', text }] });
    }
  }
}
