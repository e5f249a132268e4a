// A transmission is one file that a trading partner sent. Its states:
//
//   receiving    bytes are arriving (a handle is open), in data/staging/<id>
//     -> interrupted   the connection was cut; the uploader may resume                      (cut)
//     -> held          closed under a temporary name; waits to be renamed to a final one     (CLOSE of `x.filepart`)
//     -> received      closed; the bytes are durable and immutable                           (CLOSE answered OK)
//     -> discarded     removed by its uploader or an administrator, or the handle was closed having changed nothing
//   interrupted  -> receiving (resumed) | expired (too old) | discarded (removed or overwritten)
//   held         -> received (renamed to a final name) | receiving (opened again) | expired | discarded
//   received     -> processing   intake claimed it, under a lease
//   processing   -> answered     its acknowledgements are published, or none is due; the verdict is known
//                -> quarantined  it cannot be read as X12: no one uses it until an administrator decides
//                -> received     the lease ended or the attempt failed: it will be tried again
//                -> failed       it failed too often; an administrator is told
//                -> discarded    an administrator decided that it is not processed; the partner gets a report
//   failed       -> received     an administrator has it read again, or quarantined, or discarded by intake
//   quarantined  -> received     an administrator released it: its report is taken back and it is read again
//                -> discarded    an administrator decided so
//
// Only the states from `received` on are a promise to the partner: a CLOSE that was answered OK ends in exactly one
// answer per interchange (invariant I2).

export type TransmissionState =
  | 'receiving'
  | 'interrupted'
  | 'held'
  | 'received'
  | 'processing'
  | 'answered'
  | 'quarantined'
  | 'failed'
  | 'expired'
  | 'discarded';

/** How the file came in. */
export type TransmissionSource = 'sftp' | 'portal' | 'adopted';

/** What the 999s and TA1s of a transmission say, taken together. */
export type Verdict = 'accepted' | 'accepted-with-errors' | 'partially-accepted' | 'rejected';

/**
 * The verdict over several parts: all alike gives that one; any mixture with a rejected part is partial.
 * @param verdicts of interchanges, groups or transmissions; at least one
 */
export function combineVerdicts(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.every((verdict) => verdict === 'rejected')) return 'rejected';
  if (verdicts.some((verdict) => verdict === 'rejected' || verdict === 'partially-accepted')) {
    return 'partially-accepted';
  }
  return verdicts.every((verdict) => verdict === 'accepted') ? 'accepted' : 'accepted-with-errors';
}
