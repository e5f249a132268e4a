// How far a long read has come, on standard error, when somebody is there to see it.

/** Smaller files are read before a bar would be drawn twice. */
export const progressBytesMin = 50 * 1000 * 1000;

/** Time between two drawings, in milliseconds. */
const redrawMs = 100;

const widthChars = 30;

export interface ProgressBar {
  /** So many more bytes have been read. */
  advance(bytes: number): void;
  /** Removes the bar from the terminal. */
  end(): void;
}

const silent: ProgressBar = { advance: () => undefined, end: () => undefined };

/**
 * A bar for reading `totalBytes`; one that does nothing when the stream is no terminal or the file is not large.
 * @param deps where it is drawn, and the time in milliseconds
 */
export function createProgressBar(
  deps: {
    readonly stream: { readonly isTTY?: boolean; write(text: string): unknown };
    readonly now: () => number;
  },
  input: { readonly label: string; readonly totalBytes: number },
): ProgressBar {
  const { stream, now } = deps;
  const { label, totalBytes } = input;
  if (stream.isTTY !== true || totalBytes < progressBytesMin) return silent;
  const startedMs = now();
  let doneBytes = 0;
  let drawnMs = Number.NEGATIVE_INFINITY;
  return {
    advance(bytes) {
      doneBytes += bytes;
      const timeMs = now();
      if (timeMs - drawnMs < redrawMs) return;
      drawnMs = timeMs;
      stream.write(`\r${draw(label, doneBytes / totalBytes, speed(doneBytes, timeMs - startedMs))}\u001b[K`);
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
