// What a server and all its descendants use: CPU seconds, and memory at its peak. A process that has ended counts by
// its parent, once that has waited for it (proc(5), cutime and cstime).

import { readFileSync, writeFileSync } from 'node:fs';

/** USER_HZ of Linux, on every architecture that Node runs on. */
const ticksPerSecond = 100;
const sampleMs = 50;

/** Begins to watch; the result's `stop()` tells what was used since. */
export function watchTree(pid) {
  for (const one of treeOf(pid)) forgetPeak(one);
  const processes = treeOf(pid).length;
  const cpuBefore = cpuSecondsOf(pid);
  let peakRssMib = peakOf(pid);
  const timer = setInterval(() => {
    peakRssMib = Math.max(peakRssMib, peakOf(pid));
  }, sampleMs);
  return {
    /** Waits a moment for processes of this time to be gone, since only then their CPU is known. */
    async stop() {
      clearInterval(timer);
      for (let look = 0; look < 40 && treeOf(pid).length > processes; look += 1) {
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      peakRssMib = Math.max(peakRssMib, peakOf(pid));
      return { cpuSeconds: cpuSecondsOf(pid) - cpuBefore, peakRssMib };
    },
  };
}

/** @returns the process and its descendants that live now */
function treeOf(pid) {
  const found = [pid];
  for (const one of found) {
    const children = attempt(() => readFileSync(`/proc/${one}/task/${one}/children`, 'utf8')) ?? '';
    for (const child of children.split(' ')) if (child !== '') found.push(Number(child));
  }
  return found;
}

/** Each process by its own peak since the watch began, and so at most a little too high for the tree. */
function peakOf(pid) {
  let mib = 0;
  for (const one of treeOf(pid)) {
    const status = attempt(() => readFileSync(`/proc/${one}/status`, 'utf8')) ?? '';
    mib += Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024;
  }
  return mib;
}

/** Linux forgets a process's peak (VmHWM) when 5 is written here (proc(5)). */
function forgetPeak(pid) {
  attempt(() => writeFileSync(`/proc/${pid}/clear_refs`, '5'));
}

function cpuSecondsOf(pid) {
  let ticks = 0;
  for (const one of treeOf(pid)) {
    const stat = attempt(() => readFileSync(`/proc/${one}/stat`, 'utf8'));
    if (stat === undefined) continue;
    // After the name, which may hold anything, the first field is the third: utime is the fourteenth.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    for (const field of fields.slice(11, 15)) ticks += Number(field);
  }
  return ticks / ticksPerSecond;
}

/** A process may end between two looks. */
function attempt(work) {
  try {
    return work();
  } catch {
    return undefined;
  }
}
