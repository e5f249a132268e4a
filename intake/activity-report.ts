// The report of one day for people who only use SFTP: what came, what was said of it, what waits, what was collected.

import type { PartnerId } from '../domain/ids.ts';
import { parseEntryName } from '../domain/virtual-path.ts';
import { type Activity, type ActivityLine, readActivity } from '../storage/activity-store.ts';
import { readPartnerProfile } from '../storage/partner-profile-store.ts';
import { listPartners } from '../storage/partner-store.ts';
import { localClock, startOfDay } from './local-clock.ts';
import { type MessageDeps, sendMessage } from './outbound-message.ts';

/**
 * Puts the report of the day that has ended into the mailbox of every partner that wants it and has not got it. A day
 * on which nothing happened and nothing waits has a report too: it says that the gateway was there.
 * @returns how many were put out
 */
export async function sendActivityReports(deps: MessageDeps): Promise<number> {
  let sent = 0;
  for (const { id: partnerId, status } of await listPartners(deps.database)) {
    const { activityReport, timeZone = 'UTC' } = await readPartnerProfile(deps.database, partnerId);
    if (activityReport === true && status === 'active' && (await sendReport(deps, partnerId, timeZone)))
      sent += 1;
  }
  return sent;
}

async function sendReport(deps: MessageDeps, partnerId: PartnerId, timeZone: string): Promise<boolean> {
  const toMs = startOfDay(deps.database.now(), timeZone);
  const fromMs = startOfDay(toMs - 1, timeZone);
  const { date } = localClock(fromMs, timeZone);
  const name = parseEntryName(`activity-${date}.txt`);
  if (name === undefined) return false;
  const activity = await readActivity(deps.database, { partnerId, fromMs, toMs });
  return sendMessage(deps, {
    partnerId,
    key: `activity:${partnerId}:${date}`,
    name,
    kind: 'report',
    text: printActivity(activity, { partnerId, date, timeZone }),
    actor: { kind: 'gateway' },
  });
}

/** @returns the report's text, lines ended by CR LF as people on Windows expect */
function printActivity(
  activity: Activity,
  {
    partnerId,
    date,
    timeZone,
  }: { readonly partnerId: PartnerId; readonly date: string; readonly timeZone: string },
): string {
  const day = `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}`;
  const moment = ({ atMs }: ActivityLine, withDay: boolean): string => {
    const clock = localClock(atMs, timeZone);
    const time = `${clock.time.slice(0, 2)}:${clock.time.slice(2, 4)}:${clock.time.slice(4)}`;
    const on = `${clock.date.slice(0, 4)}-${clock.date.slice(4, 6)}-${clock.date.slice(6)}`;
    return withDay ? `${on} ${time}` : time;
  };
  const part = (title: string, lines: readonly ActivityLine[], withDay = false): readonly string[] => [
    '',
    `${title}: ${lines.length}`,
    ...lines.map((line) => `  ${moment(line, withDay)}  ${line.name}  ${line.what}`),
  ];
  return [
    `ACTIVITY OF ${day}`,
    '',
    `Trading partner:  ${partnerId}`,
    `Time zone:        ${timeZone}`,
    ...part('Files received from you', activity.received),
    ...part('Files put into outbound', activity.put),
    ...part('Files collected', activity.collected),
    ...part('Waiting in outbound, not collected by the end of the day', activity.waiting, true),
    '',
  ].join('\r\n');
}
