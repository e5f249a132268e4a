// Values that stand in a query's text rather than beside it. SQLite uses an index of part of a table only for a query
// whose text shows that it asks for that part (https://sqlite.org/partialindex.html section 3.1): a value that is bound
// later shows nothing, and the whole table is read.

import { type Expression, sql } from 'kysely';

/**
 * One value, for `=`. A list of one will not do: SQLite makes `x = +'v'` of `x in ('v')`, and finds no index of a part in
 * it, so that every answer published read all that ever were.
 * @param value of the code's own, never from outside
 */
export function literal<Value extends string>(value: Value): Expression<Value> {
  return sql.lit(value);
}

/** Two values or more, for `in`. @param values of the code's own, never from outside */
export function literals<Value extends string>(
  ...values: readonly [Value, Value, ...Value[]]
): readonly Expression<Value>[] {
  return values.map((value) => sql.lit(value));
}
