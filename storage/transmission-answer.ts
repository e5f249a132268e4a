// What a transmission was answered, as pages show it: interchanges, groups and sets with their codes, findings one page
// at a time each with the place of its set in the file, and the files of the answer.

import type { TransmissionId } from '../domain/ids.ts';
import type { Database } from './transaction.ts';

export interface AnsweredSet {
  readonly id: string;
  readonly ordinal: number;
  /** ST01, such as `837`. */
  readonly setId: string;
  readonly controlNumber: string;
  /** `837P`, `837I`, ... */
  readonly name: string;
  /** X231A1 IK501. */
  readonly code: string;
  /** X231A1 IK502 to IK506. */
  readonly codes: readonly string[];
  readonly claims: number;
  readonly findings: number;
}

export interface AnsweredGroup {
  readonly ordinal: number;
  readonly functionalId: string;
  readonly controlNumber: string;
  readonly version: string;
  /** X231A1 AK901. */
  readonly code: string;
  /** X231A1 AK905 to AK909. */
  readonly codes: readonly string[];
  /** AK902 to AK904. */
  readonly setsIncluded: number;
  readonly setsReceived: number;
  readonly setsAccepted: number;
  readonly sets: readonly AnsweredSet[];
}

export interface AnsweredInterchange {
  readonly ordinal: number;
  readonly sender: string;
  readonly receiver: string;
  readonly controlNumber: string;
  readonly version: string;
  readonly usage: string;
  readonly ta1Code: string;
  readonly ta1Note: string;
  readonly verdict: string;
  readonly groups: readonly AnsweredGroup[];
}

/** A file of the answer: a TA1, 999s, or a report in plain words. */
export interface AnswerFileFacts {
  readonly id: string;
  readonly name: string;
  /** `TA1`, `999`, `TA1 999` or `report`. */
  readonly kinds: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly controlNumber: string;
  readonly state: 'written' | 'published';
  readonly writtenAtMs: number;
}

/** @returns the interchanges of a transmission with what stands in them, in the order of the file */
export async function readAnsweredInterchanges(
  database: Database,
  id: TransmissionId,
): Promise<readonly AnsweredInterchange[]> {
  const { sql } = database;
  const interchanges = await sql
    .selectFrom('interchanges')
    .selectAll()
    .where('transmission_id', '=', id)
    .orderBy('ordinal')
    .execute();
  const groups = await sql
    .selectFrom('functional_groups')
    .innerJoin('interchanges', 'interchanges.id', 'functional_groups.interchange_id')
    .selectAll('functional_groups')
    .where('interchanges.transmission_id', '=', id)
    .orderBy('functional_groups.ordinal')
    .execute();
  const sets = await readSets(database, id);
  return interchanges.map((interchange) => ({
    ordinal: interchange.ordinal,
    sender: interchange.sender_id,
    receiver: interchange.receiver_id,
    controlNumber: interchange.control_number,
    version: interchange.version,
    usage: interchange.usage_indicator,
    ta1Code: interchange.ta1_code,
    ta1Note: interchange.ta1_note,
    verdict: interchange.verdict,
    groups: groups
      .filter((group) => group.interchange_id === interchange.id)
      .map((group) => ({
        ordinal: group.ordinal,
        functionalId: group.functional_id,
        controlNumber: group.control_number,
        version: group.version,
        code: group.ak901,
        codes: wordsOf(group.ak905),
        setsIncluded: group.sets_included,
        setsReceived: group.sets_received,
        setsAccepted: group.sets_accepted,
        sets: sets.get(group.id) ?? [],
      })),
  }));
}

/** By the group's id. */
async function readSets(
  database: Database,
  id: TransmissionId,
): Promise<ReadonlyMap<string, readonly AnsweredSet[]>> {
  const rows = await database.sql
    .selectFrom('transaction_sets')
    .innerJoin('functional_groups', 'functional_groups.id', 'transaction_sets.group_id')
    .innerJoin('interchanges', 'interchanges.id', 'functional_groups.interchange_id')
    .selectAll('transaction_sets')
    .where('interchanges.transmission_id', '=', id)
    .orderBy('transaction_sets.ordinal')
    .execute();
  const byGroup = new Map<string, AnsweredSet[]>();
  for (const row of rows) {
    const sets = byGroup.get(row.group_id) ?? [];
    byGroup.set(row.group_id, sets);
    sets.push({
      id: row.id,
      ordinal: row.ordinal,
      setId: row.set_id,
      controlNumber: row.control_number,
      name: row.transaction_name,
      code: row.ik501,
      codes: wordsOf(row.ik502),
      claims: row.claims,
      findings: row.findings,
    });
  }
  return byGroup;
}

const wordsOf = (text: string): readonly string[] => (text === '' ? [] : text.split(' '));

/** A finding, and where its set stands in the file: the numbers of interchange, group and set, from 1. */
export interface PlacedFinding {
  readonly setId: string | undefined;
  readonly place: readonly [interchange: number, group: number, set: number];
  readonly ruleId: string;
  readonly severity: string;
  readonly segmentId: string;
  readonly position: number;
  readonly loop: string;
  readonly element: number | undefined;
  readonly component: number | undefined;
  readonly repetition: number | undefined;
  /** IK304 and IK403; the second is empty when no element is to blame. */
  readonly segmentCode: string;
  readonly elementCode: string;
  readonly snip: number;
  readonly plain: string;
  readonly hint: string;
}

/**
 * Findings in the order of the file.
 * @param input.offset how many to leave out before
 */
export async function readFindings(
  database: Database,
  input: { readonly id: TransmissionId; readonly offset: number; readonly limit: number },
): Promise<readonly PlacedFinding[]> {
  const rows = await database.sql
    .selectFrom('findings')
    .innerJoin('transaction_sets', 'transaction_sets.id', 'findings.set_id')
    .innerJoin('functional_groups', 'functional_groups.id', 'transaction_sets.group_id')
    .innerJoin('interchanges', 'interchanges.id', 'functional_groups.interchange_id')
    .selectAll('findings')
    .select([
      'transaction_sets.ordinal as set_ordinal',
      'functional_groups.ordinal as group_ordinal',
      'interchanges.ordinal as interchange_ordinal',
    ])
    .where('findings.transmission_id', '=', input.id)
    .orderBy('interchanges.ordinal')
    .orderBy('functional_groups.ordinal')
    .orderBy('transaction_sets.ordinal')
    .orderBy('findings.ordinal')
    .offset(input.offset)
    .limit(input.limit)
    .execute();
  return rows.map((row) => ({
    setId: row.set_id ?? undefined,
    place: [row.interchange_ordinal, row.group_ordinal, row.set_ordinal],
    ruleId: row.rule_id,
    severity: row.severity,
    segmentId: row.segment_id,
    position: row.segment_position,
    loop: row.loop_id,
    element: row.element ?? undefined,
    component: row.component ?? undefined,
    repetition: row.repetition ?? undefined,
    segmentCode: row.ik304,
    elementCode: row.ik403,
    snip: row.snip,
    plain: row.plain,
    hint: row.hint,
  }));
}

/** @returns how many findings are kept of a transmission */
export async function countFindings(database: Database, id: TransmissionId): Promise<number> {
  const row = await database.sql
    .selectFrom('findings')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('transmission_id', '=', id)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** @returns the files of the answer, in the order of the interchanges that they answer */
export async function listAnswerFiles(
  database: Database,
  id: TransmissionId,
): Promise<readonly AnswerFileFacts[]> {
  const rows = await database.sql
    .selectFrom('acknowledgements')
    .selectAll()
    .where('transmission_id', '=', id)
    .orderBy('interchange_ordinal')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    kinds: row.kinds,
    sizeBytes: Number(row.size_bytes),
    sha256: row.sha256,
    controlNumber: row.control_number,
    state: row.state,
    writtenAtMs: Number(row.written_at_ms),
  }));
}
