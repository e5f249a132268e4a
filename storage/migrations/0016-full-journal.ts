// A journal of a million transmissions: what is not settled is found by its state, every verdict by itself, and a search
// over all trading partners reads one index and no row; a year is drawn from counts by the month.

import type { Migration } from '../migration.ts';

const monthOfSqlite = `cast(strftime('%s', since_ms / 1000, 'unixepoch', 'start of month') as integer) * 1000`;
const monthOfPostgres = `cast(extract(epoch from date_trunc('month', to_timestamp(since_ms / 1000.0) at time zone 'UTC')) as bigint) * 1000`;

const sumByMonth = (month: string) => `
insert into activity_months (measure, since_ms, partner_id, word, count)
select measure, ${month}, partner_id, word, sum(count) from activity_hours group by 1, 2, 3, 4;
`;

const counts = `
  measure text not null,
  since_ms bigint not null,
  partner_id text not null,
  word text not null,
  count bigint not null,
  primary key (measure, since_ms, partner_id, word)
`;

export const fullJournal: Migration = {
  version: 16,
  name: 'full-journal',
  sql: `
create index transmissions_unsettled on transmissions (state, opened_at_ms, id) where state <> 'answered';
create index transmissions_by_verdict on transmissions (verdict, opened_at_ms, id) where verdict is not null;
drop index transmissions_by_time;
create index transmissions_by_time
  on transmissions (opened_at_ms, id, state, verdict, received_at_ms, user_id, transactions, name);
create index deliveries_dead on deliveries (event_sequence, hook) where state = 'dead';
create index audit_records_by_action on audit_records (action, sequence);
create index audit_records_by_actor on audit_records (actor, sequence);
create index audit_records_by_time on audit_records (at_ms);
create index audit_records_by_address on audit_records (address, sequence) where address <> '';
`,
  // Its rows in the order of the key, which is how they are read: no second look for each count.
  sqlite: `
create table activity_hours_in_order (${counts}) without rowid;
insert into activity_hours_in_order select measure, since_ms, partner_id, word, count from activity_hours;
drop table activity_hours;
alter table activity_hours_in_order rename to activity_hours;
create table activity_months (${counts}) without rowid;
${sumByMonth(monthOfSqlite)}
`,
  postgres: `
create table activity_months (${counts});
${sumByMonth(monthOfPostgres)}
`,
};
