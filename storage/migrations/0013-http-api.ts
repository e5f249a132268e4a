// The HTTP API: its keys, what repeated requests were answered, and transmissions of all partners by time.

import type { Migration } from '../migration.ts';

export const httpApi: Migration = {
  version: 13,
  name: 'http-api',
  sql: `
create table api_keys (
  id text primary key,
  name text not null,
  secret_hash text not null,
  scopes text not null,
  partner_id text references partners (id),
  created_at_ms bigint not null,
  created_by text not null,
  expires_at_ms bigint not null,
  last_used_at_ms bigint,
  last_address text,
  revoked_at_ms bigint,
  revoked_by text
);
create table api_answers (
  key_id text not null references api_keys (id),
  idempotency_key text not null,
  fingerprint text not null,
  state text not null check (state in ('begun', 'answered')),
  status integer,
  body text,
  begun_at_ms bigint not null,
  primary key (key_id, idempotency_key)
);
create index api_answers_by_time on api_answers (begun_at_ms);
create index transmissions_by_time on transmissions (opened_at_ms, id, state, verdict);
`,
};
