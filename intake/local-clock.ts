// A moment as a partner's clock shows it.

export interface LocalClock {
  /** `20261121` */
  readonly date: string;
  /** `142359` */
  readonly time: string;
}

/** Making one takes as long as hundreds of answers with it; there are as many as partners have time zones. */
const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(timeZone: string): Intl.DateTimeFormat {
  let clock = clocks.get(timeZone);
  if (clock === undefined) {
    clock = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    clocks.set(timeZone, clock);
  }
  return clock;
}

/**
 * @param atMs milliseconds since 1970
 * @param timeZone a name of the IANA time zone database
 */
export function localClock(atMs: number, timeZone: string): LocalClock {
  const parts = clockOf(timeZone).formatToParts(atMs);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((one) => one.type === type)?.value ?? '';
  return {
    date: `${part('year')}${part('month')}${part('day')}`,
    time: `${part('hour')}${part('minute')}${part('second')}`,
  };
}

/** @returns the time whose UTC digits are those of the local clock, for what writes UTC digits */
export function localDate(atMs: number, timeZone: string): Date {
  const { date, time } = localClock(atMs, timeZone);
  const digits = [date.slice(0, 4), date.slice(4, 6), date.slice(6)].join('-');
  return new Date(`${digits}T${time.slice(0, 2)}:${time.slice(2, 4)}:${time.slice(4)}Z`);
}

/**
 * @returns when the local day began that a moment is in, in milliseconds since 1970. Where a day has no midnight,
 *   because clocks were put forward then, it is the day's first moment.
 */
export function startOfDay(atMs: number, timeZone: string): number {
  const { date, time } = localClock(atMs, timeZone);
  const intoDayMs = secondsOf(time) * 1000 + (atMs % 1000);
  const start = atMs - intoDayMs;
  // Clocks that were changed since midnight are an hour or so off.
  const found = localClock(start, timeZone);
  if (found.date === date) return start - secondsOf(found.time) * 1000;
  return start + (24 * 60 * 60 - secondsOf(found.time)) * 1000;
}

const secondsOf = (time: string): number =>
  Number(time.slice(0, 2)) * 3600 + Number(time.slice(2, 4)) * 60 + Number(time.slice(4));
