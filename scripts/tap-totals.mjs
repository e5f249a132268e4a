// Reads tap's own summary line, `# { total: 4, pass: 3, skip: 1 }`, which no common log reader knows.

/**
 * @param {string} output the end of what tap wrote
 * @param {number} status tap's exit code
 * @returns {{ passed: number, failed: number, skipped: number }} with at least one failure whenever tap failed
 */
export function readTotals(output, status) {
  const summary = [...output.matchAll(/^# \{ total: .*\}$/gm)].at(-1)?.[0] ?? '';
  const count = (name) => Number(new RegExp(`\\b${name}: (\\d+)`).exec(summary)?.[1] ?? 0);
  const failed = count('fail');
  return {
    passed: count('pass'),
    // A suite that dies or times out may fail without a failed assertion.
    failed: status === 0 ? failed : Math.max(failed, 1),
    skipped: count('skip') + count('todo'),
  };
}
