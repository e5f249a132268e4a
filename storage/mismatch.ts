// What may differ between the journal and the disk. Nothing of it happens while both do what they promise; it is what a
// failed disk, a restored backup or someone's hands below the data directory leave behind. `find-mismatches.ts` finds
// it, `claimgate doctor` shows it, and the start of the intake repairs it (`repair-mismatch.ts`).

import type { PartnerId, TransmissionId } from '../domain/ids.ts';
import type { TransmissionState } from '../domain/transmission.ts';

export type Mismatch =
  /** A transmission whose original is gone, though it was not purged. */
  | {
      readonly kind: 'original-missing';
      readonly transmissionId: TransmissionId;
      readonly partnerId: PartnerId;
      readonly state: TransmissionState;
      /** Below the data directory. */
      readonly path: string;
    }
  /** An upload that is not whole yet, and its bytes are gone. */
  | { readonly kind: 'upload-missing'; readonly transmissionId: TransmissionId }
  /** An answer whose durable copy is gone. */
  | {
      readonly kind: 'answer-missing';
      readonly answerId: string;
      readonly transmissionId: TransmissionId;
      readonly partnerId: PartnerId;
      readonly name: string;
      readonly path: string;
    }
  /** A file that was put into a partner's `outbound`, and nobody removed it there, and it is gone. */
  | { readonly kind: 'outbound-missing'; readonly partnerId: PartnerId; readonly name: string }
  /** A transmission in quarantine without its file there. */
  | { readonly kind: 'quarantine-missing'; readonly transmissionId: TransmissionId; readonly path: string }
  /** A trading partner without its folders. */
  | { readonly kind: 'mailbox-missing'; readonly partnerId: PartnerId }
  /** A file in staging that belongs to no upload. */
  | { readonly kind: 'staging-unknown'; readonly name: string }
  /** A received file whose name in `inbound` is still to be made. */
  | { readonly kind: 'staging-finished'; readonly transmissionId: TransmissionId }
  /** An original that no row tells of. */
  | { readonly kind: 'original-unknown'; readonly path: string }
  /** An original that was purged, by its row. */
  | { readonly kind: 'original-purged'; readonly path: string }
  /** The durable copy of an answer that no row tells of, or that was purged. */
  | { readonly kind: 'answer-unknown'; readonly path: string }
  /** A name in `inbound` that shares its bytes with something that is no original: it would never be adopted. */
  | { readonly kind: 'inbound-unknown'; readonly partnerId: PartnerId; readonly name: string }
  /** A file in quarantine whose transmission is not there by its row, or not in quarantine. */
  | { readonly kind: 'quarantine-unknown'; readonly name: string; readonly known: boolean }
  /** A file with the back end that was never released. */
  | { readonly kind: 'release-unknown'; readonly partnerId: PartnerId; readonly name: string }
  /** A partner's folder without a trading partner. */
  | { readonly kind: 'mailbox-unknown'; readonly path: string };

/** How a mismatch reads, for people: what it is of. */
export function subjectOf(mismatch: Mismatch): string {
  switch (mismatch.kind) {
    case 'original-missing':
    case 'upload-missing':
    case 'quarantine-missing':
    case 'staging-finished':
      return `transmission:${mismatch.transmissionId}`;
    case 'answer-missing':
      return `answer:${mismatch.answerId}`;
    case 'outbound-missing':
    case 'inbound-unknown':
    case 'release-unknown':
      return `${mismatch.partnerId}/${mismatch.name}`;
    case 'mailbox-missing':
      return `partner:${mismatch.partnerId}`;
    case 'staging-unknown':
    case 'quarantine-unknown':
      return mismatch.name;
    case 'original-unknown':
    case 'original-purged':
    case 'answer-unknown':
    case 'mailbox-unknown':
      return mismatch.path;
  }
}
