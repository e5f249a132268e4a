// Second factors of portal users, sign-ins that wait for one, what a session has proved, identities at an OpenID
// Connect provider, and the refused SFTP logins that a user is told of.

import type { Migration } from '../migration.ts';

export const secondFactors: Migration = {
  version: 4,
  name: 'second-factors',
  sql: `
create table factors (
  id text primary key,
  user_id text not null references users (id),
  kind text not null check (kind in ('totp', 'passkey')),
  name text not null,
  secret text not null,
  credential_id text unique,
  rp_id text not null,
  transports text not null,
  counter bigint not null,
  added_at_ms bigint not null,
  last_used_at_ms bigint
);
create index factors_by_user on factors (user_id);
create table recovery_codes (
  user_id text not null references users (id),
  code_hash text not null,
  made_at_ms bigint not null,
  used_at_ms bigint,
  primary key (user_id, code_hash)
);
create table pending_sign_ins (
  token_hash text primary key,
  user_id text not null references users (id),
  csrf_token text not null,
  address text not null,
  password_version integer not null,
  next_path text not null,
  authenticated_at_ms bigint not null,
  id_token text,
  created_at_ms bigint not null
);
create table factor_challenges (
  holder text not null,
  purpose text not null check (purpose in ('totp-add', 'passkey-add', 'passkey-use', 'email-code')),
  user_id text not null references users (id),
  secret text not null,
  created_at_ms bigint not null,
  primary key (holder, purpose)
);
alter table portal_sessions add column authenticated_at_ms bigint not null default 0;
alter table portal_sessions add column factor text;
alter table portal_sessions add column factor_at_ms bigint;
alter table portal_sessions add column id_token text;
create table external_identities (
  issuer text not null,
  subject text not null,
  user_id text not null references users (id),
  linked_at_ms bigint not null,
  primary key (issuer, subject),
  unique (issuer, user_id)
);
create table sftp_refusals (
  user_id text not null references users (id),
  address text not null,
  method text not null,
  reason text not null,
  attempts integer not null,
  first_at_ms bigint not null,
  last_at_ms bigint not null,
  primary key (user_id, address, method, reason)
);
`,
};
