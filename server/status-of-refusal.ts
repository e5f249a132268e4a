// The one place where an outcome of the mailbox becomes a status code of SFTP (draft-ietf-secsh-filexfer-02 section 7).
// Version 3 has no code for a full disk or a taken name: FAILURE, and the sentence says which.

import type { FileRefusal } from '../domain/mailbox.ts';
import { type StatusCode, statusCode } from './protocol-numbers.ts';

const codes: Readonly<Record<FileRefusal['reason'], StatusCode>> = {
  'no-such-file': statusCode.noSuchFile,
  'permission-denied': statusCode.permissionDenied,
  'already-exists': statusCode.failure,
  'bad-name': statusCode.badMessage,
  'no-space': statusCode.failure,
  failure: statusCode.failure,
};

/**
 * @param refusal what the mailbox said
 * @returns the status code that the client gets, to stand beside the refusal's own sentence
 */
export function statusOfRefusal(refusal: FileRefusal): StatusCode {
  return codes[refusal.reason];
}
