// What stands in `outbound`, in quarantine and with the back end, against the rows that put it there. A file that its
// partner or the back end has taken away is no mismatch: that is what it was put there for.

import { parseTransmissionId } from '../domain/ids.ts';
import type { PartnersDeps } from './find-folder-mismatches.ts';
import type { CompareDeps } from './find-original-mismatches.ts';
import { inPieces, namesIn } from './folder-names.ts';
import type { Mismatch } from './mismatch.ts';
import { storedTransmissionId } from './transmission-store.ts';

export async function findAnswerMismatches(deps: PartnersDeps): Promise<readonly Mismatch[]> {
  return [
    ...(await findOutbound(deps)),
    ...(await findQuarantineUnknown(deps)),
    ...(await findQuarantineMissing(deps)),
    ...(await findReleases(deps)),
  ];
}

async function findOutbound({ database, directory, partners }: PartnersDeps): Promise<readonly Mismatch[]> {
  const found: Mismatch[] = [];
  for (const partnerId of partners) {
    const names = new Set(await namesIn(directory.mailboxFolder(partnerId, 'outbound')));
    const rows = await database.sql
      .selectFrom('outbound_files')
      .select('name')
      .where('partner_id', '=', partnerId)
      .where('inode', 'is not', null)
      .execute();
    for (const { name } of rows)
      if (!names.has(name)) found.push({ kind: 'outbound-missing', partnerId, name });
  }
  return found;
}

async function findQuarantineUnknown({ database, directory }: CompareDeps): Promise<readonly Mismatch[]> {
  const found: Mismatch[] = [];
  for (const piece of inPieces(await namesIn(directory.quarantine))) {
    const rows = await database.sql
      .selectFrom('transmissions')
      .select(['id', 'state'])
      .where('id', 'in', piece)
      .execute();
    const states = new Map(rows.map((row) => [row.id, row.state]));
    for (const name of piece) {
      const state = states.get(name);
      // An attempt links it here before its row says so.
      if (state === 'quarantined' || state === 'processing') continue;
      found.push({ kind: 'quarantine-unknown', name, known: state !== undefined });
    }
  }
  return found;
}

async function findQuarantineMissing({ database, directory }: CompareDeps): Promise<readonly Mismatch[]> {
  const names = new Set(await namesIn(directory.quarantine));
  const rows = await database.sql
    .selectFrom('transmissions')
    .select(['id', 'original_path'])
    .where('state', '=', 'quarantined')
    .where('original_path', 'is not', null)
    .execute();
  return rows.flatMap(({ id, original_path: path }): readonly Mismatch[] =>
    names.has(id) || path === null
      ? []
      : [{ kind: 'quarantine-missing', transmissionId: storedTransmissionId(id), path }],
  );
}

const manifestEnding = '.json';
/** What a crash while a manifest was written leaves (durable-file.ts). */
const unfinishedEnding = '.json.tmp';

async function findReleases(deps: PartnersDeps): Promise<readonly Mismatch[]> {
  const found: Mismatch[] = [];
  for (const partnerId of deps.partners) {
    // What the back end keeps here under names of its own is its business.
    const names = await namesIn(deps.directory.accepted(partnerId));
    for (const piece of inPieces(names.filter((name) => releasedIdOf(name) !== undefined)))
      for (const name of await unreleased(deps, piece))
        found.push({ kind: 'release-unknown', partnerId, name });
  }
  return found;
}

async function unreleased({ database }: CompareDeps, names: readonly string[]): Promise<readonly string[]> {
  const rows = await database.sql
    .selectFrom('releases')
    .select(['transmission_id', 'state'])
    .where(
      'transmission_id',
      'in',
      names.map((name) => releasedIdOf(name) ?? ''),
    )
    .execute();
  const states = new Map(rows.map((row) => [row.transmission_id, row.state]));
  return names.filter((name) => {
    const state = states.get(releasedIdOf(name) ?? '');
    return state === undefined || (name.endsWith(unfinishedEnding) && state === 'released');
  });
}

/** Whose release a name in `backend/accepted` is of; undefined when it is none of ours. */
function releasedIdOf(name: string): string | undefined {
  const ending = [unfinishedEnding, manifestEnding].find((known) => name.endsWith(known)) ?? '';
  const id = parseTransmissionId(name.slice(0, name.length - ending.length));
  return id.kind === 'ok' ? id.id : undefined;
}
