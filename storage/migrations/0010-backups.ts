// Which backups were made, so that the age of the last one can be told.

import type { Migration } from '../migration.ts';

export const backups: Migration = {
  version: 10,
  name: 'backups',
  sql: `
create table backups (
  id text primary key,
  path text not null,
  made_at_ms bigint not null,
  finished_at_ms bigint not null,
  files bigint not null,
  size_bytes bigint not null,
  manifest_sha256 text not null,
  encrypted text not null check (encrypted in ('yes', 'no')),
  verified_at_ms bigint
);
create index backups_made on backups (made_at_ms);
`,
};
