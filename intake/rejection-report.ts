// The report in plain words for a file that gets no 999, because it is no X12 at all or its sender may not send it: what
// was wrong, what became of the file, what to do.

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
    ...input.advice,
    'If you believe that this is a mistake, give the tracking id to EDI support.',
    '',
  ].join('\r\n');
}
