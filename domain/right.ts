// What a user may send and receive (Manage Transaction for User). A right is one transaction in one direction; a user
// has it when it was granted and the user's trading partner has agreed on it, since no office can grant beyond that.

import type { PartnerId, UserId } from './ids.ts';

/** Always from the partner's side: what its users send to us, and what they receive from us. */
export type Direction = 'send' | 'receive';

/** What partners send. Acknowledgements of what they received are no transaction of their own: see `acknowledgement`. */
export const sendTransactions = ['837D', '837I', '837P', '270', '276', '278', '834', 'NCPDP D.0'] as const;
/** What partners receive; `837` is the 837 outbound of managed care. */
export const receiveTransactions = ['999', 'TA1', '271', '277', '277CA', '835', '820', '834', '837'] as const;

export type SendTransaction = (typeof sendTransactions)[number];
export type ReceiveTransaction = (typeof receiveTransactions)[number];

export type Right =
  | { readonly direction: 'send'; readonly transaction: SendTransaction }
  | { readonly direction: 'receive'; readonly transaction: ReceiveTransaction };

/** Every right there is, in the order in which pages show them. */
export const everyRight: readonly Right[] = [
  ...sendTransactions.map((transaction) => ({ direction: 'send', transaction }) as const),
  ...receiveTransactions.map((transaction) => ({ direction: 'receive', transaction }) as const),
];

/** A right as one word: the name of a checkbox, a key of a set. */
export const printRight = (right: Right): string => `${right.direction} ${right.transaction}`;

const titles: Readonly<Record<SendTransaction | ReceiveTransaction, string>> = {
  '837D': 'Dental claims',
  '837I': 'Institutional claims',
  '837P': 'Professional claims',
  '270': 'Eligibility inquiry',
  '276': 'Claim status request',
  '278': 'Prior authorization request',
  '834': 'Enrollment',
  'NCPDP D.0': 'Pharmacy claims',
  '999': 'Implementation acknowledgement',
  TA1: 'Interchange acknowledgement',
  '271': 'Eligibility response',
  '277': 'Claim status response',
  '277CA': 'Claim acknowledgement',
  '835': 'Remittance advice',
  '820': 'Premium payment',
  '837': '837 outbound',
};

/** @returns what a transaction is, in everyday words */
export function transactionTitle(transaction: SendTransaction | ReceiveTransaction): string {
  return titles[transaction];
}

/** How people write some of them. */
const otherSpellings: ReadonlyMap<string, string> = new Map([
  ['NCPDP', 'NCPDP D.0'],
  ['NCPDPD0', 'NCPDP D.0'],
  ['837OUTBOUND', '837'],
  ['834OUTBOUND', '834'],
]);

/**
 * Reads a transaction as an administrator types it or a row holds it.
 * @returns undefined when there is no such right
 */
export function parseRight(direction: Direction, text: string): Right | undefined {
  const plain = text.toUpperCase().replace(/[\s._-]/g, '');
  const wanted = otherSpellings.get(plain) ?? plain;
  return everyRight.find(
    (right) =>
      right.direction === direction &&
      right.transaction.replace(/[\s.]/g, '') === wanted.replace(/[\s.]/g, ''),
  );
}

/** What someone may do, as it is when it was read. */
export interface Rights {
  readonly send: ReadonlySet<string>;
  readonly receive: ReadonlySet<string>;
  /** Holds everything that the trading partner has agreed on in that direction, and that is something. */
  readonly sendsAll: boolean;
  readonly receivesAll: boolean;
}

export const noRights: Rights = { send: new Set(), receive: new Set(), sendsAll: false, receivesAll: false };

/**
 * @param held what is granted
 * @param agreed what the trading partner has agreed on; what is not in it counts for nothing
 */
export function rightsOf(held: readonly Right[], agreed: readonly Right[]): Rights {
  const granted = new Set(held.map(printRight));
  const split = (direction: Direction) => {
    const possible = agreed.filter((right) => right.direction === direction);
    const names = possible
      .filter((right) => granted.has(printRight(right)))
      .map((right) => right.transaction);
    return { names: new Set<string>(names), all: names.length > 0 && names.length === possible.length };
  };
  const send = split('send');
  const receive = split('receive');
  return { send: send.names, receive: receive.names, sendsAll: send.all, receivesAll: receive.all };
}

/** Who acts in a mailbox or sent a file: a user of the partner, or, for a file dropped by a program, the partner. */
export interface RightsHolder {
  readonly partnerId: PartnerId;
  readonly userId: UserId | undefined;
}
