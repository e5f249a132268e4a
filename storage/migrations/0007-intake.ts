// What an administrator decided of a file, what was purged after its time, how long each trading partner's things are
// kept, and what is told before something that nobody has fetched goes.

import type { Migration } from '../migration.ts';

const decisions = `
alter table transmissions add column decision text check (decision in ('quarantine', 'discard'));
alter table transmissions add column decision_reason text;
alter table transmissions add column original_purged_at_ms bigint;
alter table acknowledgements add column purged_at_ms bigint;`;

const retention = `
create table partner_retention (
  partner_id text not null references partners (id),
  kind text not null,
  keep_days bigint not null,
  set_at_ms bigint not null,
  set_by text not null,
  primary key (partner_id, kind)
);
create table retention_notices (
  kind text not null,
  subject text not null,
  partner_id text not null,
  noticed_at_ms bigint not null,
  due_at_ms bigint not null,
  primary key (kind, subject)
);`;

export const intake: Migration = { version: 7, name: 'intake', sql: decisions + retention };
