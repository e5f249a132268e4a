/** Changes to a made-up claim, which plant faults. */
import type { Transaction } from './claim-shape.ts';
import { type Part, part } from './parts.ts';

/** Where the first segment of a loop that begins with `start` stands. */
export function indexOf(claim: readonly Part[], loop: string, start: string): number {
  const wanted = start.split('*');
  const at = claim.findIndex(
    (it) => it.loop === loop && wanted.every((text, element) => it.elements[element] === text),
  );
  if (at < 0) throw new RangeError(`A made-up claim has no ${start} in ${loop}.`);
  return at;
}

/** Sets one element of the first segment that begins with `start`. */
export function set(claim: Part[], loop: string, start: string, element: number, value: string): void {
  const { elements } = claim[indexOf(claim, loop, start)] as Part;
  while (elements.length <= element) elements.push('');
  elements[element] = value;
}

/** Adds segments after the first that begins with `start`. */
export function after(claim: Part[], loop: string, start: string, ...texts: readonly string[]): void {
  claim.splice(indexOf(claim, loop, start) + 1, 0, ...texts.map((text) => part(loop, text)));
}

export function remove(claim: Part[], loop: string, start: string): void {
  claim.splice(indexOf(claim, loop, start), 1);
}

/** Removes every segment of a loop. */
export function removeLoop(claim: Part[], loop: string): void {
  const rest = claim.filter((it) => it.loop !== loop);
  claim.splice(0, claim.length, ...rest);
}

/** The service line's segment, and the element of its charge and its procedure. */
export const SERVICE: Readonly<
  Record<Transaction, readonly [segment: string, charge: number, procedure: number]>
> = {
  '837P': ['SV1', 2, 1],
  '837I': ['SV2', 3, 2],
  '837D': ['SV3', 2, 1],
};

/** Sets the total, so that a line may have any charge. */
export function balance(claim: Part[], transaction: Transaction): void {
  const [segment, charge] = SERVICE[transaction];
  const cents = claim
    .filter((it) => it.elements[0] === segment)
    .reduce((sum, it) => sum + Math.round(Number(it.elements[charge]) * 100), 0);
  set(claim, '2300', 'CLM', 2, String(cents / 100));
}

export function raise(claim: Part[], loop: string, start: string, element: number): void {
  const found = claim[indexOf(claim, loop, start)] as Part;
  set(claim, loop, start, element, String(Number(found.elements[element]) + 5));
}

/** Makes the check digit of an NPI wrong. */
export function spoilNpi(claim: Part[], loop: string): void {
  const sent = (claim[indexOf(claim, loop, 'NM1')] as Part).elements[9] ?? '';
  set(claim, loop, 'NM1', 9, `${sent.slice(0, 9)}${(Number(sent.slice(9)) + 1) % 10}`);
}
