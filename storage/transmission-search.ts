// Transmissions as a trading partner's user looks for them: by day, state, verdict, name, transaction, control number
// and user, the newest first, one page at a time; or as a program does that may see those of all partners. Every filter but the control number is answered by one index alone
// (transmissions_list, migration 6), so that a page costs the same whatever is asked for.

import { type Selectable, sql } from 'kysely';
import type { TransmissionId } from '../domain/ids.ts';
import type { TransmissionState, Verdict } from '../domain/transmission.ts';
import { literal } from './literals.ts';
import type { ReleaseRow, TransmissionRow } from './tables.ts';
import type { Database } from './transaction.ts';
import { type Transmission, transmissionOf } from './transmission-store.ts';
import { type ProgramViewer, type TransmissionViewer, visibleTransmissions } from './transmission-view.ts';

export interface TransmissionFilter {
  /** Arrived at this time or later, in milliseconds since 1970. */
  readonly fromMs?: number | undefined;
  /** Arrived before this time. */
  readonly beforeMs?: number | undefined;
  readonly states?: readonly TransmissionState[] | undefined;
  readonly verdict?: Verdict | undefined;
  /** A part of the name, in any case. */
  readonly name?: string | undefined;
  /** `837P`, `837I`, ... */
  readonly transaction?: string | undefined;
  /** ISA13 or GS06 of the file, or ISA13 of its acknowledgement. */
  readonly controlNumber?: string | undefined;
  readonly userId?: string | undefined;
}

/** Where a page ends: the last transmission on it. */
export interface ListPosition {
  readonly openedAtMs: number;
  readonly id: TransmissionId;
}

export interface TransmissionSearch {
  readonly viewer: TransmissionViewer | ProgramViewer;
  readonly filter: TransmissionFilter;
  /** Only those after this one; from the newest when absent. */
  readonly after?: ListPosition | undefined;
  readonly limit: number;
}

export interface ListedTransmission {
  readonly transmission: Transmission;
  /** `837P`, `837I`, ...; empty until it is answered. */
  readonly transactions: readonly string[];
  /** What became of it at the back end; absent when nothing is to be handed over. */
  readonly release: 'due' | 'released' | undefined;
}

/** @returns the partner's transmissions that fit, the newest first */
export async function searchTransmissions(
  database: Database,
  search: TransmissionSearch,
): Promise<readonly ListedTransmission[]> {
  const ids = await matchingIds(database, search);
  if (ids.length === 0) return [];
  const rows = await database.sql
    .selectFrom('transmissions')
    .leftJoin('releases', 'releases.transmission_id', 'transmissions.id')
    .selectAll('transmissions')
    .select('releases.state as release_state')
    .where('transmissions.id', 'in', ids)
    .orderBy('transmissions.opened_at_ms', 'desc')
    .orderBy('transmissions.id', 'desc')
    .execute();
  return rows.map(listedOf);
}

async function matchingIds(database: Database, search: TransmissionSearch): Promise<readonly string[]> {
  const { filter, after } = search;
  let query = database.sql.selectFrom('transmissions').select('id');
  // First of all: SQLite tests conditions in this order, and of a search that finds nothing every row is tested.
  if (filter.name !== undefined) {
    // SQLite's LIKE makes no difference between a and A (https://sqlite.org/lang_expr.html#like); asking for lower(name)
    // made the search a third slower.
    const pattern = `%${asItIs(filter.name)}%`;
    query = query.where(sql<boolean>`name like ${pattern} escape '!'`);
  }
  query = query
    .where(await visibleTransmissions(database, search.viewer))
    .orderBy('opened_at_ms', 'desc')
    .orderBy('id', 'desc')
    .limit(search.limit);
  if (filter.fromMs !== undefined) query = query.where('opened_at_ms', '>=', filter.fromMs);
  if (filter.beforeMs !== undefined) query = query.where('opened_at_ms', '<', filter.beforeMs);
  // What its uploader removed is of no interest unless it is asked for.
  if (filter.states === undefined) query = query.where('state', '!=', 'discarded');
  else query = query.where('state', 'in', filter.states);
  // As the index of what is not settled has it, or SQLite does not use that one.
  if (filter.states?.includes('answered') === false) query = query.where('state', '!=', literal('answered'));
  const { verdict } = filter;
  if (verdict !== undefined) {
    // Of one partner's files, and not the partner's of all files with this verdict: the index of verdicts is for all partners.
    query =
      search.viewer.partnerId === undefined
        ? query.where('verdict', '=', verdict)
        : query.where((of) => of.fn.coalesce('verdict', of.val('')), '=', verdict);
  }
  if (filter.userId !== undefined) query = query.where('user_id', '=', filter.userId);
  if (filter.transaction !== undefined) {
    const pattern = `% ${asItIs(filter.transaction)} %`;
    // The whole text first: most rows have not even that, and need no longer text made of them.
    query = query.where(sql<boolean>`transactions like ${`%${asItIs(filter.transaction)}%`} escape '!'`);
    query = query.where(sql<boolean>`' ' || transactions || ' ' like ${pattern} escape '!'`);
  }
  if (filter.controlNumber !== undefined) {
    query = query.where('id', 'in', await idsOfControlNumber(database, filter.controlNumber));
  }
  if (after !== undefined) {
    // Both halves, so that the index is entered at the time and the id only decides between equals.
    query = query
      .where('opened_at_ms', '<=', after.openedAtMs)
      .where((where) => where.or([where('opened_at_ms', '<', after.openedAtMs), where('id', '<', after.id)]));
  }
  return (await query.execute()).map((row) => row.id);
}

/** Text as LIKE takes it for itself. */
const asItIs = (text: string): string => text.replace(/[!%_]/g, '!$&');

/** Transmissions that a control number leads to at most: one that every file repeats would lead to all of them. */
const numberedMax = 5000;

async function idsOfControlNumber({ sql }: Database, text: string): Promise<readonly string[]> {
  // ISA13 has nine digits; people leave the zeros out.
  const spellings = [...new Set([text, text.padStart(9, '0'), text.replace(/^0+(?=.)/, '')])];
  // Each with its own limit: a union reads all of them first, and a group number of 1 is in nearly every file.
  const found = [
    await sql
      .selectFrom('interchanges')
      .select('transmission_id')
      .where('control_number', 'in', spellings)
      .limit(numberedMax)
      .execute(),
    await sql
      .selectFrom('acknowledgements')
      .select('transmission_id')
      .where('control_number', 'in', spellings)
      .limit(numberedMax)
      .execute(),
    await sql
      .selectFrom('functional_groups')
      .innerJoin('interchanges', 'interchanges.id', 'functional_groups.interchange_id')
      .select('interchanges.transmission_id')
      .where('functional_groups.control_number', 'in', spellings)
      .limit(numberedMax)
      .execute(),
  ];
  const ids = new Set(found.flat().map((row) => row.transmission_id));
  return [...ids].slice(0, numberedMax);
}

/**
 * One transmission as its list shows it.
 * @returns undefined when there is none of this id that the viewer may know of
 */
export async function findListedTransmission(
  database: Database,
  input: { readonly viewer: TransmissionViewer | ProgramViewer; readonly id: TransmissionId },
): Promise<ListedTransmission | undefined> {
  const row = await database.sql
    .selectFrom('transmissions')
    .leftJoin('releases', 'releases.transmission_id', 'transmissions.id')
    .selectAll('transmissions')
    .select('releases.state as release_state')
    .where('transmissions.id', '=', input.id)
    .where(await visibleTransmissions(database, input.viewer))
    .executeTakeFirst();
  return row === undefined ? undefined : listedOf(row);
}

function listedOf(
  row: Selectable<TransmissionRow> & { readonly release_state: ReleaseRow['state'] | null },
): ListedTransmission {
  return {
    transmission: transmissionOf(row),
    transactions: row.transactions === '' ? [] : row.transactions.split(' '),
    release: row.release_state ?? undefined,
  };
}
