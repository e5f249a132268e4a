/** The file that is being read may no longer be received by its reader: an administrator changed the grants. */
export class RightWithdrawnError extends Error {
  readonly code = 'storage.right-withdrawn';
  constructor() {
    super('The right to receive this file was withdrawn while it was being read.');
    this.name = 'RightWithdrawnError';
  }
}
