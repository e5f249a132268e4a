// How states, verdicts and sources of transmissions read. One row each; pages, filters and the CSV use the same words.

import type { TransmissionSource, TransmissionState, Verdict } from '../domain/transmission.ts';

export type Look = 'good' | 'due' | 'bad' | 'none';

export interface Words {
  readonly word: string;
  readonly look: Look;
}

export const verdictWords: Readonly<Record<Verdict, Words>> = {
  accepted: { word: 'Accepted', look: 'good' },
  'accepted-with-errors': { word: 'Accepted with errors', look: 'due' },
  'partially-accepted': { word: 'Partly accepted', look: 'bad' },
  rejected: { word: 'Rejected', look: 'bad' },
};

export const stateWords: Readonly<Record<TransmissionState, Words>> = {
  receiving: { word: 'Arriving', look: 'none' },
  interrupted: { word: 'Interrupted', look: 'due' },
  held: { word: 'Waits for its final name', look: 'due' },
  received: { word: 'Received', look: 'none' },
  processing: { word: 'Being checked', look: 'none' },
  answered: { word: 'Answered', look: 'good' },
  quarantined: { word: 'Not accepted', look: 'bad' },
  failed: { word: 'Delayed', look: 'bad' },
  expired: { word: 'Expired', look: 'none' },
  discarded: { word: 'Removed', look: 'none' },
};

/** What each state means for the person, in a sentence. */
export const stateSentences: Readonly<Record<TransmissionState, string>> = {
  receiving: 'The file is still arriving.',
  interrupted: 'The connection was cut before the whole file was here. Send it again.',
  held: 'The file has an unfinished name. It will be taken when it is renamed to its final name.',
  received: 'The file is here and will be checked in a moment.',
  processing: 'The file is being checked.',
  answered: 'The file was checked and answered.',
  quarantined: 'The file could not be processed and is kept in quarantine. The answer says why.',
  failed:
    'The file is here, but checking it failed on our side. The support desk has been told; do not send it again.',
  expired: 'The upload was not finished in time and was removed.',
  discarded:
    'The file was removed: by its sender before it was whole, or by EDI support, whose report says why.',
};

/** States as people filter by them. */
export const stateFilters: readonly {
  readonly key: string;
  readonly text: string;
  readonly states: readonly TransmissionState[];
}[] = [
  { key: 'arriving', text: 'Arriving or interrupted', states: ['receiving', 'interrupted', 'held'] },
  { key: 'checking', text: 'Received, not answered yet', states: ['received', 'processing'] },
  { key: 'answered', text: 'Answered', states: ['answered'] },
  { key: 'quarantined', text: 'Not accepted (quarantined)', states: ['quarantined'] },
  { key: 'failed', text: 'Delayed', states: ['failed'] },
  { key: 'ended', text: 'Expired or removed', states: ['expired', 'discarded'] },
];

const sources: Readonly<Record<TransmissionSource, string>> = {
  sftp: 'SFTP',
  portal: 'Batch Transfer',
  adopted: 'Another program of the gateway',
};

/** @param source as a row holds it */
export function sourceWord(source: string): string {
  return Object.entries(sources).find(([key]) => key === source)?.[1] ?? source;
}

/** @returns such as `1,234 bytes` or `3.4 MB` */
export function printSize(sizeBytes: number): string {
  if (sizeBytes === 1) return '1 byte';
  if (sizeBytes < 10_000) return `${sizeBytes.toLocaleString('en-US')} bytes`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let size = sizeBytes / 1000;
  let unit = 0;
  for (; size >= 1000 && unit < units.length - 1; unit += 1) size /= 1000;
  return `${size < 100 ? size.toFixed(1) : Math.round(size)} ${units[unit]}`;
}
