// How Kysely writes a query's text for SQLite. A bound `limit ?` has SQLite prepare the statement anew each time it is run,
// since its value may change the plan (sqlite3_prepare_v3: "the statement will be automatically recompiled"): five times
// what a small query takes otherwise, and more with every table and condition. So a number stands in the text; and what
// will be known later (prepared-query.ts) is bound as an operand, of which SQLite thinks nothing.

import { type LimitNode, SqliteQueryCompiler, ValueNode } from 'kysely';

export class ClaimgateQueryCompiler extends SqliteQueryCompiler {
  protected override visitLimit({ limit }: LimitNode): void {
    this.append('limit ');
    if (ValueNode.is(limit) && Number.isSafeInteger(limit.value)) {
      this.append(String(limit.value));
    } else {
      this.append('(');
      this.visitNode(limit);
      this.append(' + 0)');
    }
  }
}
