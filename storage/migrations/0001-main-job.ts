// The first schema: the nouns of the main job. Plain SQL that SQLite and PostgreSQL both take. Migrations are
// append-only: a released one is never edited, the next one changes what it made.

import type { Migration } from '../migration.ts';

const partners = `
create table partners (
  id text primary key,
  name text not null,
  submitter_id text not null unique,
  status text not null check (status in ('active', 'disabled')),
  created_at_ms bigint not null
);
create table users (
  id text primary key,
  partner_id text not null references partners (id),
  first_name text not null,
  last_name text not null,
  email text not null,
  status text not null check (status in ('active', 'disabled')),
  password_hash text not null,
  password_version integer not null,
  password_changed_at_ms bigint not null,
  created_at_ms bigint not null,
  last_sign_in_at_ms bigint
);
create index users_by_partner on users (partner_id);
create table roles (
  user_id text not null references users (id),
  role text not null,
  granted_at_ms bigint not null,
  granted_by text not null,
  primary key (user_id, role)
);
create table grants (
  user_id text not null references users (id),
  transaction_name text not null,
  direction text not null check (direction in ('send', 'receive')),
  granted_at_ms bigint not null,
  granted_by text not null,
  primary key (user_id, transaction_name, direction)
);
create table password_history (
  user_id text not null references users (id),
  password_version integer not null,
  password_hash text not null,
  set_at_ms bigint not null,
  primary key (user_id, password_version)
);`;

const accounts = `
create table sftp_accounts (
  user_id text primary key references users (id),
  partner_id text not null references partners (id),
  status text not null check (status in ('active', 'update-required', 'disabled')),
  version integer not null,
  password_hash text not null,
  password_version integer not null,
  set_up_at_ms bigint not null,
  updated_at_ms bigint not null,
  last_login_at_ms bigint
);
create table sftp_account_keys (
  id text primary key,
  user_id text not null references sftp_accounts (user_id),
  algorithm text not null,
  blob_base64 text not null,
  fingerprint text not null,
  comment text not null,
  added_at_ms bigint not null,
  last_used_at_ms bigint,
  unique (user_id, blob_base64)
);
create table attestations (
  id text primary key,
  user_id text not null references users (id),
  text_version text not null,
  text text not null,
  agreed_at_ms bigint not null,
  address text not null,
  password_version integer not null
);
create index attestations_by_user on attestations (user_id, agreed_at_ms);
create table throttles (
  scope text primary key,
  failures integer not null,
  last_failure_at_ms bigint not null,
  blocked_until_ms bigint not null
);
create table portal_sessions (
  token_hash text primary key,
  user_id text not null references users (id),
  csrf_token text not null,
  address text not null,
  password_version integer not null,
  created_at_ms bigint not null,
  last_seen_at_ms bigint not null
);`;

const journal = `
create table transmissions (
  id text primary key,
  partner_id text not null references partners (id),
  user_id text references users (id),
  name text not null,
  source text not null check (source in ('sftp', 'portal', 'adopted')),
  state text not null check (state in ('receiving', 'interrupted', 'held', 'received', 'processing', 'answered', 'quarantined', 'failed', 'expired', 'discarded')),
  writer text,
  size_bytes bigint not null,
  sha256 text,
  original_path text,
  inode text,
  opened_at_ms bigint not null,
  received_at_ms bigint,
  updated_at_ms bigint not null,
  claimed_by text,
  lease_expires_at_ms bigint,
  attempts integer not null,
  next_attempt_at_ms bigint not null,
  verdict text check (verdict in ('accepted', 'accepted-with-errors', 'partially-accepted', 'rejected')),
  reason text,
  answered_at_ms bigint
);
create index transmissions_to_claim on transmissions (next_attempt_at_ms) where state in ('received', 'processing');
create index transmissions_unfinished on transmissions (partner_id, user_id, name) where state in ('receiving', 'interrupted', 'held');
create index transmissions_by_partner on transmissions (partner_id, opened_at_ms);
create index transmissions_by_inode on transmissions (inode);
create table interchanges (
  id text primary key,
  transmission_id text not null references transmissions (id),
  ordinal integer not null,
  sender_qualifier text not null,
  sender_id text not null,
  receiver_qualifier text not null,
  receiver_id text not null,
  control_number text not null,
  version text not null,
  usage_indicator text not null,
  ta1_code text not null,
  ta1_note text not null,
  verdict text not null,
  unique (transmission_id, ordinal)
);
create table interchange_keys (
  sender text not null,
  receiver text not null,
  control_number text not null,
  transmission_id text not null references transmissions (id),
  ordinal integer not null,
  sha256 text not null,
  seen_at_ms bigint not null,
  primary key (sender, receiver, control_number)
);
create table functional_groups (
  id text primary key,
  interchange_id text not null references interchanges (id),
  ordinal integer not null,
  functional_id text not null,
  control_number text not null,
  version text not null,
  ak901 text not null,
  ak905 text not null,
  sets_included integer not null,
  sets_received integer not null,
  sets_accepted integer not null,
  unique (interchange_id, ordinal)
);
create table transaction_sets (
  id text primary key,
  group_id text not null references functional_groups (id),
  ordinal integer not null,
  set_id text not null,
  control_number text not null,
  implementation text not null,
  transaction_name text not null,
  ik501 text not null,
  ik502 text not null,
  claims integer not null,
  findings integer not null,
  unique (group_id, ordinal)
);
create table findings (
  id text primary key,
  transmission_id text not null references transmissions (id),
  set_id text references transaction_sets (id),
  ordinal integer not null,
  rule_id text not null,
  severity text not null,
  segment_id text not null,
  segment_position integer not null,
  loop_id text not null,
  element integer,
  component integer,
  repetition integer,
  ik304 text not null,
  ik403 text not null,
  snip integer not null,
  plain text not null,
  hint text not null
);
create index findings_by_transmission on findings (transmission_id, ordinal);
create table acknowledgements (
  id text primary key,
  transmission_id text not null references transmissions (id),
  interchange_ordinal integer not null,
  partner_id text not null references partners (id),
  kinds text not null,
  name text not null,
  path text not null,
  size_bytes bigint not null,
  sha256 text not null,
  control_number text not null,
  state text not null check (state in ('written', 'published')),
  written_at_ms bigint not null,
  published_at_ms bigint,
  unique (transmission_id, interchange_ordinal)
);
create index acknowledgements_to_publish on acknowledgements (written_at_ms) where state = 'written';
create table releases (
  id text primary key,
  transmission_id text not null unique references transmissions (id),
  manifest text not null,
  state text not null check (state in ('due', 'released')),
  due_at_ms bigint not null,
  released_at_ms bigint
);
create index releases_due on releases (due_at_ms) where state = 'due';
create table dispatches (
  id text primary key,
  partner_id text not null references partners (id),
  name text not null,
  transaction_name text not null,
  sha256 text not null,
  size_bytes bigint not null,
  state text not null check (state in ('published', 'refused', 'collected')),
  dispatched_at_ms bigint not null
);`;

const records = `
create table counters (
  name text primary key,
  value bigint not null
);
create table events (
  sequence bigint primary key,
  id text not null unique,
  kind text not null,
  partner_id text not null,
  payload text not null,
  created_at_ms bigint not null
);
create table deliveries (
  event_sequence bigint not null references events (sequence),
  hook text not null,
  state text not null check (state in ('waiting', 'delivered', 'dead')),
  attempts integer not null,
  next_attempt_at_ms bigint not null,
  last_error text,
  primary key (event_sequence, hook)
);
create index deliveries_due on deliveries (next_attempt_at_ms) where state = 'waiting';
create table audit_records (
  sequence bigint primary key,
  at_ms bigint not null,
  actor text not null,
  action text not null,
  subject text not null,
  address text not null,
  detail text not null,
  previous_hash text not null,
  hash text not null
);
create index audit_records_by_subject on audit_records (subject, sequence);`;

// Append-only is said to the database too, so that a slip in a later statement cannot rewrite history (invariant I9).
const sqliteAppendOnly = `
create trigger audit_records_keep before update on audit_records begin select raise(abort, 'the audit trail is append-only'); end;
create trigger audit_records_stay before delete on audit_records begin select raise(abort, 'the audit trail is append-only'); end;`;

const postgresAppendOnly = `
create function audit_records_refuse() returns trigger language plpgsql as $$ begin raise exception 'the audit trail is append-only'; end $$;
create trigger audit_records_keep before update or delete on audit_records for each row execute function audit_records_refuse();`;

export const mainJob: Migration = {
  version: 1,
  name: 'main job',
  sql: partners + accounts + journal + records,
  sqlite: sqliteAppendOnly,
  postgres: postgresAppendOnly,
};
