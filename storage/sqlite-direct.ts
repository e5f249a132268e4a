// Statements that are run on SQLite at once, past Kysely's executor, whose turns and promises cost several times what the
// statement does. Two are safe: those of an open transaction, to which the connection belongs as long as it lasts; and
// those that only read, outside of any, on a connection of their own that sees what is committed and nothing else.

import type SqliteFile from 'better-sqlite3';
import { SqliteAdapter } from 'kysely';

export interface SqliteDirect {
  /** @returns the statement's rows; undefined when it has to go the long way, and then it was not run */
  rowsOf(
    text: string,
    parameters: readonly unknown[],
    where: { readonly isTransaction: boolean },
  ): readonly unknown[] | undefined;
}

/** Hands what is direct to whoever has Kysely's executor. */
export class ClaimgateSqliteAdapter extends SqliteAdapter {
  readonly direct: SqliteDirect;
  constructor(direct: SqliteDirect) {
    super();
    this.direct = direct;
  }
}

type Prepare = (text: string) => SqliteFile.Statement;

/**
 * @param prepare.ofReader prepares on a connection that only reads; undefined when the database is in memory, where no
 *   second connection would see it
 */
export function createSqliteDirect(prepare: {
  readonly ofWriter: Prepare;
  readonly ofReader: Prepare | undefined;
  /** Whether a transaction is open on the connection that writes. */
  readonly isWriting: () => boolean;
}): SqliteDirect {
  return {
    rowsOf(text, parameters, { isTransaction }) {
      const { ofWriter, ofReader, isWriting } = prepare;
      if (isTransaction) return run(ofWriter(text), parameters);
      const statement = ofWriter(text);
      if (!statement.readonly) return undefined;
      if (!isWriting()) return run(statement, parameters);
      return ofReader === undefined ? undefined : run(ofReader(text), parameters);
    },
  };
}

function run(statement: SqliteFile.Statement, parameters: readonly unknown[]): readonly unknown[] {
  if (statement.reader) return statement.all(parameters);
  statement.run(parameters);
  return [];
}
