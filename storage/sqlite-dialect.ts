// Kysely's SQLite dialect as Claimgate needs it: transactions that wait their turn, that leave the waiting for the disk
// to others, and statements that are prepared once.

import type SqliteFile from 'better-sqlite3';
import {
  CompiledQuery,
  type DatabaseConnection,
  type DialectAdapter,
  type Driver,
  type QueryCompiler,
  type QueryResult,
  SqliteDialect,
  type TransactionSettings,
} from 'kysely';
import { ClaimgateSqliteAdapter, createSqliteDirect, type SqliteDirect } from './sqlite-direct.ts';
import { ClaimgateQueryCompiler } from './sqlite-query-compiler.ts';

/** More texts than the product has; lists of different lengths, and limits, make a few more. */
const maxStatements = 500;

export class ClaimgateSqliteDialect extends SqliteDialect {
  readonly #file: SqliteFile.Database;
  readonly #direct: SqliteDirect;

  /**
   * @param options.reader a second connection, that only reads; none for a database in memory. Both are closed with this
   * @param options.sync makes durable what was committed
   */
  constructor(
    file: SqliteFile.Database,
    {
      reader,
      sync,
    }: { readonly reader: SqliteFile.Database | undefined; readonly sync: () => Promise<void> },
  ) {
    const ofWriter = preparedOnce(file);
    const close = () => {
      reader?.close();
      file.close();
    };
    super({
      database: { prepare: ofWriter, close },
      async onCreateConnection(connection) {
        const execute: DatabaseConnection['executeQuery'] = connection.executeQuery.bind(connection);
        // What is written outside of transactions is a commit of its own. Those of transactions are read-only to SQLite
        // (https://sqlite.org/c3ref/stmt_readonly.html), and are synced by whoever asked for them.
        connection.executeQuery = async <Row>(query: CompiledQuery): Promise<QueryResult<Row>> => {
          const result = await execute<Row>(query);
          if (!file.inTransaction && !ofWriter(query.sql).readonly) await sync();
          return result;
        };
      },
    });
    this.#file = file;
    const ofReader = reader === undefined ? undefined : preparedOnce(reader);
    this.#direct = createSqliteDirect({ ofWriter, ofReader, isWriting: () => file.inTransaction });
  }

  override createAdapter(): DialectAdapter {
    return new ClaimgateSqliteAdapter(this.#direct);
  }

  override createQueryCompiler(): QueryCompiler {
    return new ClaimgateQueryCompiler();
  }

  override createDriver(): Driver {
    const driver = super.createDriver();
    const rollback = driver.rollbackTransaction.bind(driver);
    // As `deferred` begins, a transaction that reads first and then writes fails at once with SQLITE_BUSY_SNAPSHOT when
    // another process wrote in between, whatever busy_timeout says. This one takes the write lock as it begins, and so
    // waits its turn (https://sqlite.org/lang_transaction.html section 2.2).
    driver.beginTransaction = async (connection: DatabaseConnection, _settings: TransactionSettings) => {
      await connection.executeQuery(CompiledQuery.raw('begin immediate'));
    };
    driver.rollbackTransaction = async (connection) => {
      // A full disk has undone it already, and its error is the one to be told.
      if (this.#file.inTransaction) await rollback(connection);
    };
    return driver;
  }
}

/** Reading a statement's text anew each time took longer than running it. */
function preparedOnce(file: SqliteFile.Database): (text: string) => SqliteFile.Statement {
  const statements = new Map<string, SqliteFile.Statement>();
  return (text) => {
    let statement = statements.get(text);
    if (statement === undefined) {
      statement = file.prepare(text);
      if (statements.size >= maxStatements) statements.clear();
      statements.set(text, statement);
    }
    return statement;
  };
}
