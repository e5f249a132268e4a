/** What a whole file came to: one or more interchanges, or the reason why it cannot be read as X12. */
import type { InterchangeResult } from './interchange-result.ts';

/** Why a file is not X12 at all. Stable: kept in the journal and looked up by people. */
export type UnreadableReason =
  | 'empty-file'
  | 'only-white-space'
  | 'no-isa'
  | 'truncated-isa'
  | 'malformed-isa'
  | 'utf-16'
  | 'ebcdic'
  | 'zip-archive'
  | 'gzip-archive'
  | 'pgp-message'
  | 'pdf-document'
  | 'xml-document'
  | 'edifact'
  | 'ncpdp';

/** Something worth telling that changes no verdict. */
export type FileWarning = {
  readonly code:
    | 'byte-order-mark'
    | 'leading-white-space'
    | 'data-between-interchanges'
    | 'data-after-interchange'
    | 'truncated-isa';
  readonly plain: string;
  /** Where in the file, in bytes from its start. */
  readonly offsetBytes: number;
};

export type FileResult =
  | {
      readonly kind: 'x12';
      readonly interchanges: readonly InterchangeResult[];
      readonly warnings: readonly FileWarning[];
      readonly sizeBytes: number;
      readonly segmentCount: number;
      readonly claimCount: number;
    }
  | {
      readonly kind: 'unreadable';
      readonly reason: UnreadableReason;
      readonly plain: string;
      readonly sizeBytes: number;
    };
