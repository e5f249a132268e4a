// Days as people type them into a form, in the time zone that the portal shows times in.

const dayMs = 24 * 60 * 60 * 1000;

/**
 * Reads a day as an `<input type="date">` sends it.
 * @param text `YYYY-MM-DD`
 * @returns when it begins and when the next one does, in milliseconds since 1970; undefined when there is no such day
 */
export function parseDay(
  text: string,
  timeZone: string,
): { readonly startMs: number; readonly endMs: number } | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const utcMs = Date.parse(`${text}T00:00:00Z`);
  if (Number.isNaN(utcMs) || new Date(utcMs).toISOString().slice(0, 10) !== text) return undefined;
  return { startMs: midnightMs(utcMs, timeZone), endMs: midnightMs(utcMs + dayMs, timeZone) };
}

/** When the day that begins at `utcMs` in UTC begins in the zone. */
function midnightMs(utcMs: number, timeZone: string): number {
  // Twice: the offset at the guess may be that of the other side of a change of the clock.
  const guessMs = utcMs - offsetMs(utcMs, timeZone);
  return utcMs - offsetMs(guessMs, timeZone);
}

/** How much the zone's clocks are ahead of UTC. */
function offsetMs(atMs: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const parts = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]));
  const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
  const shownMs = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return shownMs - Math.floor(atMs / 1000) * 1000;
}
