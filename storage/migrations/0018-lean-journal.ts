// What no question needs any more is not written with every transmission.

import type { Migration } from '../migration.ts';

export const leanJournal: Migration = {
  version: 18,
  name: 'lean-journal',
  // `transmissions_list` begins with the same two columns.
  sql: 'drop index transmissions_by_partner;',
};
