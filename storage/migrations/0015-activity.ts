// What happened, counted by the hour, so that a year of it is drawn at once; and who of the gateway's administrators has
// opened which file, and why.

import type { Migration } from '../migration.ts';

export const activity: Migration = {
  version: 15,
  name: 'activity',
  sql: `
create table activity_hours (
  measure text not null,
  since_ms bigint not null,
  partner_id text not null,
  word text not null,
  count bigint not null,
  primary key (measure, since_ms, partner_id, word)
);
insert into activity_hours (measure, since_ms, partner_id, word, count)
select 'answer-time', acknowledgements.published_at_ms - acknowledgements.published_at_ms % 3600000, '',
  case
    when acknowledgements.published_at_ms - transmissions.received_at_ms <= 1000 then '1'
    when acknowledgements.published_at_ms - transmissions.received_at_ms <= 10000 then '10'
    when acknowledgements.published_at_ms - transmissions.received_at_ms <= 60000 then '60'
    when acknowledgements.published_at_ms - transmissions.received_at_ms <= 300000 then '300'
    when acknowledgements.published_at_ms - transmissions.received_at_ms <= 900000 then '900'
    when acknowledgements.published_at_ms - transmissions.received_at_ms <= 3600000 then '3600'
    else 'more'
  end,
  count(*)
from acknowledgements
join transmissions on transmissions.id = acknowledgements.transmission_id
where acknowledgements.published_at_ms is not null and transmissions.received_at_ms is not null
group by 2, 4;
create table content_openings (
  id text primary key,
  user_id text not null,
  transmission_id text not null,
  partner_id text not null,
  reason text not null,
  opened_at_ms bigint not null,
  until_ms bigint not null
);
create index content_openings_of_transmission on content_openings (transmission_id, user_id, until_ms);
`,
};
