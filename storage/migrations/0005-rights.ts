// What users may send and receive: what each trading partner has agreed on, the history of each user's grants, what
// each file of `outbound` holds, what each transmission held; and invitations.

import type { Migration } from '../migration.ts';

const rightNames = `
create table partner_transactions (
  partner_id text not null references partners (id),
  transaction_name text not null,
  direction text not null check (direction in ('send', 'receive')),
  agreed_at_ms bigint not null,
  agreed_by text not null,
  primary key (partner_id, transaction_name, direction)
);
create table grant_versions (
  user_id text primary key references users (id),
  version integer not null
);
create table grant_changes (
  user_id text not null references users (id),
  version integer not null,
  partner_id text not null references partners (id),
  transaction_name text not null,
  direction text not null check (direction in ('send', 'receive')),
  change text not null check (change in ('added', 'removed')),
  changed_at_ms bigint not null,
  changed_by text not null,
  primary key (user_id, version, transaction_name, direction)
);`;

const contents = `
create table outbound_files (
  partner_id text not null references partners (id),
  name text not null,
  inode text,
  kinds text not null,
  user_id text references users (id),
  primary key (partner_id, name)
);
create table transmission_contents (
  transmission_id text primary key references transmissions (id),
  kinds text not null
);`;

const invitations = `
create table removed_accounts (
  user_id text primary key references sftp_accounts (user_id),
  removed_at_ms bigint not null
);
create table invitations (
  id text primary key,
  partner_id text not null references partners (id),
  email text not null,
  role text not null,
  rights text not null,
  secret_id text not null unique,
  state text not null check (state in ('open', 'accepted', 'revoked')),
  invited_by text not null,
  invited_at_ms bigint not null,
  sent_at_ms bigint not null,
  expires_at_ms bigint not null,
  accepted_by text references users (id),
  ended_at_ms bigint
);
create index invitations_by_partner on invitations (partner_id, invited_at_ms);
`;

const names = [
  ...['837D', '837I', '837P', '270', '276', '278', '834', 'NCPDP D.0'].map((name) => ['send', name] as const),
  ...['999', 'TA1', '271', '277', '277CA', '835', '820', '834', '837'].map(
    (name) => ['receive', name] as const,
  ),
];

// Until now everyone could do everything, and whoever works with us today must go on tomorrow.
const everything = names
  .map(
    ([direction, name]) => `
insert into partner_transactions (partner_id, transaction_name, direction, agreed_at_ms, agreed_by)
  select id, '${name}', '${direction}', created_at_ms, 'gateway' from partners;
insert into grants (user_id, transaction_name, direction, granted_at_ms, granted_by)
  select id, '${name}', '${direction}', created_at_ms, 'gateway' from users where partner_id is not null
  on conflict do nothing;`,
  )
  .join('');

// What stands in outbound by now, by its name; reports were told by their ending alone.
const published = `
insert into outbound_files (partner_id, name, inode, kinds, user_id)
  select acknowledgements.partner_id, acknowledgements.name, null,
    case acknowledgements.kinds when 'report' then 'report' when 'TA1' then 'TA1' else '999' end, transmissions.user_id
  from acknowledgements join transmissions on transmissions.id = acknowledgements.transmission_id
  where acknowledgements.state = 'published'
  on conflict do nothing;
`;

export const rights: Migration = {
  version: 5,
  name: 'rights',
  sql: rightNames + contents + invitations + everything + published,
};
