// To remove a row, the database looks for rows that refer to it: without an index, through all of a table for each row.

import type { Migration } from '../migration.ts';

export const indexedReferences: Migration = {
  version: 19,
  name: 'indexed-references',
  sql: `
create index findings_by_set on findings (set_id);
create index interchange_keys_by_transmission on interchange_keys (transmission_id);
`,
};
