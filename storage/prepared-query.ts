// Queries that are made all day long are put together once: building a query and compiling it to text took several times
// as long as running it (measured by `npm run bench -- sftp`, 500 small files). Kysely still writes the text, for
// whichever database it is; SQLite runs it without further turns (sqlite-direct.ts).

import { type Compilable, CompiledQuery } from 'kysely';
import { ClaimgateSqliteAdapter } from './sqlite-direct.ts';
import type { Sql } from './transaction.ts';

/** Stands in a query's text for a value that will be known later. */
class Place {
  readonly key: string;
  constructor(key: string) {
    this.key = key;
  }
}

interface Compiled {
  readonly text: string;
  /** In the order of the text: a place for a value, or a value that is always the same. */
  readonly parameters: readonly unknown[];
}

/**
 * Prepares a query.
 * @param build makes it once; it may only hand its `values` on, which stand for those of every time, not look at them
 * @returns what runs it, always with the same keys of values, and gives its rows
 */
export function prepareQuery<Values extends object, Row>(
  build: (sql: Sql, values: Values) => Compilable<Row>,
): (sql: Sql, values: Values) => Promise<readonly Row[]> {
  // By the database's adapter, which a transaction shares with the connection that it is of.
  const known = new WeakMap<object, Compiled>();
  return async (sql, values) => {
    const { adapter } = sql.getExecutor();
    let compiled = known.get(adapter);
    if (compiled === undefined) {
      compiled = compile(build(sql, placesFor(values)));
      known.set(adapter, compiled);
    }
    const given = values as Readonly<Record<string, unknown>>;
    const parameters = compiled.parameters.map((one) => (one instanceof Place ? given[one.key] : one));
    const direct =
      adapter instanceof ClaimgateSqliteAdapter
        ? adapter.direct.rowsOf(compiled.text, parameters, { isTransaction: sql.isTransaction })
        : undefined;
    // Of the text above they are the rows, as Kysely would have given them.
    if (direct !== undefined) return direct as readonly Row[];
    const { rows } = await sql.executeQuery<Row>(CompiledQuery.raw(compiled.text, parameters));
    return rows;
  };
}

/** Kysely hands parameters through as they are: a place is to it a value like any other. */
function placesFor<Values extends object>(values: Values): Values {
  return Object.fromEntries(Object.keys(values).map((key) => [key, new Place(key)])) as Values;
}

function compile(query: Compilable<unknown>): Compiled {
  const { sql: text, parameters } = query.compile();
  return { text, parameters };
}
