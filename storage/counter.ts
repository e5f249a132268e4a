// Counters that only go up: the order of events and audit records, and control numbers. Taking a number updates a row,
// so two transactions that want the same counter wait for each other and no number is given twice.

import { sql } from 'kysely';
import { prepareQuery } from './prepared-query.ts';
import type { Sql } from './transaction.ts';

/**
 * Takes `count` numbers from a counter that starts at 1.
 * @param name which counter
 * @param count how many numbers, at least 1
 * @returns the first of them
 */
export async function takeNumbers(database: Sql, name: string, count: number): Promise<number> {
  const [row] = await addToCounter(database, { name, count });
  if (row === undefined) throw new Error('The database gave no number.');
  return Number(row.value) - count + 1;
}

const addToCounter = prepareQuery((database, { name, count }: { name: string; count: number }) =>
  database
    .insertInto('counters')
    .values({ name, value: count })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: sql`counters.value + ${count}` }))
    .returning('value'),
);

/** @returns the last number taken from a counter; 0 when none was */
export async function readCounter(database: Sql, name: string): Promise<number> {
  const [row] = await counterNamed(database, { name });
  return Number(row?.value ?? 0);
}

const counterNamed = prepareQuery((database, { name }: { name: string }) =>
  database.selectFrom('counters').select('value').where('name', '=', name),
);
