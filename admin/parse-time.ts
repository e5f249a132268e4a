// A time as an administrator types it.

import { CommandFailure } from './command-failure.ts';

const unitsMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Reads `2026-11-21`, `2026-11-21T12:00Z`, or how long ago: `30m`, `12h`, `7d`.
 * @param option what it was typed for, for the message
 * @returns milliseconds since 1970
 * @throws CommandFailure (2)
 */
export function parseTime(text: string, input: { readonly option: string; readonly nowMs: number }): number {
  const ago = /^(\d{1,6})([mhd])$/.exec(text);
  if (ago !== null) return input.nowMs - Number(ago[1]) * (unitsMs[ago[2] ?? ''] ?? 0);
  const isTime = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text);
  const atMs = isTime ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(atMs)) {
    throw new CommandFailure(
      `"${text}" is no time for ${input.option}. Use a day or a time with its zone, such as 2026-11-21 or 2026-11-21T12:00Z, or how long ago: 30m, 12h, 7d.`,
      2,
    );
  }
  return atMs;
}

/** The longest life that a thing may be given here, in milliseconds: five years. */
const maxLifeMs = 5 * 366 * 86_400_000;

/**
 * Reads an end in the future: after how long, as `90d` or `12h`, or a day or time.
 * @returns milliseconds since 1970
 * @throws CommandFailure (2)
 */
export function parseExpiry(
  text: string,
  input: { readonly option: string; readonly nowMs: number },
): number {
  const { nowMs, option } = input;
  const after = /^(\d{1,6})([mhd])$/.exec(text);
  const atMs =
    after === null ? parseTime(text, input) : nowMs + Number(after[1]) * (unitsMs[after[2] ?? ''] ?? 0);
  if (atMs <= nowMs) throw new CommandFailure(`${option} is not in the future.`, 2);
  if (atMs > nowMs + maxLifeMs) throw new CommandFailure(`${option} is more than five years ahead.`, 2);
  return atMs;
}
