// The bytes of small files ride in the journal until they are durable as files (storage/small-originals.ts).

import type { Migration } from '../migration.ts';

export const smallOriginals: Migration = {
  version: 12,
  name: 'small-originals',
  sql: '',
  sqlite: `
create table small_originals (
  transmission_id text primary key references transmissions (id),
  bytes blob not null
);`,
  postgres: `
create table small_originals (
  transmission_id text primary key references transmissions (id),
  bytes bytea not null
);`,
};
