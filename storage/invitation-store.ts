// Invitations to a trading partner. The link in the mail is a one-time secret that the row only names; it joins whoever
// has proved the e-mail address that was invited, once, while the one who invited may still do so.

import type { Role } from '../domain/account.ts';
import type { AuditAction } from '../domain/audit.ts';
import { type PartnerId, parseUserId, type UserId, uuidV7 } from '../domain/ids.ts';
import { everyRight, printRight, type Right } from '../domain/right.ts';
import { mayManage, officeRoles, roleTitle } from '../domain/role.ts';
import { queueMail } from './mail-store.ts';
import { findMember } from './member-store.ts';
import { joinPartner } from './membership-store.ts';
import { makeOneTimeSecret, useOneTimeSecret, voidOneTimeSecrets } from './one-time-secret-store.ts';
import { storedPartnerId } from './partner-store.ts';
import { storedUserId } from './stored-id.ts';
import type { InvitationRow } from './tables.ts';
import type { Database, Transaction } from './transaction.ts';

/** How long an invitation is good, in milliseconds. */
export const invitationMs = 14 * 24 * 3_600_000;
/** How soon the mail may be sent again, in milliseconds: nobody's mailbox is filled by pressing a button. */
const resendPauseMs = 60_000;
/** Open invitations of one partner at once. */
const openMax = 200;

export interface Invitation {
  readonly id: string;
  readonly partnerId: PartnerId;
  readonly email: string;
  readonly role: Role;
  readonly rights: readonly Right[];
  readonly state: 'open' | 'expired' | 'accepted' | 'revoked';
  readonly invitedBy: UserId;
  readonly sentAtMs: number;
  readonly expiresAtMs: number;
  readonly acceptedBy: string | undefined;
}

/** Who acts for the partner. */
interface OfficeAct {
  readonly partnerId: PartnerId;
  readonly editor: UserId;
  readonly address: string;
}

export type InviteOutcome = {
  readonly kind:
    | 'invited'
    /** The editor may not invite anyone in this role. */
    | 'not-allowed'
    /** An invitation to this address is open already. */
    | 'open-already'
    | 'member-already'
    | 'too-many';
};

/** Invites someone by e-mail: row, secret, mail and audit record in one transaction. */
export async function inviteMember(
  database: Database,
  input: OfficeAct & { readonly email: string; readonly role: Role; readonly rights: readonly Right[] },
): Promise<InviteOutcome> {
  return database.transaction(async (transaction): Promise<InviteOutcome> => {
    const { sql, nowMs } = transaction;
    const { partnerId, editor, email, role } = input;
    const inviter = await findMember(transaction, { partnerId, userId: editor });
    if (!mayManage(inviter?.role, role)) return { kind: 'not-allowed' };
    const open = await sql
      .selectFrom('invitations')
      .select('email')
      .where('partner_id', '=', partnerId)
      .where('state', '=', 'open')
      .where('expires_at_ms', '>', nowMs)
      .execute();
    if (open.some((row) => sameAddress(row.email, email))) return { kind: 'open-already' };
    if (open.length >= openMax) return { kind: 'too-many' };
    const members = await sql
      .selectFrom('users')
      .select('email')
      .where('partner_id', '=', partnerId)
      .execute();
    if (members.some((row) => sameAddress(row.email, email))) return { kind: 'member-already' };
    const id = uuidV7(nowMs, transaction.randomBytes(10));
    const secretId = await makeSecret(transaction, id);
    const row: InvitationRow = {
      id,
      partner_id: partnerId,
      email,
      role,
      rights: JSON.stringify(input.rights.map(printRight)),
      secret_id: secretId,
      state: 'open',
      invited_by: editor,
      invited_at_ms: nowMs,
      sent_at_ms: nowMs,
      expires_at_ms: nowMs + invitationMs,
      accepted_by: null,
      ended_at_ms: null,
    };
    await sql.insertInto('invitations').values(row).execute();
    await sendInvitation(transaction, row);
    await record(transaction, { ...input, id, action: 'invitation.send' });
    return { kind: 'invited' };
  });
}

const sameAddress = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** A secret belongs to a user id, and an invitation has none: its own id has the form of one, and stands in for it. */
function ownerOf(invitationId: string): UserId {
  const parsed = parseUserId(invitationId);
  if (parsed.kind === 'invalid') throw new Error('An invitation has an id that cannot own a secret.');
  return parsed.id;
}

/** @returns the id of a new secret; the ones before it are worth nothing any more */
async function makeSecret(transaction: Transaction, invitationId: string): Promise<string> {
  const userId = ownerOf(invitationId);
  await voidOneTimeSecrets(transaction, userId);
  return makeOneTimeSecret(transaction, {
    purpose: 'partner-invitation',
    userId,
    lifeMs: invitationMs,
    codeLifeMs: 0,
  });
}

async function sendInvitation(transaction: Transaction, row: InvitationRow): Promise<void> {
  const partner = await transaction.sql
    .selectFrom('partners')
    .select('name')
    .where('id', '=', row.partner_id)
    .executeTakeFirstOrThrow();
  const inviter = await transaction.sql
    .selectFrom('users')
    .select(['first_name', 'last_name'])
    .where('id', '=', row.invited_by)
    .executeTakeFirstOrThrow();
  await queueMail(transaction, {
    content: {
      kind: 'partner-invitation',
      partnerName: partner.name,
      inviterName: `${inviter.first_name} ${inviter.last_name}`,
      role: roleTitle(roleOf(row)),
      expiresAtMs: Number(row.expires_at_ms),
    },
    recipient: row.email,
    secretId: row.secret_id,
  });
}

async function record(
  transaction: Transaction,
  act: OfficeAct & { readonly id: string; readonly action: AuditAction },
): Promise<void> {
  await transaction.event({
    kind: act.action === 'invitation.send' ? 'invitation.sent' : 'invitation.revoked',
    partnerId: act.partnerId,
    invitationId: act.id,
  });
  await transaction.audit({
    actor: { kind: 'user', id: act.editor },
    action: act.action,
    subject: `invitation:${act.id}`,
    address: act.address,
    detail: { partner: act.partnerId },
  });
}

export type InvitationActOutcome = { readonly kind: 'done' | 'too-soon' | 'not-found' };

/** Sends the mail once more, with a new link and the whole time again; the link before it is void. */
export async function resendInvitation(
  database: Database,
  input: OfficeAct & { readonly id: string },
): Promise<InvitationActOutcome> {
  return database.transaction(async (transaction): Promise<InvitationActOutcome> => {
    const { nowMs } = transaction;
    const row = await findManaged(transaction, input);
    if (row === undefined) return { kind: 'not-found' };
    if (Number(row.sent_at_ms) > nowMs - resendPauseMs) return { kind: 'too-soon' };
    const changed = {
      secret_id: await makeSecret(transaction, row.id),
      invited_by: input.editor,
      sent_at_ms: nowMs,
      expires_at_ms: nowMs + invitationMs,
    };
    await transaction.sql.updateTable('invitations').set(changed).where('id', '=', row.id).execute();
    await sendInvitation(transaction, { ...row, ...changed });
    await record(transaction, { ...input, action: 'invitation.send' });
    return { kind: 'done' };
  });
}

/** Takes an invitation back: its link is void at once. */
export async function revokeInvitation(
  database: Database,
  input: OfficeAct & { readonly id: string },
): Promise<InvitationActOutcome> {
  return database.transaction(async (transaction): Promise<InvitationActOutcome> => {
    const row = await findManaged(transaction, input);
    if (row === undefined) return { kind: 'not-found' };
    await voidOneTimeSecrets(transaction, ownerOf(row.id));
    await transaction.sql
      .updateTable('invitations')
      .set({ state: 'revoked', ended_at_ms: transaction.nowMs })
      .where('id', '=', row.id)
      .execute();
    await record(transaction, { ...input, action: 'invitation.revoke' });
    return { kind: 'done' };
  });
}

/** @returns the invitation while it is open, of this partner, and for a role that the editor may invite */
async function findManaged(
  transaction: Transaction,
  { partnerId, editor, id }: OfficeAct & { readonly id: string },
): Promise<InvitationRow | undefined> {
  const row = await transaction.sql
    .selectFrom('invitations')
    .selectAll()
    .where('id', '=', id)
    .where('partner_id', '=', partnerId)
    .where('state', '=', 'open')
    .executeTakeFirst();
  const member = await findMember(transaction, { partnerId, userId: editor });
  return row !== undefined && mayManage(member?.role, roleOf(row)) ? row : undefined;
}

/** @returns a partner's invitations, the newest first */
export async function listInvitations(
  database: Database,
  input: { readonly partnerId: PartnerId; readonly limit: number },
): Promise<readonly Invitation[]> {
  const rows = await database.sql
    .selectFrom('invitations')
    .selectAll()
    .where('partner_id', '=', input.partnerId)
    .orderBy('invited_at_ms', 'desc')
    .limit(input.limit)
    .execute();
  return rows.map((row) => invitationOf(row, database.now()));
}

/** @returns the open invitation that a secret belongs to */
export async function findInvitation(database: Database, secretId: string): Promise<Invitation | undefined> {
  const row = await database.sql
    .selectFrom('invitations')
    .selectAll()
    .where('secret_id', '=', secretId)
    .executeTakeFirst();
  const invitation = row === undefined ? undefined : invitationOf(row, database.now());
  return invitation?.state === 'open' ? invitation : undefined;
}

export type AcceptOutcome = {
  readonly kind:
    | 'joined'
    /** Used, revoked, expired, or who invited may no longer do so. */
    | 'not-good'
    /** It was sent to another e-mail address than this user has. */
    | 'other-address'
    /** The user belongs to a trading partner. */
    | 'has-partner';
};

/** A user accepts an invitation: the secret is used up and the user joins, in one transaction. */
export async function acceptInvitation(
  database: Database,
  input: { readonly secretId: string; readonly userId: UserId; readonly address: string },
): Promise<AcceptOutcome> {
  return database.transaction(async (transaction): Promise<AcceptOutcome> => {
    const { sql, nowMs } = transaction;
    const { userId, address } = input;
    const row = await sql
      .selectFrom('invitations')
      .selectAll()
      .where('secret_id', '=', input.secretId)
      .where('state', '=', 'open')
      .executeTakeFirst();
    const user = await sql.selectFrom('users').selectAll().where('id', '=', userId).executeTakeFirst();
    if (row === undefined || user?.status !== 'active') return { kind: 'not-good' };
    const invitation = invitationOf(row, nowMs);
    const { partnerId, role, rights } = invitation;
    const inviter = await findMember(transaction, { partnerId, userId: invitation.invitedBy });
    if (!mayManage(inviter?.role, role)) return { kind: 'not-good' };
    // Having the link is not enough: a mail is passed on, and what it opens is patients' data.
    if (!sameAddress(user.email, row.email)) return { kind: 'other-address' };
    if (user.partner_id !== null) return { kind: 'has-partner' };
    if (!(await useOneTimeSecret(transaction, { id: row.secret_id, userId: ownerOf(row.id) })))
      return { kind: 'not-good' };
    await sql
      .updateTable('invitations')
      .set({ state: 'accepted', accepted_by: userId, ended_at_ms: nowMs })
      .where('id', '=', row.id)
      .execute();
    const actor = { kind: 'user', id: invitation.invitedBy } as const;
    await joinPartner(transaction, { partnerId, userId, role, rights, actor, address });
    await transaction.audit({
      actor: { kind: 'user', id: userId },
      action: 'invitation.accept',
      subject: `invitation:${row.id}`,
      address,
      detail: { partner: partnerId },
    });
    return { kind: 'joined' };
  });
}

function roleOf(row: Pick<InvitationRow, 'role'>): Role {
  // A row that names no role of ours gives the least.
  return officeRoles.find((role) => role === row.role) ?? 'general-user';
}

function invitationOf(row: InvitationRow, nowMs: number): Invitation {
  const words: unknown = JSON.parse(row.rights);
  const expired = row.state === 'open' && Number(row.expires_at_ms) <= nowMs;
  return {
    id: row.id,
    partnerId: storedPartnerId(row.partner_id),
    email: row.email,
    role: roleOf(row),
    rights: everyRight.filter((right) => Array.isArray(words) && words.includes(printRight(right))),
    state: expired ? 'expired' : row.state,
    invitedBy: storedUserId(row.invited_by),
    sentAtMs: Number(row.sent_at_ms),
    expiresAtMs: Number(row.expires_at_ms),
    acceptedBy: row.accepted_by ?? undefined,
  };
}
