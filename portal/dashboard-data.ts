// What the dashboard shows, read and put into slots of time.

import { type ActivityMeasure, answerTimes, dayMs, hourMs } from '../domain/activity.ts';
import type { ActivityCount, TopCount } from '../storage/activity-counts.ts';
import { readActivity, readTopOfPartners } from '../storage/activity-counts.ts';
import { listStanding } from '../storage/administrator-list.ts';
import { type QueueDepths, readQueueDepths } from '../storage/queue-depths.ts';
import type { Transmission } from '../storage/transmission-store.ts';
import type { Slot } from './chart-columns.tsx';
import type { DiskRoom, PortalContext } from './portal-deps.ts';
import { createSharedAnswer } from './shared-answer.ts';

/** What may be looked back on. */
export const ranges = {
  day: { text: '24 hours', slots: 24, slotMs: hourMs, slotWord: 'Hour' },
  week: { text: '7 days', slots: 7, slotMs: dayMs, slotWord: 'Day' },
  month: { text: '30 days', slots: 30, slotMs: dayMs, slotWord: 'Day' },
  // Of UTC, as they are counted.
  year: { text: '12 months', slots: 12, slotMs: undefined, slotWord: 'Month' },
} as const;

export type RangeName = keyof typeof ranges;

export function parseRange(text: string): RangeName {
  return Object.keys(ranges).find((name): name is RangeName => name === text) ?? 'day';
}

export interface DashboardData {
  readonly range: RangeName;
  readonly queues: QueueDepths;
  readonly disk: DiskRoom;
  readonly inFlight: readonly Transmission[];
  readonly received: number;
  readonly verdicts: readonly Slot[];
  readonly logins: readonly Slot[];
  /** By word of domain/activity.ts. */
  readonly answerTimes: Readonly<Record<string, number>>;
  readonly refusals: readonly { readonly word: string; readonly count: number }[];
  readonly rejections: readonly TopCount[];
}

/** Rows of a table on the dashboard. */
const rowsMax = 15;
const inFlightMax = 20;

/** For so long the reasons of a month are not added up again, in milliseconds: they are a hundred thousand counts. */
const rejectionsForMs = 5_000;

/** @returns reads all of it; the reasons for rejections may be a few seconds old */
export function createDashboard(context: PortalContext): (range: RangeName) => Promise<DashboardData> {
  const rejections = createSharedAnswer({
    forMs: rejectionsForMs,
    now: context.now,
    read: (range: RangeName) => readRejections(context, range),
  });
  return async (range) => ({ ...(await readFacts(context, range)), rejections: await rejections(range) });
}

function readRejections(context: PortalContext, range: RangeName): Promise<readonly TopCount[]> {
  const { sinceMs, by } = slotsBack(context, range);
  return readTopOfPartners(context.database, {
    measure: 'partner-rejection',
    // By the day of UTC: a part of the first one would be left out otherwise.
    sinceMs: sinceMs - (sinceMs % dayMs),
    by,
    limit: rowsMax,
  });
}

function slotsBack({ settings, now }: PortalContext, range: RangeName) {
  const { slots, slotMs } = ranges[range];
  const { timeZone = 'UTC' } = settings;
  const starts =
    slotMs === undefined ? monthStarts(now(), slots) : slotStarts({ nowMs: now(), slots, slotMs, timeZone });
  const by: 'hour' | 'month' = slotMs === undefined ? 'month' : 'hour';
  const label = labelOf(range, slotMs === undefined ? 'UTC' : timeZone);
  return { starts, sinceMs: starts[0] ?? 0, by, stepMs: slotMs, label };
}

async function readFacts(
  context: PortalContext,
  range: RangeName,
): Promise<Omit<DashboardData, 'rejections'>> {
  const { database, disk } = context;
  const { starts, sinceMs, by, stepMs, label } = slotsBack(context, range);
  const measures: readonly ActivityMeasure[] = [
    'received',
    'verdict',
    'answer-time',
    'login',
    'login-refused',
  ];
  const counts = await readActivity(database, { measures, sinceMs, by, stepMs });
  const of = (measure: ActivityMeasure) => counts.filter((count) => count.measure === measure);
  const arriving = await listStanding(database, { list: 'arriving', limit: inFlightMax });
  const unanswered = await listStanding(database, { list: 'unanswered', limit: inFlightMax });
  const put = (some: readonly ActivityCount[]) => slotsOf(some, { starts, label });
  return {
    range,
    queues: await readQueueDepths(database),
    disk: await disk(),
    inFlight: [...unanswered, ...arriving].slice(0, inFlightMax),
    received: sum(of('received')),
    verdicts: put(of('verdict')),
    logins: put([
      ...of('login').map((count) => ({ ...count, word: 'accepted' })),
      ...of('login-refused').map((count) => ({ ...count, word: 'refused' })),
    ]),
    answerTimes: Object.fromEntries(
      answerTimes.map(({ word }) => [word, sum(of('answer-time').filter((count) => count.word === word))]),
    ),
    refusals: largest(of('login-refused')),
  };
}

const sum = (counts: readonly ActivityCount[]) => counts.reduce((total, { count }) => total + count, 0);

function largest(counts: readonly ActivityCount[]) {
  const words = [...new Set(counts.map(({ word }) => word))];
  return words
    .map((word) => ({ word, count: sum(counts.filter((count) => count.word === word)) }))
    .sort((one, other) => other.count - one.count)
    .slice(0, rowsMax);
}

function monthStarts(nowMs: number, count: number): readonly number[] {
  const at = new Date(nowMs);
  return Array.from({ length: count }, (_, index) =>
    Date.UTC(at.getUTCFullYear(), at.getUTCMonth() - (count - 1 - index)),
  );
}

function slotStarts(input: {
  readonly nowMs: number;
  readonly slots: number;
  readonly slotMs: number;
  readonly timeZone: string;
}): readonly number[] {
  const { nowMs, slots, slotMs } = input;
  // Hours are counted in UTC; where a zone is off by half an hour, its days begin with the nearest one.
  const zoneMs = slotMs === dayMs ? Math.round(zoneOffsetMs(nowMs, input.timeZone) / hourMs) * hourMs : 0;
  const last = nowMs - ((nowMs + zoneMs) % slotMs);
  return Array.from({ length: slots }, (_, index) => last - (slots - 1 - index) * slotMs);
}

function zoneOffsetMs(atMs: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(atMs);
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value ?? 0);
  const local = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
  return local - (atMs - (atMs % 1000));
}

function labelOf(range: RangeName, timeZone: string): (atMs: number) => string {
  const format = new Intl.DateTimeFormat(
    'en-US',
    range === 'day'
      ? { timeZone, hour: 'numeric' }
      : range === 'year'
        ? { timeZone, month: 'short', year: 'numeric' }
        : { timeZone, month: 'short', day: 'numeric' },
  );
  return (atMs) => format.format(atMs).replaceAll('\u202f', ' ');
}

function slotsOf(
  counts: readonly ActivityCount[],
  { starts, label }: { readonly starts: readonly number[]; readonly label: (atMs: number) => string },
): readonly Slot[] {
  const sums = starts.map((): Record<string, number> => ({}));
  for (const { sinceMs, word, count } of counts) {
    const at = starts.findLastIndex((start) => start <= sinceMs);
    const slot = sums[at];
    if (slot !== undefined) slot[word] = (slot[word] ?? 0) + count;
  }
  return starts.map((start, index) => ({ label: label(start), counts: sums[index] ?? {} }));
}
