// Hooks as rows: how far each has come, whether it is told at all, and how its receiver does. Events know their version
// and what they are about; deliveries of one subject keep their order. And an upload that a gate has refused.

import type { Migration } from '../migration.ts';

/** How many characters `hook-cursor:` has, and one: where the hook's name begins. */
const nameFrom = 13;

export const hooks: Migration = {
  version: 9,
  name: 'hooks',
  sql: `
alter table events add column version integer not null default 1;
alter table events add column subject text not null default '';
create index events_by_time on events (created_at_ms, sequence);
create index events_by_subject on events (subject, sequence);
create table hooks (
  name text primary key,
  state text not null check (state in ('enabled', 'disabled')),
  cause text check (cause in ('gone', 'administrator')),
  changed_at_ms bigint not null,
  cursor_sequence bigint not null,
  failures integer not null default 0,
  failing_since_ms bigint,
  paused_until_ms bigint not null default 0,
  last_delivered_at_ms bigint
);
insert into hooks (name, state, changed_at_ms, cursor_sequence)
  select substr(name, ${nameFrom}), 'enabled', 0, value from counters where name like 'hook-cursor:%';
delete from counters where name like 'hook-cursor:%';
alter table deliveries add column subject text not null default '';
alter table deliveries add column last_attempt_at_ms bigint;
drop index deliveries_due;
create index deliveries_waiting on deliveries (hook, event_sequence, next_attempt_at_ms, subject) where state = 'waiting';
create index deliveries_of_subject on deliveries (hook, subject, event_sequence) where state = 'waiting';
create index deliveries_next on deliveries (hook, next_attempt_at_ms) where state = 'waiting';
create index deliveries_by_hook on deliveries (hook, state, event_sequence);
alter table transmissions add column refusal text;
`,
  // An event is about its transmission, else its user, else its trading partner (domain/event.ts, subjectOf).
  sqlite: `
update events set subject = coalesce(
  'transmission:' || json_extract(payload, '$.transmissionId'), 'user:' || json_extract(payload, '$.userId'),
  case partner_id when '' then '' else 'partner:' || partner_id end);
update deliveries set subject = (select subject from events where sequence = event_sequence);`,
  postgres: `
update events set subject = coalesce(
  'transmission:' || (payload::json->>'transmissionId'), 'user:' || (payload::json->>'userId'),
  case partner_id when '' then '' else 'partner:' || partner_id end);
update deliveries set subject = (select subject from events where sequence = event_sequence);`,
};
