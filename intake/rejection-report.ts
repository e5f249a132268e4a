// The report in plain words for a file that is no X12 at all, and so can get no 999: what was wrong, what became of
// the file, what to do.

/**
 * @param input.plain why it cannot be read, as the engine says it
 * @returns the text of `<name>.<id>.rejected.txt`, lines ended by CR LF as people on Windows expect
 */
export function rejectionReport(input: {
  readonly name: string;
  readonly transmissionId: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly receivedAtMs: number;
  readonly plain: string;
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
    'No claim in it was read, and no 999 or TA1 will follow. The file is kept in quarantine.',
    'Send a corrected X12 file. If you believe that this is a mistake, give the tracking id to EDI support.',
    '',
  ].join('\r\n');
}
