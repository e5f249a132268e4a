// What the partner's pages ask for: transmissions by filter, outbound files, and who has collected what.

import type { Migration } from '../migration.ts';

export const partnerPages: Migration = {
  version: 6,
  name: 'partner-pages',
  sql: `
alter table transmissions add column transactions text not null default '';
create index transmissions_list on transmissions (partner_id, opened_at_ms, id, state, verdict, user_id, transactions, name);
create index transmissions_by_user on transmissions (partner_id, user_id, opened_at_ms, id, state);
create index interchanges_by_number on interchanges (control_number, transmission_id);
create index functional_groups_by_number on functional_groups (control_number, interchange_id);
create index acknowledgements_outbound on acknowledgements (partner_id, published_at_ms, id);
create index acknowledgements_by_number on acknowledgements (control_number, transmission_id);
create index acknowledgements_by_name on acknowledgements (partner_id, name);
create index dispatches_outbound on dispatches (partner_id, dispatched_at_ms, id);
create table collections (
  file_id text primary key,
  partner_id text not null references partners (id),
  user_id text not null references users (id),
  source text not null check (source in ('sftp', 'portal')),
  collected_at_ms bigint not null
);
`,
  // The names of a transmission's transactions, each once, with a space between.
  sqlite: `
update transmissions set transactions = coalesce((
  select replace(group_concat(distinct replace(s.transaction_name, ' ', '-')), ',', ' ') from interchanges i
  join functional_groups g on g.interchange_id = i.id join transaction_sets s on s.group_id = g.id
  where i.transmission_id = transmissions.id), '');`,
  postgres: `
update transmissions set transactions = coalesce((
  select string_agg(distinct replace(s.transaction_name, ' ', '-'), ' ') from interchanges i
  join functional_groups g on g.interchange_id = i.id join transaction_sets s on s.group_id = g.id
  where i.transmission_id = transmissions.id), '');`,
};
