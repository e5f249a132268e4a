// Kysely's SQLite dialect begins transactions as `deferred`: one that reads first and then writes fails at once with
// SQLITE_BUSY_SNAPSHOT when another process wrote in between, whatever busy_timeout says. Here a transaction takes the
// write lock as it begins, and so waits its turn instead (https://sqlite.org/lang_transaction.html section 2.2).

import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  SqliteDialect,
  type TransactionSettings,
} from 'kysely';

export class ImmediateSqliteDialect extends SqliteDialect {
  override createDriver(): Driver {
    const driver = super.createDriver();
    driver.beginTransaction = async (connection: DatabaseConnection, _settings: TransactionSettings) => {
      await connection.executeQuery(CompiledQuery.raw('begin immediate'));
    };
    return driver;
  }
}
