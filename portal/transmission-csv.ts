// The list of transmissions as lines of a spreadsheet, made page by page while it is sent.

import type { Database } from '../storage/transaction.ts';
import {
  type ListedTransmission,
  type ListPosition,
  searchTransmissions,
  type TransmissionSearch,
} from '../storage/transmission-search.ts';
import { csvLine } from './csv.ts';
import { csvLinesMax } from './limits.ts';
import { sourceWord, stateWords, verdictWords } from './transmission-words.ts';

const linesAtOnce = 200;

const header = csvLine([
  'Tracking ID',
  'File',
  'Arrived (UTC)',
  'Received (UTC)',
  'Answered (UTC)',
  'Sent by',
  'Way',
  'Bytes',
  'SHA-256',
  'Transactions',
  'State',
  'Verdict',
]);

/** @returns the lines, the first of which names the columns; at most `csvLinesMax` */
export async function* csvOfTransmissions(
  database: Database,
  search: Pick<TransmissionSearch, 'viewer' | 'filter'>,
): AsyncGenerator<string> {
  yield header;
  let after: ListPosition | undefined;
  for (let lines = 0; lines < csvLinesMax; lines += linesAtOnce) {
    const found = await searchTransmissions(database, { ...search, after, limit: linesAtOnce });
    if (found.length > 0) yield found.map(lineOf).join('');
    const last = found.at(-1)?.transmission;
    if (last === undefined || found.length < linesAtOnce) return;
    after = last;
  }
}

function lineOf({ transmission, transactions }: ListedTransmission): string {
  return csvLine([
    transmission.id,
    transmission.name,
    printTime(transmission.openedAtMs),
    printTime(transmission.receivedAtMs),
    printTime(transmission.answeredAtMs),
    transmission.userId,
    sourceWord(transmission.source),
    transmission.sizeBytes,
    transmission.sha256,
    transactions.join(' '),
    stateWords[transmission.state].word,
    transmission.verdict === undefined ? undefined : verdictWords[transmission.verdict].word,
  ]);
}

const printTime = (atMs: number | undefined): string | undefined =>
  atMs === undefined ? undefined : new Date(atMs).toISOString();
