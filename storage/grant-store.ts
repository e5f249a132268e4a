// Who may send and receive what. The rows of `grants` say what each user was granted, those of `partner_transactions`
// what its trading partner has agreed on; a right is in force while both are there and the user belongs to the partner.
// Every change of a user's grants gets the next version, with the rows that tell what it changed.

import { type Actor, printActor } from '../domain/audit.ts';
import type { PartnerId, UserId } from '../domain/ids.ts';
import {
  everyRight,
  noRights,
  parseRight,
  printRight,
  type Right,
  type Rights,
  type RightsHolder,
  rightsOf,
} from '../domain/right.ts';
import { noteAccountChange } from './account-changes.ts';
import { prepareQuery } from './prepared-query.ts';
import type { Database, Sql, Transaction } from './transaction.ts';

interface RightRow {
  readonly transaction_name: string;
  readonly direction: 'send' | 'receive';
}

/** What a row names, unless a newer Claimgate wrote it: what this one does not know, nobody has. */
const rightsOfRows = (rows: readonly RightRow[]): readonly Right[] =>
  rows.flatMap((row) => parseRight(row.direction, row.transaction_name) ?? []);

/**
 * Reads what someone may send and receive now, in one query.
 * @param holder.userId undefined for the partner itself: what a program drops is under the partner's rights
 */
export async function readRights({ sql }: { readonly sql: Sql }, holder: RightsHolder): Promise<Rights> {
  const { partnerId, userId } = holder;
  const rows = await rightRows(sql, { partnerId, userId: userId ?? '' });
  const held = holder.userId === undefined ? rows : rows.filter((row) => row.user_id !== null);
  return held.length === 0 ? noRights : rightsOf(rightsOfRows(held), rightsOfRows(rows));
}

const rightRows = prepareQuery((sql, { partnerId, userId }: { partnerId: string; userId: string }) =>
  sql
    .selectFrom('partner_transactions')
    .leftJoin('grants', (join) =>
      join
        .onRef('grants.transaction_name', '=', 'partner_transactions.transaction_name')
        .onRef('grants.direction', '=', 'partner_transactions.direction')
        .on('grants.user_id', '=', userId)
        .on((on) =>
          on.exists(
            on
              .selectFrom('users')
              .select('users.id')
              .whereRef('users.id', '=', 'grants.user_id')
              .whereRef('users.partner_id', '=', 'partner_transactions.partner_id'),
          ),
        ),
    )
    .select(['partner_transactions.transaction_name', 'partner_transactions.direction', 'grants.user_id'])
    .where('partner_transactions.partner_id', '=', partnerId),
);

/** @returns what a trading partner has agreed on, in the order of `everyRight` */
export async function readPartnerRights(
  { sql }: { readonly sql: Sql },
  id: PartnerId,
): Promise<readonly Right[]> {
  const rows = await sql
    .selectFrom('partner_transactions')
    .select(['transaction_name', 'direction'])
    .where('partner_id', '=', id)
    .execute();
  return inOrder(rightsOfRows(rows));
}

function inOrder(rights: readonly Right[]): readonly Right[] {
  const held = new Set(rights.map(printRight));
  return everyRight.filter((right) => held.has(printRight(right)));
}

/** A new partner has agreed on everything; an operator takes away what was not agreed on. */
export async function agreeOnEverything(
  transaction: Transaction,
  input: { readonly partnerId: PartnerId; readonly actor: Actor },
): Promise<void> {
  await agree(transaction, { ...input, rights: everyRight });
}

async function agree(
  { sql, nowMs }: Transaction,
  input: { readonly partnerId: PartnerId; readonly actor: Actor; readonly rights: readonly Right[] },
): Promise<void> {
  if (input.rights.length === 0) return;
  await sql
    .insertInto('partner_transactions')
    .values(
      input.rights.map(({ direction, transaction }) => ({
        partner_id: input.partnerId,
        transaction_name: transaction,
        direction,
        agreed_at_ms: nowMs,
        agreed_by: printActor(input.actor),
      })),
    )
    .execute();
}

/**
 * Says what a trading partner has agreed on. Grants of its users beyond it stay, and count for nothing.
 * @returns undefined when there is no such partner
 */
export async function setPartnerRights(
  database: Database,
  input: WantedPartnerRights,
): Promise<{ readonly kind: 'changed' | 'unchanged' } | undefined> {
  return database.transaction((transaction) => changePartnerRights(transaction, input));
}

interface WantedPartnerRights {
  readonly partnerId: PartnerId;
  readonly rights: readonly Right[];
  readonly actor: Actor;
}

/** The same in a transaction that has more to do. */
export async function changePartnerRights(
  transaction: Transaction,
  input: WantedPartnerRights,
): Promise<{ readonly kind: 'changed' | 'unchanged' } | undefined> {
  const { sql } = transaction;
  const { partnerId } = input;
  const partner = await sql
    .selectFrom('partners')
    .select('id')
    .where('id', '=', partnerId)
    .executeTakeFirst();
  if (partner === undefined) return undefined;
  const words = (rights: readonly Right[]) => inOrder(rights).map(printRight).join(', ');
  const before = words(await readPartnerRights(transaction, partnerId));
  const after = words(input.rights);
  if (before === after) return { kind: 'unchanged' };
  await sql.deleteFrom('partner_transactions').where('partner_id', '=', partnerId).execute();
  await agree(transaction, { ...input, rights: inOrder(input.rights) });
  await noteAccountChange(transaction);
  await transaction.event({ kind: 'partner.transactions-changed', partnerId });
  await transaction.audit({
    actor: input.actor,
    action: 'partner.transactions',
    subject: `partner:${partnerId}`,
    detail: { before, after },
  });
  return { kind: 'changed' };
}

/** What one user was granted, and the version of it. */
export interface Grants {
  readonly rights: readonly Right[];
  /** 0 before the first change. */
  readonly version: number;
}

/** @returns what a user was granted, whether or not the partner has agreed on it */
export async function readGrants({ sql }: { readonly sql: Sql }, userId: UserId): Promise<Grants> {
  return (await readGrantsOf({ sql }, [userId])).get(userId) ?? { rights: [], version: 0 };
}

/** @returns what each of these users was granted, in two queries */
export async function readGrantsOf(
  { sql }: { readonly sql: Sql },
  users: readonly UserId[],
): Promise<ReadonlyMap<string, Grants>> {
  if (users.length === 0) return new Map();
  const rows = await sql
    .selectFrom('grants')
    .select(['user_id', 'transaction_name', 'direction'])
    .where('user_id', 'in', users)
    .execute();
  const versions = await sql.selectFrom('grant_versions').selectAll().where('user_id', 'in', users).execute();
  const versionOf = new Map(versions.map((row) => [row.user_id, row.version]));
  return new Map(
    users.map((id) => {
      const own = rows.filter((row) => row.user_id === id);
      return [id, { rights: inOrder(rightsOfRows(own)), version: versionOf.get(id) ?? 0 }];
    }),
  );
}

export type ChangeGrantsOutcome =
  | {
      readonly kind: 'changed' | 'unchanged';
      readonly version: number;
      readonly added: readonly Right[];
      readonly removed: readonly Right[];
    }
  /** Someone else changed them since `expectedVersion`. */
  | { readonly kind: 'outdated'; readonly grants: Grants }
  /** The user does not belong to this partner. */
  | { readonly kind: 'no-such-user' };

export interface ChangeGrantsInput {
  readonly partnerId: PartnerId;
  readonly userId: UserId;
  /** Everything that the user shall have from now on. */
  readonly rights: readonly Right[];
  /** The version that the change was made from; undefined: whatever is there now. */
  readonly expectedVersion: number | undefined;
  readonly actor: Actor;
  readonly address?: string;
}

/** Gives a user these rights and no others: rows, version, history, event and audit record in this transaction. */
export async function changeGrants(
  transaction: Transaction,
  input: ChangeGrantsInput,
): Promise<ChangeGrantsOutcome> {
  const { sql } = transaction;
  const { userId, partnerId } = input;
  const user = await sql
    .selectFrom('users')
    .select('id')
    .where('id', '=', userId)
    .where('partner_id', '=', partnerId)
    .executeTakeFirst();
  if (user === undefined) return { kind: 'no-such-user' };
  const grants = await readGrants(transaction, userId);
  const { added, removed } = differenceOf(grants.rights, input.rights);
  // Who asks for what is there already changes nothing, however old the page was.
  if (added.length + removed.length === 0)
    return { kind: 'unchanged', version: grants.version, added, removed };
  const { expectedVersion = grants.version } = input;
  if (expectedVersion !== grants.version) return { kind: 'outdated', grants };
  const version = grants.version + 1;
  await writeVersion(transaction, { userId, from: grants.version });
  await writeRows(transaction, { ...input, version, added, removed });
  await record(transaction, { ...input, version, added, removed });
  return { kind: 'changed', version, added, removed };
}

function differenceOf(before: readonly Right[], after: readonly Right[]) {
  const had = new Set(before.map(printRight));
  const wanted = new Set(after.map(printRight));
  return {
    added: everyRight.filter((right) => wanted.has(printRight(right)) && !had.has(printRight(right))),
    removed: everyRight.filter((right) => had.has(printRight(right)) && !wanted.has(printRight(right))),
  };
}

/** Whether `changeGrants` would answer `outdated`. */
export async function isOutdated(
  transaction: Transaction,
  { userId, rights, expectedVersion }: ChangeGrantsInput,
): Promise<boolean> {
  const grants = await readGrants(transaction, userId);
  if (expectedVersion === undefined || expectedVersion === grants.version) return false;
  const { added, removed } = differenceOf(grants.rights, rights);
  return added.length + removed.length > 0;
}

/** The version is what two changes at once meet at, where the database lets them run side by side (PostgreSQL). */
async function writeVersion(
  { sql }: Transaction,
  { userId, from }: { readonly userId: UserId; readonly from: number },
): Promise<void> {
  if (from === 0) {
    await sql.insertInto('grant_versions').values({ user_id: userId, version: 1 }).execute();
    return;
  }
  await sql
    .updateTable('grant_versions')
    .set({ version: from + 1 })
    .where('user_id', '=', userId)
    .where('version', '=', from)
    .returning('version')
    .executeTakeFirstOrThrow();
}

type Change = ChangeGrantsInput & {
  readonly version: number;
  readonly added: readonly Right[];
  readonly removed: readonly Right[];
};

async function writeRows({ sql, nowMs }: Transaction, change: Change): Promise<void> {
  const { userId, partnerId, version, added, removed } = change;
  const by = printActor(change.actor);
  for (const { direction, transaction } of removed) {
    await sql
      .deleteFrom('grants')
      .where('user_id', '=', userId)
      .where('transaction_name', '=', transaction)
      .where('direction', '=', direction)
      .execute();
  }
  for (const { direction, transaction } of added) {
    await sql
      .insertInto('grants')
      .values({
        user_id: userId,
        transaction_name: transaction,
        direction,
        granted_at_ms: nowMs,
        granted_by: by,
      })
      .execute();
  }
  const row = (right: Right, what: 'added' | 'removed') => ({
    user_id: userId,
    version,
    partner_id: partnerId,
    transaction_name: right.transaction,
    direction: right.direction,
    change: what,
    changed_at_ms: nowMs,
    changed_by: by,
  });
  await sql
    .insertInto('grant_changes')
    .values([...added.map((right) => row(right, 'added')), ...removed.map((right) => row(right, 'removed'))])
    .execute();
}

async function record(transaction: Transaction, change: Change): Promise<void> {
  const { userId, partnerId, version, actor, address } = change;
  const added = change.added.map(printRight);
  const removed = change.removed.map(printRight);
  await noteAccountChange(transaction);
  await transaction.event({
    kind: 'user.grants-changed',
    partnerId,
    userId,
    grantVersion: version,
    added,
    removed,
  });
  await transaction.audit({
    actor,
    action: 'user.grants',
    subject: `user:${userId}`,
    ...(address === undefined ? {} : { address }),
    detail: { version, added: added.join(', '), removed: removed.join(', ') },
  });
}

/** One saved change of a user's grants. */
export interface GrantChange {
  readonly version: number;
  readonly atMs: number;
  /** As `printActor` has it. */
  readonly by: string;
  readonly added: readonly Right[];
  readonly removed: readonly Right[];
}

/** @returns the changes of a user's grants while it belonged to this partner, the newest first */
export async function listGrantChanges(
  database: Database,
  input: { readonly partnerId: PartnerId; readonly userId: UserId; readonly limit: number },
): Promise<readonly GrantChange[]> {
  const newest = await database.sql
    .selectFrom('grant_changes')
    .select('version')
    .distinct()
    .where('user_id', '=', input.userId)
    .where('partner_id', '=', input.partnerId)
    .orderBy('version', 'desc')
    .limit(input.limit)
    .execute();
  if (newest.length === 0) return [];
  const rows = await database.sql
    .selectFrom('grant_changes')
    .selectAll()
    .where('user_id', '=', input.userId)
    .where('partner_id', '=', input.partnerId)
    .where(
      'version',
      'in',
      newest.map((row) => row.version),
    )
    .execute();
  return newest.flatMap(({ version }) => {
    const own = rows.filter((row) => row.version === version);
    const [first] = own;
    if (first === undefined) return [];
    const rights = (change: 'added' | 'removed') => rightsOfRows(own.filter((row) => row.change === change));
    return {
      version,
      atMs: Number(first.changed_at_ms),
      by: first.changed_by,
      added: inOrder(rights('added')),
      removed: inOrder(rights('removed')),
    };
  });
}
