// Values that stand in a query's text rather than beside it. SQLite uses an index of part of a table only for a query
// whose text shows that it asks for that part (https://sqlite.org/partialindex.html section 3.1): a value that is bound
// later shows nothing, and the whole table is read.

import { type Expression, sql } from 'kysely';

/** @param values of the code's own, never from outside */
export function literals<Value extends string>(...values: readonly Value[]): readonly Expression<Value>[] {
  return values.map((value) => sql.lit(value));
}
