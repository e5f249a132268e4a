/** Tells what a file is when it is not X12: by its first bytes, so that the sender hears what to do about it. */
import type { UnreadableReason } from './file-result.ts';

type Signature = { readonly reason: UnreadableReason; readonly bytes: readonly number[] };

function ascii(text: string): number[] {
  return [...text].map((c) => c.charCodeAt(0));
}

const SIGNATURES: readonly Signature[] = [
  { reason: 'utf-16', bytes: [0xff, 0xfe] },
  { reason: 'utf-16', bytes: [0xfe, 0xff] },
  { reason: 'utf-16', bytes: [0x49, 0x00, 0x53, 0x00] },
  { reason: 'utf-16', bytes: [0x00, 0x49, 0x00, 0x53] },
  { reason: 'ebcdic', bytes: [0xc9, 0xe2, 0xc1] },
  { reason: 'zip-archive', bytes: [0x50, 0x4b, 0x03, 0x04] },
  { reason: 'gzip-archive', bytes: [0x1f, 0x8b] },
  { reason: 'pgp-message', bytes: ascii('-----BEGIN PGP') },
  // RFC 4880 section 4.2: an old-format public-key encrypted session key packet.
  { reason: 'pgp-message', bytes: [0x85, 0x01] },
  { reason: 'pgp-message', bytes: [0x85, 0x02] },
  { reason: 'pdf-document', bytes: ascii('%PDF') },
  { reason: 'xml-document', bytes: ascii('<?xml') },
  { reason: 'edifact', bytes: ascii('UNA') },
  { reason: 'edifact', bytes: ascii('UNB+') },
  // NCPDP Batch Standard: start of text, then the header's segment id 00.
  { reason: 'ncpdp', bytes: [0x02, 0x30, 0x30] },
];

const PLAIN: Readonly<Record<UnreadableReason, string>> = {
  'empty-file': 'The file is empty. Nothing was processed; please check the export and send it again.',
  'only-white-space': 'The file holds white space only. Please check the export and send it again.',
  'no-isa': 'The file does not begin with an ISA segment, so it is not an X12 interchange.',
  'truncated-isa': 'The file ends inside its ISA segment. Please send it again, whole.',
  'malformed-isa':
    'The file begins with ISA, but what follows is not the fixed form of that segment, so its delimiters cannot be told.',
  'utf-16': 'The file is encoded in UTF-16. Please save it as ASCII or UTF-8 and send it again.',
  ebcdic: 'The file is encoded in EBCDIC. Please transfer it in ASCII (text) mode.',
  'zip-archive': 'The file is a ZIP archive. Please send the X12 file itself.',
  'gzip-archive': 'The file is compressed with gzip. Please send the X12 file itself.',
  'pgp-message':
    'The file is encrypted with PGP. Please send the X12 file itself; the connection is encrypted already.',
  'pdf-document': 'The file is a PDF document, not an X12 file.',
  'xml-document': 'The file is an XML document, not an X12 file.',
  edifact: 'The file is a UN/EDIFACT interchange; this gateway takes X12.',
  ncpdp: 'The file looks like an NCPDP batch; send it under the transaction type that is set up for NCPDP.',
};

/** Why a file that does not begin with ISA is not readable. `head` is its beginning, without white space. */
export function reasonFor(head: Uint8Array): UnreadableReason {
  const match = SIGNATURES.find(({ bytes }) => bytes.every((byte, i) => head[i] === byte));
  return match?.reason ?? 'no-isa';
}

/** The reason in plain words. */
export function unreadableWords(reason: UnreadableReason): string {
  return PLAIN[reason];
}
