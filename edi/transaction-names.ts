/** Which guide version (GS08 or ST03) means which transaction, as people call it. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['005010X222', '837P'],
  ['005010X223', '837I'],
  ['005010X224', '837D'],
  ['005010X291', '837P predetermination'],
  ['005010X292', '837I predetermination'],
  ['005010X298', '837P post-adjudicated'],
  ['005010X299', '837I post-adjudicated'],
  ['005010X300', '837D post-adjudicated'],
  ['005010X221', '835'],
  ['005010X231', '999'],
  ['005010X230', '997'],
  ['005010X214', '277CA'],
  ['005010X212', '276/277'],
  ['005010X279', '270/271'],
  ['005010X217', '278'],
  ['005010X220', '834'],
  ['005010X218', '820'],
  ['005010X186', '824'],
]);

/**
 * The everyday name of a transaction.
 * @param version GS08 or ST03, with or without its addenda suffix (`005010X222A1`).
 * @param setId ST01, what is returned when the version is not known.
 * @returns `837P`, `837I`, `837D`, ... or `setId`.
 */
export function transactionName(version: string, setId: string): string {
  return NAMES.get(version.trim().replace(/(X\d{3}).*$/, '$1')) ?? setId;
}
