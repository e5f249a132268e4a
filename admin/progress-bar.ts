// How far a long read has come, on standard error, when somebody is there to see it.

/** Smaller files are read before a bar would be drawn twice. */
export const progressBytesMin = 50 * 1000 * 1000;

/** Time between two drawings, in milliseconds. */
const redrawMs = 100;

const widthChars = 30;

export interface ProgressBar {
  /** So many more bytes were read, or things done. */
  advance(more: number): void;
  /** Removes the bar from the terminal. */
  end(): void;
}

const silent: ProgressBar = { advance: () => undefined, end: () => undefined };

interface BarDeps {
  readonly stream: { readonly isTTY?: boolean; write(text: string): unknown };
  /** Milliseconds. */
  readonly now: () => number;
}

/** A bar for reading `totalBytes`; one that does nothing when the stream is no terminal or the file is not large. */
export function createProgressBar(
  deps: BarDeps,
  { label, totalBytes }: { readonly label: string; readonly totalBytes: number },
): ProgressBar {
  return totalBytes < progressBytesMin ? silent : startBar(deps, { label, total: totalBytes, rate: speed });
}

/** Fewer things are done before a bar would be drawn twice. */
const countMin = 200;

/** A bar for so many things that are done one after the other. */
export function createCountBar(
  deps: BarDeps,
  { label, totalCount }: { readonly label: string; readonly totalCount: number },
): ProgressBar {
  return totalCount < countMin ? silent : startBar(deps, { label, total: totalCount, rate: () => '' });
}

function startBar(
  { stream, now }: BarDeps,
  bar: {
    readonly label: string;
    readonly total: number;
    readonly rate: (done: number, elapsedMs: number) => string;
  },
): ProgressBar {
  if (stream.isTTY !== true) return silent;
  const startedMs = now();
  let done = 0;
  let drawnMs = Number.NEGATIVE_INFINITY;
  return {
    advance(more) {
      done += more;
      const timeMs = now();
      if (timeMs - drawnMs < redrawMs) return;
      drawnMs = timeMs;
      stream.write(`\r${draw(bar.label, done / bar.total, bar.rate(done, timeMs - startedMs))}\u001b[K`);
    },
    end() {
      stream.write('\r\u001b[K');
    },
  };
}

function draw(label: string, share: number, rate: string): string {
  const part = Math.min(Math.max(share, 0), 1);
  const full = Math.round(part * widthChars);
  const bar = `${'#'.repeat(full)}${'.'.repeat(widthChars - full)}`;
  return `${label} [${bar}] ${String(Math.floor(part * 100)).padStart(3)} %${rate}`;
}

function speed(bytes: number, elapsedMs: number): string {
  return elapsedMs < redrawMs ? '' : `  ${(bytes / 1000 / elapsedMs).toFixed(0)} MB/s`;
}
