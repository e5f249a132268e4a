// Durations as people say them.

const dayMs = 24 * 60 * 60 * 1000;

/** @returns such as `7 days`, or `12 hours` when it is less than two days */
export function days(durationMs: number): string {
  const count = Math.round(durationMs / dayMs);
  if (count >= 2) return `${count} days`;
  const hours = Math.max(1, Math.round(durationMs / (dayMs / 24)));
  return hours === 1 ? '1 hour' : `${hours} hours`;
}
