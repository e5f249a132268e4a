// Who may come in how: a trading partner's authentication policy and address list, the expiry of keys; and the live
// sessions of the SFTP daemon, so that commands and other workers see them.

import type { Migration } from '../migration.ts';

export const sftpAccess: Migration = {
  version: 2,
  name: 'sftp-access',
  sql: `
alter table partners add column authentication text not null default 'either' check (authentication in ('password', 'public-key', 'either', 'both'));
alter table partners add column allowed_networks text not null default '';
alter table sftp_account_keys add column expires_at_ms bigint;
create table sftp_sessions (
  id text primary key,
  process text not null,
  user_id text not null references users (id),
  partner_id text not null references partners (id),
  address text not null,
  method text not null,
  since_ms bigint not null,
  bytes_in bigint not null,
  bytes_out bigint not null,
  transfers text not null,
  end_requested_at_ms bigint
);
create index sftp_sessions_by_user on sftp_sessions (user_id);
create index sftp_sessions_by_partner on sftp_sessions (partner_id);
`,
};
