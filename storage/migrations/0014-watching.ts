// What needs an administrator is found at once, however many transmissions there are.

import type { Migration } from '../migration.ts';

export const watching: Migration = {
  version: 14,
  name: 'watching',
  sql: `
create index transmissions_in_trouble on transmissions (state, received_at_ms) where state in ('failed', 'quarantined');
`,
};
