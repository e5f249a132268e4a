// The report in plain words for a file from the back end that did not go to the trading partner. It names segments and
// codes; what stands in a file stays in it.

import type { Dispatch, NewDispatch } from '../storage/dispatch-store.ts';
import type { DispatchRefusal } from './judge-dispatch.ts';

const advice: Readonly<Record<DispatchRefusal, string>> = {
  'not-x12': 'Send the X12 file itself.',
  invalid: 'Mend it where it was made, and drop it again.',
  'not-for-this-partner':
    'Drop it into the folder of the trading partner that it is for; or add the id to the profile: claimgate partner profile set <partner> senders=...',
  'mixed-content': 'Put each kind of transaction set into a functional group of its own kind.',
  'not-agreed': 'Agree on it with the trading partner first, then drop it again.',
  'larger-than-allowed': 'Make several smaller files of it, or raise storage.maxFileBytes.',
  duplicate:
    'Nothing needs to be done if it was dropped twice by mistake. To send it once more on purpose: claimgate dispatch FILE --partner <partner> --again',
};

/** @returns the text of `<name>.refused.txt`, lines ended by LF */
export function dispatchReport(input: {
  readonly dispatch: NewDispatch;
  readonly reason: DispatchRefusal;
  readonly plain: string;
  readonly details: readonly string[];
  readonly nowMs: number;
}): string {
  const { dispatch, reason, plain, details, nowMs } = input;
  const facts = [
    `File:         ${dispatch.originalName}`,
    `For:          ${dispatch.partnerId}`,
    `Refused:      ${new Date(nowMs).toISOString()}`,
    `Size:         ${dispatch.sizeBytes} bytes`,
    `SHA-256:      ${dispatch.sha256 || 'not computed'}`,
    `Dispatch id:  ${dispatch.id}`,
  ];
  const lines = ['THIS FILE WAS NOT SENT TO THE TRADING PARTNER', '', ...facts, '', `Why:          ${plain}`];
  return [...lines, `              (${reason})`, '', ...details, '', advice[reason], ''].join('\n');
}

/** What a duplicate is told about the one that went before it. */
export function duplicateOf(earlier: Dispatch): {
  readonly plain: string;
  readonly details: readonly string[];
} {
  const when = new Date(earlier.dispatchedAtMs).toISOString();
  return {
    plain: 'The same bytes went to this trading partner before.',
    details: [`Dispatch ${earlier.id} of ${when}: ${earlier.originalName}, in outbound as ${earlier.name}.`],
  };
}
