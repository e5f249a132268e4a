// Identity without a trading partner: people register themselves, prove their e-mail address, recover what they forgot,
// and expire when they stay away. A user's partner may be missing; mails wait in a queue; a one-time secret is a row
// without the secret, which is computed from its id and a key that is not in the database.

import type { Migration } from '../migration.ts';

/**
 * What SQLite cannot do to a column, it is done to a new one: foreign keys that lead to `users` stay as they are, which
 * they would not when the table were made anew within a transaction.
 */
const sqliteUsers = `
drop index users_by_partner;
alter table users add column new_partner_id text references partners (id);
update users set new_partner_id = partner_id;
alter table users drop column partner_id;
alter table users rename column new_partner_id to partner_id;
alter table users add column new_status text not null default 'active' check (new_status in ('unconfirmed', 'active', 'expired', 'disabled'));
update users set new_status = status;
alter table users drop column status;
alter table users rename column new_status to status;
create index users_by_partner on users (partner_id);`;

const postgresUsers = `
alter table users alter column partner_id drop not null;
alter table users drop constraint users_status_check;
alter table users alter column status set default 'active';
alter table users add constraint users_status_check check (status in ('unconfirmed', 'active', 'expired', 'disabled'));`;

export const identity: Migration = {
  version: 3,
  name: 'identity',
  sql: `
alter table users add column kind text not null default 'business' check (kind in ('individual', 'business', 'government'));
alter table users add column prefix text not null default '';
alter table users add column middle_initial text not null default '';
alter table users add column suffix text not null default '';
alter table users add column business_name text not null default '';
alter table users add column mobile_phone text not null default '';
alter table users add column confirm_by_ms bigint;
alter table users add column active_at_ms bigint not null default 0;
alter table users add column expiry_warned_days integer;
alter table users add column expiry_warned_base_ms bigint;
update users set active_at_ms = coalesce(last_sign_in_at_ms, created_at_ms), email = lower(email);
create index users_by_email on users (email);
create index users_unconfirmed on users (confirm_by_ms) where confirm_by_ms is not null;
create table one_time_secrets (
  id text primary key,
  purpose text not null,
  user_id text not null,
  created_at_ms bigint not null,
  expires_at_ms bigint not null,
  code_expires_at_ms bigint not null,
  tries integer not null,
  used_at_ms bigint
);
create index one_time_secrets_by_user on one_time_secrets (user_id, purpose, created_at_ms);
create table mails (
  id text primary key,
  kind text not null,
  user_id text not null,
  recipient text not null,
  facts text not null,
  secret_id text,
  state text not null check (state in ('waiting', 'sent', 'dead')),
  attempts integer not null,
  next_attempt_at_ms bigint not null,
  last_error text,
  created_at_ms bigint not null,
  sent_at_ms bigint
);
create index mails_due on mails (next_attempt_at_ms) where state = 'waiting';
create index mails_by_user on mails (user_id, created_at_ms);
`,
  sqlite: sqliteUsers,
  postgres: postgresUsers,
};
