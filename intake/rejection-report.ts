// The report in plain words for a file that gets no 999, because it is no X12 at all or its sender may not send it: what
// was wrong, what became of the file, what to do.

import type { UnreadableReason } from '../edi/file-result.ts';

const whereItIs = {
  quarantined: 'The file is kept in quarantine.',
  discarded: 'The file will not be looked at again.',
} as const;

/** What to do about a file that an administrator decided on. */
export const decidedAdvice: readonly string[] = ['Ask EDI support before you send this file again.'];

const exportAgain =
  'Export the file again from your billing system, and look at its size before you send it.';
const sendX12 = 'Send the X12 file itself: plain text that begins with ISA.';

const advice: Readonly<Record<UnreadableReason, readonly string[]>> = {
  'empty-file': [exportAgain],
  'only-white-space': [exportAgain],
  'no-isa': [sendX12, 'Make sure that it is the claim file, and not a report or a print of it.'],
  'truncated-isa': ['Send the file again, whole. If it is cut off again, export it again.'],
  'malformed-isa': [
    'Export the file again without changing it in an editor: ISA has 106 characters, blanks included.',
  ],
  'utf-16': [
    'Save the file as plain text in ASCII or UTF-8 ("ANSI" in Windows programs), and send it again.',
  ],
  ebcdic: ['Transfer the file from the mainframe in text (ASCII) mode, and send it again.'],
  'zip-archive': ['Unpack the archive, and send each X12 file by itself.'],
  'gzip-archive': ['Unpack the file with gunzip, and send the X12 file.'],
  'pgp-message': ['Send the file unencrypted: SFTP and the portal encrypt everything on the way.'],
  'pdf-document': [sendX12],
  'xml-document': [sendX12],
  edifact: [sendX12],
  ncpdp: [sendX12],
};

/** What to do about a file that is no X12. */
export function unreadableAdvice(reason: UnreadableReason): readonly string[] {
  return advice[reason];
}

/**
 * @param input.plain why it was not processed, as a sentence
 * @param input.advice what to do, as lines
 * @returns the text of `<name>.<id>.rejected.txt`, lines ended by CR LF as people on Windows expect
 */
export function rejectionReport(input: {
  readonly name: string;
  readonly transmissionId: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly receivedAtMs: number;
  readonly plain: string;
  readonly advice: readonly string[];
  readonly state: 'quarantined' | 'discarded';
}): string {
  return [
    'THIS FILE WAS NOT PROCESSED',
    '',
    `File:         ${input.name}`,
    `Received:     ${new Date(input.receivedAtMs).toISOString()}`,
    `Size:         ${input.sizeBytes} bytes`,
    `SHA-256:      ${input.sha256}`,
    `Tracking id:  ${input.transmissionId}`,
    '',
    `Why:          ${input.plain}`,
    '',
    `Nothing in it was processed, and no 999 or TA1 will follow. ${whereItIs[input.state]}`,
    '',
    'What to do:',
    ...input.advice.map((line) => `- ${line}`),
    '',
    'If you believe that this is a mistake, give the tracking id to EDI support.',
    '',
  ].join('\r\n');
}
