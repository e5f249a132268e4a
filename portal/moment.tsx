// A time as people read it, and as programs do.

import type { PortalSettings } from './portal-settings.ts';

/** Formats by time zone: making one takes longer than the rest of a page, and there is one zone to a portal. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    timeZone,
    timeZoneName: 'short',
  });
  formats.set(timeZone, format);
  return format;
}

/**
 * @param atMs milliseconds since 1970
 * @returns such as `November 21, 2025 at 9:07 PM UTC`
 */
export function printMoment(atMs: number, settings: Pick<PortalSettings, 'timeZone'>): string {
  const format = formatOf(settings.timeZone ?? 'UTC');
  // ICU puts a narrow no-break space before AM and PM, which some screen fonts lack.
  return format.format(atMs).replaceAll('\u202f', ' ');
}

/**
 * The end of a wait, rounded up to the minute: whoever tries again when the clock shows it is let in.
 * @param untilMs milliseconds since 1970
 */
export function printEndOfWait(untilMs: number, settings: Pick<PortalSettings, 'timeZone'>): string {
  const minuteMs = 60_000;
  return printMoment(Math.ceil(untilMs / minuteMs) * minuteMs, settings);
}

/** A time in a page. */
export function Moment(props: {
  readonly atMs: number;
  readonly settings: Pick<PortalSettings, 'timeZone'>;
}) {
  return <time dateTime={new Date(props.atMs).toISOString()}>{printMoment(props.atMs, props.settings)}</time>;
}
