/** What made-up claims are put together from: segments with the loop they are in, and people, places and numbers. */
import type { Random } from './random.ts';

/** One segment as its elements, the id first, and the loop it stands in. Components are within an element. */
export type Part = { readonly loop: string; readonly elements: string[] };

/** A segment from its text: `part('2300', 'HI*ABK:J020')`. */
export function part(loop: string, text: string): Part {
  return { loop, elements: text.split('*') };
}

const LAST_NAMES = ['SMITH', 'JONES', 'GARCIA', 'MILLER', 'DAVIS', 'WILSON', 'MOORE', 'TAYLOR'] as const;
const FIRST_NAMES = ['JANE', 'TED', 'MARIA', 'JOHN', 'ANN', 'LEE', 'RUTH', 'SAM'] as const;
const STREETS = ['MAIN ST', 'SEAWAY ST', 'OAK AVE', 'HILL RD', 'PARK BLVD'] as const;

type City = readonly [city: string, state: string, zip: string];

const CITIES: readonly [City, ...City[]] = [
  ['RALEIGH', 'NC', '27601'],
  ['DURHAM', 'NC', '27701'],
  ['MIAMI', 'FL', '33101'],
  ['ALBANY', 'NY', '12207'],
  ['AUSTIN', 'TX', '78701'],
];

export const INSURERS = ['KEY INSURANCE', 'GOOD HEALTH PLAN', 'STATE MEDICAID', 'OAK MUTUAL'] as const;

/** `SMITH*JANE`. */
export function personName(random: Random): string {
  return `${random.of(LAST_NAMES)}*${random.of(FIRST_NAMES)}`;
}

/** N3 and N4 with a ZIP code of five or nine digits. */
export function address(loop: string, random: Random, zipDigits: 5 | 9): Part[] {
  const [city, state, zip] = random.of(CITIES);
  const plus4 = zipDigits === 9 ? String(1000 + random.below(9000)) : '';
  return [
    part(loop, `N3*${1 + random.below(999)} ${random.of(STREETS)}`),
    part(loop, `N4*${city}*${state}*${zip}${plus4}`),
  ];
}

/** A National Provider Identifier: nine digits and their Luhn check digit, 80840 before them (which adds 24). */
export function npi(random: Random): string {
  const nine = `1${random.digits(8)}`;
  let sum = 24;
  for (let i = 0; i < nine.length; i += 1) {
    const digit = Number(nine[i]);
    const doubled = i % 2 === 0 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return `${nine}${(10 - (sum % 10)) % 10}`;
}

/** A day as CCYYMMDD in one of some years. */
export function day(random: Random, firstYear: number, years: number): string {
  const month = String(1 + random.below(12)).padStart(2, '0');
  const date = String(1 + random.below(28)).padStart(2, '0');
  return `${firstYear + random.below(years)}${month}${date}`;
}

/** Cents as X12 writes an amount: no more decimals than are needed. */
export function money(cents: number): string {
  const whole = Math.floor(cents / 100);
  const rest = cents % 100;
  return rest === 0 ? String(whole) : `${whole}.${String(rest).padStart(2, '0').replace(/0$/, '')}`;
}
