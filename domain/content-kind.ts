// What is in a file, in the words in which rights are given. It is decided from what X12 says itself: the functional id
// and version of a group (GS01, GS08) and the id and version of a set (ST01, ST03). Both are looked at, because what
// one of them claims must not get past a right that the other one asks for.

import type { Rights } from './right.ts';

/**
 * - a transaction         such as `837P`, `271`, `835`
 * - `acknowledgement`     999, 997, TA1, 824: answers to what was received
 * - `837`                 an 837 whose guide is not one of ours: professional, institutional or dental is not known
 * - `unknown`             everything else
 * - `report`              our own report in plain words on a file that was not processed
 * - `message`             a few lines of ours to everyone at the partner
 */
export type ContentKind = string;

/** X222 837P, X223 837I, X224 837D, their predetermination (X291, X292) and post-adjudicated forms (X298 to X300). */
const claimGuides: ReadonlyMap<string, ContentKind> = new Map([
  ['X222', '837P'],
  ['X291', '837P'],
  ['X298', '837P'],
  ['X223', '837I'],
  ['X292', '837I'],
  ['X299', '837I'],
  ['X224', '837D'],
  ['X300', '837D'],
]);

const setKinds: ReadonlySet<string> = new Set(['270', '271', '276', '277', '278', '834', '835', '820']);
const acknowledgementSets: ReadonlySet<string> = new Set(['999', '997', '824', 'TA1']);

/** X12 data element 479 by the set that a group of it holds; HN has both kinds of 277. */
const groupSets: ReadonlyMap<string, string> = new Map([
  ['HC', '837'],
  ['HS', '270'],
  ['HB', '271'],
  ['HR', '276'],
  ['HN', '277'],
  ['HI', '278'],
  ['BE', '834'],
  ['HP', '835'],
  ['RA', '820'],
  ['FA', '999'],
  ['AG', '824'],
]);

/**
 * @param setId ST01
 * @param version ST03, or GS08 where the set has none
 */
export function kindOfSet(setId: string, version: string): ContentKind {
  if (acknowledgementSets.has(setId)) return 'acknowledgement';
  const guide = /X\d{3}/.exec(version)?.[0] ?? '';
  if (setId === '837') return claimGuides.get(guide) ?? '837';
  // X214 is the claim acknowledgement; X212 answers a 276.
  if (setId === '277') return guide === 'X214' ? '277CA' : '277';
  return setKinds.has(setId) ? setId : 'unknown';
}

/**
 * @param functionalId GS01
 * @param version GS08
 */
export function kindOfGroup(functionalId: string, version: string): ContentKind {
  const setId = groupSets.get(functionalId);
  return setId === undefined ? 'unknown' : kindOfSet(setId, version);
}

/**
 * Whether someone may see a file of the mailbox's `outbound`: every kind in it must be one that they may receive. What
 * no one knows the kind of is shown only to who may receive everything that the trading partner may.
 * @param kinds what is in it; none: not known
 */
export function mayReceive(rights: Rights, kinds: readonly ContentKind[]): boolean {
  if (rights.receivesAll) return true;
  return kinds.length > 0 && kinds.every((kind) => mayReceiveKind(rights, kind));
}

function mayReceiveKind({ receive }: Rights, kind: ContentKind): boolean {
  switch (kind) {
    // A 997 or 824 says what a 999 says; a report stands in its place.
    case 'acknowledgement':
    case 'report':
      return receive.has('999');
    case 'message':
      return receive.size > 0;
    case '837P':
    case '837I':
    case '837D':
      return receive.has('837');
    default:
      return receive.has(kind);
  }
}

/**
 * Which of a file's kinds someone may not send.
 * @param kinds what is in it; none where its envelope was rejected before anything could be read
 * @returns those kinds; empty when all may be sent
 */
export function whatMayNotBeSent(rights: Rights, kinds: readonly ContentKind[]): readonly ContentKind[] {
  // An envelope without groups holds at most TA1s.
  const wanted = kinds.length === 0 ? ['acknowledgement'] : [...new Set(kinds)];
  return wanted.filter((kind) => !maySendKind(rights, kind));
}

function maySendKind({ send, receive }: Rights, kind: ContentKind): boolean {
  switch (kind) {
    // Who receives business of ours answers it, and who sends business may answer too.
    case 'acknowledgement':
      return (
        send.size > 0 || [...receive].some((transaction) => transaction !== '999' && transaction !== 'TA1')
      );
    // Rejected by the 999 (AK905 2) and never released: who sends claims may learn that.
    case '837':
      return ['837P', '837I', '837D'].some((transaction) => send.has(transaction));
    case 'unknown':
      return send.size > 0;
    default:
      return send.has(kind);
  }
}
