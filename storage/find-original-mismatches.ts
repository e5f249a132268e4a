// Originals and the durable copies of answers, in `originals/YYYY/MM/DD`, against their rows.

import { basename, dirname, join } from 'node:path';
import { parseTransmissionId, uuidV7 } from '../domain/ids.ts';
import type { DataDirectory } from './data-directory.ts';
import { folderMemory, inPieces, namesIn } from './folder-names.ts';
import type { Mismatch } from './mismatch.ts';
import { storedPartnerId } from './partner-store.ts';
import type { Database } from './transaction.ts';
import { storedTransmissionId } from './transmission-store.ts';

export interface CompareDeps {
  readonly database: Database;
  readonly directory: DataDirectory;
  /** What is older is not looked at, in milliseconds since 1970. */
  readonly sinceMs: number;
}

const answerEnding = '.ack';
const rowsAtOnce = 1_000;
/** A file is in the folder of the day on which it was closed or written; its id is from the day when it was begun. */
const marginMs = 2 * 24 * 60 * 60 * 1000;

export async function findOriginalMismatches(deps: CompareDeps): Promise<readonly Mismatch[]> {
  const found: Mismatch[] = [];
  for await (const folder of dayFolders(deps)) found.push(...(await unknownIn(deps, folder)));
  found.push(...(await missingOriginals(deps)), ...(await missingAnswers(deps)));
  return found;
}

/** The folders by day, below the data directory, from the day before `sinceMs` on. */
async function* dayFolders({ directory, sinceMs }: CompareDeps): AsyncGenerator<string> {
  const first = new Date(Math.max(0, sinceMs - marginMs)).toISOString().slice(0, 10);
  for (const year of await namesIn(directory.stored('originals'))) {
    if (year < first.slice(0, 4)) continue;
    for (const month of await namesIn(directory.stored(join('originals', year)))) {
      if (`${year}-${month}` < first.slice(0, 7)) continue;
      for (const day of await namesIn(directory.stored(join('originals', year, month))))
        if (`${year}-${month}-${day}` >= first) yield join('originals', year, month, day);
    }
  }
}

/** Files of a day that no row has, or whose rows say that they were purged. */
async function unknownIn({ database, directory }: CompareDeps, folder: string): Promise<readonly Mismatch[]> {
  const found: Mismatch[] = [];
  const names = await namesIn(directory.stored(folder));
  const originals = names.filter((name) => !name.endsWith(answerEnding));
  for (const piece of inPieces(originals)) {
    const rows = await database.sql
      .selectFrom('transmissions')
      .select(['id', 'original_purged_at_ms'])
      .where('id', 'in', piece)
      .execute();
    const purged = new Map(rows.map((row) => [row.id, row.original_purged_at_ms !== null]));
    for (const name of piece) {
      const path = join(folder, name);
      if (!purged.has(name)) found.push({ kind: 'original-unknown', path });
      else if (purged.get(name) === true) found.push({ kind: 'original-purged', path });
    }
  }
  const answers = names.filter((name) => name.endsWith(answerEnding));
  for (const piece of inPieces(answers)) {
    const ids = piece.map((name) => name.slice(0, -answerEnding.length));
    const rows = await database.sql
      .selectFrom('acknowledgements')
      .select('id')
      .where('id', 'in', ids)
      .where('purged_at_ms', 'is', null)
      .execute();
    const known = new Set(rows.map((row) => row.id));
    for (const id of ids)
      if (!known.has(id)) found.push({ kind: 'answer-unknown', path: join(folder, `${id}${answerEnding}`) });
  }
  return found;
}

/** The smallest id that a row made at this time can have. */
const floorOf = (atMs: number): string => uuidV7(Math.max(0, atMs), new Uint8Array(10));

async function missingOriginals({ database, directory, sinceMs }: CompareDeps): Promise<readonly Mismatch[]> {
  const found: Mismatch[] = [];
  const inFolder = folderMemory();
  for (let after = floorOf(sinceMs - marginMs); ; ) {
    const rows = await database.sql
      .selectFrom('transmissions')
      .select(['id', 'partner_id', 'state', 'original_path'])
      .where('id', '>', after)
      .where('original_path', 'is not', null)
      // What rides in the journal is restored by the start of the SFTP role (small-originals.ts).
      .where('id', 'not in', (riding) => riding.selectFrom('small_originals').select('transmission_id'))
      .orderBy('id')
      .limit(rowsAtOnce)
      .execute();
    for (const { id, partner_id, state, original_path: path } of rows) {
      if (path === null || (await inFolder(directory.stored(dirname(path)))).has(basename(path))) continue;
      const transmissionId = storedTransmissionId(id);
      found.push({
        kind: 'original-missing',
        transmissionId,
        partnerId: storedPartnerId(partner_id),
        state,
        path,
      });
    }
    after = rows.at(-1)?.id ?? after;
    if (rows.length < rowsAtOnce) return found;
  }
}

async function missingAnswers({ database, directory, sinceMs }: CompareDeps): Promise<readonly Mismatch[]> {
  const found: Mismatch[] = [];
  const inFolder = folderMemory();
  for (let after = floorOf(sinceMs - marginMs); ; ) {
    const rows = await database.sql
      .selectFrom('acknowledgements')
      .select(['id', 'transmission_id', 'partner_id', 'name', 'path'])
      .where('id', '>', after)
      .where('purged_at_ms', 'is', null)
      .orderBy('id')
      .limit(rowsAtOnce)
      .execute();
    for (const { id, transmission_id, partner_id, name, path } of rows) {
      if ((await inFolder(directory.stored(dirname(path)))).has(basename(path))) continue;
      const transmission = parseTransmissionId(transmission_id);
      if (transmission.kind === 'invalid') continue;
      const partnerId = storedPartnerId(partner_id);
      found.push({
        kind: 'answer-missing',
        answerId: id,
        transmissionId: transmission.id,
        partnerId,
        name,
        path,
      });
    }
    after = rows.at(-1)?.id ?? after;
    if (rows.length < rowsAtOnce) return found;
  }
}
