// Signed states of the audit trail.

import type { Migration } from '../migration.ts';

export const auditCheckpoints: Migration = {
  version: 17,
  name: 'audit-checkpoints',
  sql: `
create table audit_checkpoints (
  sequence bigint primary key,
  hash text not null,
  at_ms bigint not null,
  public_key text not null,
  signature text not null
);
`,
};
