// Manage Transaction for User: shows what each user may send and receive, and saves what one who may manage them has
// checked. A user of another trading partner reads like one that there is none of.

import type { FastifyInstance, FastifyReply } from 'fastify';
import { parseUserId } from '../domain/ids.ts';
import { everyRight, printRight, type Right } from '../domain/right.ts';
import { managedRoles, mayManage } from '../domain/role.ts';
import { saveMatrix, type WantedGrants } from '../storage/grant-matrix-store.ts';
import { listGrantChanges, readGrants, readGrantsOf, readPartnerRights } from '../storage/grant-store.ts';
import { countMembers, findMember, listMembers, type Member } from '../storage/member-store.ts';
import { whyNotConfirmed } from './confirmation.ts';
import { sendErrorPage } from './error-page.tsx';
import { type FieldError, type Fields, isChecked, readFields } from './form.ts';
import { type PartnerPageRequest, partnerForm, partnerPage } from './form-guard.ts';
import { boxName, type MatrixRow, versionName } from './grant-matrix.tsx';
import { GrantMatrixPage, GrantsOfUserPage } from './grant-page.tsx';
import { sendPage } from './layout.tsx';
import { grantChangesMax, usersPageSize } from './limits.ts';
import { leaveNotice, type Notice, takeNotice } from './notice.ts';
import { paths } from './paths.ts';
import type { PortalContext } from './portal-deps.ts';

export function registerGrants(app: FastifyInstance, context: PortalContext): void {
  const { settings } = context;
  const secure = settings.secureCookies;

  app.get(
    paths.manageTransaction,
    partnerPage(context, async (page) => {
      const number = Number(readFields(page.request.query)('page'));
      // Asked before the boxes are shown, so that what is checked is not lost. Who can change nothing is not asked.
      const manages = managedRoles(page.viewer.role).length > 0;
      const answer = manages ? whyNotConfirmed(context, page, backTo(number)) : undefined;
      if (answer !== undefined) return answer;
      const notice = takeNotice(page.request, page.reply, secure);
      return show(context, page, { status: 200, number, notice, errors: [] });
    }),
  );

  app.post(
    paths.manageTransaction,
    partnerForm(
      context,
      async (page) =>
        whyNotConfirmed(context, page, backTo(Number(page.fields('page')))) ?? save(context, page),
    ),
  );

  app.get(
    paths.grantsOfUser,
    partnerPage(context, async (page) => {
      const { viewer, reply } = page;
      const member = await findVisible(context, page);
      if (member === undefined) return sendErrorPage(settings, reply, { status: 404, viewer });
      return showUser(context, page, member);
    }),
  );
}

/** The user that the address names: oneself, or for who manages users anyone of the own partner. */
async function findVisible(
  { database }: PortalContext,
  { request, partner, viewer }: PartnerPageRequest,
): Promise<Member | undefined> {
  const id = parseUserId(readFields(request.params)('user'));
  if (id.kind === 'invalid') return undefined;
  if (id.id !== viewer.user.id && managedRoles(viewer.role).length === 0) return undefined;
  return findMember(database, { partnerId: partner.id, userId: id.id });
}

async function showUser(
  { database, settings }: PortalContext,
  { viewer, partner, reply }: PartnerPageRequest,
  member: Member,
): Promise<FastifyReply> {
  const { userId } = member;
  const body = (
    <GrantsOfUserPage
      settings={settings}
      viewer={viewer}
      partner={partner}
      member={member}
      grants={await readGrants(database, userId)}
      agreed={await readPartnerRights(database, partner.id)}
      changes={await listGrantChanges(database, { partnerId: partner.id, userId, limit: grantChangesMax })}
    />
  );
  return sendPage(reply, { status: 200, page: body });
}

async function save(
  context: PortalContext,
  page: PartnerPageRequest & { readonly fields: Fields },
): Promise<FastifyReply> {
  const { database, settings } = context;
  const { viewer, partner, fields, request, reply } = page;
  const wanted = await readMatrix(context, page);
  const number = Number(fields('page'));
  const outcome = await saveMatrix(database, {
    partnerId: partner.id,
    editor: viewer.user.id,
    address: request.ip,
    wanted,
  });
  if (outcome.kind === 'not-allowed' || wanted.length === 0)
    return sendErrorPage(settings, reply, { status: 403, viewer });
  if (outcome.kind === 'outdated') {
    const errors = outcome.users.map((member) => ({
      field: 'form',
      text: `Someone else has changed the transactions of ${member.userId} since you opened this page. Nothing was saved. The row shows how they are now: look again, then save.`,
    }));
    const outdated = new Set<string>(outcome.users.map((member) => member.userId));
    const kept = wanted.filter((one) => !outdated.has(one.userId));
    return show(context, page, { status: 409, number, errors, kept });
  }
  leaveNotice(reply, outcome.changed.length > 0 ? 'grants-saved' : 'nothing-changed', settings.secureCookies);
  return reply.redirect(backTo(number), 303);
}

/** @param number which page of users, from 1; anything else is the first */
const backTo = (number: number): string =>
  `${paths.manageTransaction}${Number.isInteger(number) && number > 1 ? `?page=${number}` : ''}`;

/** The form as sent: for each user whose version it carries, what is checked, and what no box is shown for. */
async function readMatrix(
  { database }: PortalContext,
  { partner, fields }: PartnerPageRequest & { readonly fields: Fields },
): Promise<readonly WantedGrants[]> {
  const shown = (await listMembers(database, { partnerId: partner.id })).filter(({ userId }) =>
    /^\d{1,9}$/.test(fields(versionName(userId))),
  );
  const agreed = new Set((await readPartnerRights(database, partner.id)).map(printRight));
  const grants = await readGrantsOf(
    database,
    shown.map(({ userId }) => userId),
  );
  return shown.map(({ userId }) => {
    const held = new Set(grants.get(userId)?.rights.map(printRight));
    const isWanted = (right: Right) =>
      agreed.has(printRight(right)) ? isChecked(fields, boxName(userId, right)) : held.has(printRight(right));
    return {
      userId,
      rights: everyRight.filter(isWanted),
      expectedVersion: Number(fields(versionName(userId))),
    };
  });
}

async function show(
  context: PortalContext,
  page: PartnerPageRequest,
  input: {
    readonly status: number;
    /** Which page of users, from 1; anything else is the first. */
    readonly number: number;
    readonly notice?: Notice | undefined;
    readonly errors: readonly FieldError[];
    /** What was checked in a form that was refused, to be shown again. */
    readonly kept?: readonly WantedGrants[];
  },
): Promise<FastifyReply> {
  const { database, settings } = context;
  const { viewer, partner, reply } = page;
  const manages = managedRoles(viewer.role).length > 0;
  const pages = manages ? Math.ceil((await countMembers(database, partner.id)) / usersPageSize) : 1;
  const number = Number.isInteger(input.number) ? Math.min(Math.max(input.number, 1), pages) : 1;
  const members = await listMembers(database, {
    partnerId: partner.id,
    ...(manages
      ? { limit: usersPageSize, offset: (number - 1) * usersPageSize }
      : { userId: viewer.user.id }),
  });
  const body = (
    <GrantMatrixPage
      settings={settings}
      viewer={viewer}
      partner={partner}
      rows={await rowsOf(context, page, { members, kept: input.kept ?? [] })}
      agreed={await readPartnerRights(database, partner.id)}
      page={number}
      pages={pages}
      notice={input.notice}
      errors={input.errors}
    />
  );
  return sendPage(reply, { status: input.status, page: body });
}

async function rowsOf(
  { database }: PortalContext,
  { viewer }: PartnerPageRequest,
  input: { readonly members: readonly Member[]; readonly kept: readonly WantedGrants[] },
): Promise<readonly MatrixRow[]> {
  const { members } = input;
  const grants = await readGrantsOf(
    database,
    members.map(({ userId }) => userId),
  );
  return members.map((member) => {
    const kept = input.kept.find(({ userId }) => userId === member.userId);
    const now = grants.get(member.userId);
    return {
      member,
      held: new Set((kept ?? now)?.rights.map(printRight)),
      version: kept?.expectedVersion ?? now?.version ?? 0,
      editable: mayManage(viewer.role, member.role),
    };
  });
}
