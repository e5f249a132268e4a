// Trading partners as rows.

import type { Actor } from '../domain/audit.ts';
import { type PartnerId, parsePartnerId } from '../domain/ids.ts';
import type { AuthenticationPolicy } from '../domain/login.ts';
import { type Network, parseNetwork } from '../domain/network.ts';
import { agreeOnEverything } from './grant-store.ts';
import { prepareQuery } from './prepared-query.ts';
import type { StoredPartnerRow } from './tables.ts';
import type { Database, Transaction } from './transaction.ts';

export interface Partner {
  readonly id: PartnerId;
  readonly name: string;
  /** The partner's TSN: what stands in ISA06 and GS02 of its interchanges. */
  readonly submitterId: string;
  readonly status: 'active' | 'disabled';
  readonly createdAtMs: number;
  readonly authentication: AuthenticationPolicy;
  /** Where its users may come from; empty: from anywhere. */
  readonly allowedNetworks: readonly Network[];
}

export type AddPartnerOutcome =
  | { readonly kind: 'added'; readonly partner: Partner }
  /** The same partner was there already: adding it again changes nothing. */
  | { readonly kind: 'unchanged'; readonly partner: Partner }
  | { readonly kind: 'conflict'; readonly why: string };

interface NewPartner {
  readonly id: PartnerId;
  readonly name: string;
  readonly submitterId: string;
  /** Who adds it, for the audit trail. */
  readonly actor: Actor;
}

/** Adds a trading partner. Its mailbox is made by the caller. */
export async function addPartner(database: Database, input: NewPartner): Promise<AddPartnerOutcome> {
  return database.transaction((transaction) => insertPartner(transaction, input));
}

/** The same in a transaction that has more to do. */
export async function insertPartner(transaction: Transaction, input: NewPartner): Promise<AddPartnerOutcome> {
  const taken = await transaction.sql
    .selectFrom('partners')
    .selectAll()
    .where((where) => where.or([where('id', '=', input.id), where('submitter_id', '=', input.submitterId)]))
    .executeTakeFirst();
  if (taken !== undefined) return compare(taken, input);
  const row = {
    id: input.id,
    name: input.name,
    submitter_id: input.submitterId,
    status: 'active' as const,
    created_at_ms: transaction.nowMs,
  };
  const added = await transaction.sql
    .insertInto('partners')
    .values(row)
    .returningAll()
    .executeTakeFirstOrThrow();
  await agreeOnEverything(transaction, { partnerId: input.id, actor: input.actor });
  await transaction.event({ kind: 'partner.created', partnerId: input.id });
  await transaction.audit({
    actor: input.actor,
    action: 'partner.add',
    subject: `partner:${input.id}`,
    detail: { name: input.name, submitterId: input.submitterId },
  });
  return { kind: 'added', partner: partnerOf(added) };
}

/**
 * Gives a partner another name or submitter id.
 * @returns why it cannot be, or undefined when it is so now
 */
export async function changePartnerFacts(
  transaction: Transaction,
  input: NewPartner,
): Promise<string | undefined> {
  const { id, name, submitterId, actor } = input;
  const taken = await transaction.sql
    .selectFrom('partners')
    .select('id')
    .where('submitter_id', '=', submitterId)
    .where('id', '!=', id)
    .executeTakeFirst();
  if (taken !== undefined) return `submitter id ${submitterId} belongs to trading partner ${taken.id}`;
  await transaction.sql
    .updateTable('partners')
    .set({ name, submitter_id: submitterId })
    .where('id', '=', id)
    .execute();
  await transaction.event({ kind: 'partner.changed', partnerId: id });
  await transaction.audit({
    actor,
    action: 'partner.change',
    subject: `partner:${id}`,
    detail: { name, submitterId },
  });
  return undefined;
}

function compare(
  taken: StoredPartnerRow,
  input: { readonly id: PartnerId; readonly name: string; readonly submitterId: string },
): AddPartnerOutcome {
  if (taken.id !== input.id) {
    return {
      kind: 'conflict',
      why: `submitter id ${input.submitterId} belongs to trading partner ${taken.id}`,
    };
  }
  return taken.name === input.name && taken.submitter_id === input.submitterId
    ? { kind: 'unchanged', partner: partnerOf(taken) }
    : {
        kind: 'conflict',
        why: `trading partner ${taken.id} exists with name "${taken.name}" and submitter id ${taken.submitter_id}`,
      };
}

/** @returns the partner, or undefined when there is none of this id */
export async function findPartner(
  { sql }: Pick<Database, 'sql'>,
  id: PartnerId,
): Promise<Partner | undefined> {
  const [row] = await partnerById(sql, { id });
  return row === undefined ? undefined : partnerOf(row);
}

const partnerById = prepareQuery((sql, { id }: { id: string }) =>
  sql.selectFrom('partners').selectAll().where('id', '=', id),
);

/**
 * @param page a part of them only: those after an id, at most so many
 * @returns every partner, by id
 */
export async function listPartners(
  database: Database,
  page: { readonly after?: string | undefined; readonly limit?: number } = {},
): Promise<readonly Partner[]> {
  let query = database.sql.selectFrom('partners').selectAll().orderBy('id');
  if (page.after !== undefined) query = query.where('id', '>', page.after);
  if (page.limit !== undefined) query = query.limit(page.limit);
  return (await query.execute()).map(partnerOf);
}

/**
 * Says how and from where a partner's users may sign in; what is left out stays. It counts from the next sign-in on.
 * @returns the partner as it is now, or undefined when there is none
 */
export async function setPartnerAccess(
  database: Database,
  input: PartnerAccess,
): Promise<Partner | undefined> {
  return database.transaction((transaction) => changePartnerAccess(transaction, input));
}

export interface PartnerAccess {
  readonly id: PartnerId;
  readonly authentication?: AuthenticationPolicy | undefined;
  readonly allowedNetworks?: readonly Network[] | undefined;
  readonly actor: Actor;
}

/** The same in a transaction that has more to do. */
export async function changePartnerAccess(
  transaction: Transaction,
  input: PartnerAccess,
): Promise<Partner | undefined> {
  const { id, authentication, allowedNetworks, actor } = input;
  const networks = allowedNetworks?.map(({ text }) => text).join(' ');
  const row = await transaction.sql
    .updateTable('partners')
    .set((value) => ({
      authentication: authentication ?? value.ref('authentication'),
      allowed_networks: networks ?? value.ref('allowed_networks'),
    }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
  if (row === undefined) return undefined;
  await transaction.audit({
    actor,
    action: 'partner.access',
    subject: `partner:${id}`,
    detail: { authentication: row.authentication, allowedNetworks: row.allowed_networks },
  });
  return partnerOf(row);
}

function partnerOf(row: StoredPartnerRow): Partner {
  return {
    id: storedPartnerId(row.id),
    name: row.name,
    submitterId: row.submitter_id,
    status: row.status,
    createdAtMs: Number(row.created_at_ms),
    authentication: row.authentication,
    allowedNetworks: row.allowed_networks
      .split(' ')
      .filter((text) => text !== '')
      .map(storedNetwork),
  };
}

/** @throws Error when the row was not written by Claimgate: nobody may come in by a list that cannot be read */
function storedNetwork(text: string): Network {
  const network = parseNetwork(text);
  if (network === undefined) throw new Error(`The database holds ${JSON.stringify(text)} as a network.`);
  return network;
}

/**
 * Reads back an id that a row holds.
 * @throws Error when the row was not written by Claimgate
 */
export function storedPartnerId(text: string): PartnerId {
  const parsed = parsePartnerId(text);
  if (parsed.kind === 'invalid')
    throw new Error(`The database holds ${JSON.stringify(text)} as a trading partner id.`);
  return parsed.id;
}
