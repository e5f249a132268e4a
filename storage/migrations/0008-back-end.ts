// The two doors to the back end: what is agreed with each partner, what is released, and what is dispatched. Nothing has
// written into `dispatches` so far; it is made anew with what a dispatch needs to be repeatable.

import type { Migration } from '../migration.ts';

export const backEnd: Migration = {
  version: 8,
  name: 'back-end',
  sql: `
create table partner_profiles (
  partner_id text primary key references partners (id),
  profile text not null,
  version integer not null,
  updated_at_ms bigint not null
);
alter table releases add column folder text not null default 'accepted';
alter table releases add column path text;
drop table dispatches;
create table dispatches (
  id text primary key,
  partner_id text not null references partners (id),
  source text not null check (source in ('back-end', 'command', 'adopted', 'message')),
  original_name text not null,
  name text not null,
  transaction_name text not null,
  kinds text not null,
  control_number text not null,
  sha256 text not null,
  size_bytes bigint not null,
  path text,
  source_key text unique,
  state text not null check (state in ('accepted', 'published', 'refused', 'collected')),
  reason text,
  report text,
  dispatched_at_ms bigint not null
);
create index dispatches_outbound on dispatches (partner_id, dispatched_at_ms, id);
create index dispatches_by_digest on dispatches (partner_id, sha256);
create index dispatches_by_path on dispatches (path) where path is not null;
create index releases_by_path on releases (path) where path is not null;
create index dispatches_by_name on dispatches (partner_id, name);
create index dispatches_unpublished on dispatches (dispatched_at_ms) where state = 'accepted';
alter table collections add column downloads integer not null default 1;
alter table collections add column last_user_id text;
alter table collections add column last_collected_at_ms bigint;
`,
};
