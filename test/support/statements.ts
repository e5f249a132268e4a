// What SQLite is asked, and how it would answer: the tests that look at plans share this.

import type SqliteFile from 'better-sqlite3';
import type { Test } from 'tap';
import { loadSqliteDriver } from '../../storage/sqlite-driver.ts';

/** @returns the texts of the statements that are prepared from now on, until the test ends */
export function recordStatements(t: Test): ReadonlySet<string> {
  const texts = new Set<string>();
  const driver = loadSqliteDriver().prototype;
  const { prepare } = driver;
  t.intercept(driver, 'prepare', {
    value(this: SqliteFile.Database, text: string) {
      texts.add(text);
      return prepare.call(this, text);
    },
  });
  return texts;
}

/**
 * @param value in the place of each value that is bound later
 * @returns the steps of SQLite's plan for a statement, in its words
 */
export function planOf(
  raw: SqliteFile.Database,
  text: string,
  value: string | number = 'x',
): readonly string[] {
  const values = Array.from({ length: text.split('?').length - 1 }, () => value);
  const steps = raw.prepare(`explain query plan ${text}`).all(...values) as readonly {
    readonly detail: string;
  }[];
  return steps.map(({ detail }) => detail);
}
