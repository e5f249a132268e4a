// Waking: the control plane writes rows, the data plane reads rows and is woken. In this process by a call after each
// commit; for other processes by SQLite's data_version, which changes when another connection has committed
// (https://sqlite.org/pragma.html#pragma_data_version). A wake says only «look again»: it carries nothing to trust.

export interface Changes {
  /**
   * @param options.restMs for who is in no hurry: it is told at once, and then not again for so long, in milliseconds;
   *   what changed meanwhile it is told at the end of that
   * @returns the function that ends the subscription
   */
  subscribe(listener: () => void, options?: { readonly restMs: number }): () => void;
  announce(): void;
  close(): void;
}

/**
 * @param deps.version a number that differs after another process has committed
 * @param deps.pollMs how often to compare it, in milliseconds; 0 never
 */
export function createChanges(deps: { readonly version: () => number; readonly pollMs: number }): Changes {
  const listeners = new Set<() => void>();
  let last = deps.version();
  let scheduled = false;
  const tell = () => {
    scheduled = false;
    for (const listener of listeners) listener();
  };
  const announce = () => {
    // Many commits in one turn of the event loop make one wake.
    if (scheduled || listeners.size === 0) return;
    scheduled = true;
    setImmediate(tell);
  };
  const poll = () => {
    const seen = deps.version();
    if (seen === last) return;
    last = seen;
    announce();
  };
  const timer = deps.pollMs > 0 ? setInterval(poll, deps.pollMs) : undefined;
  timer?.unref();
  return {
    subscribe(listener, options) {
      const { tell, end } =
        options === undefined ? { tell: listener, end: undefined } : resting(listener, options);
      listeners.add(tell);
      return () => {
        listeners.delete(tell);
        end?.();
      };
    },
    announce,
    close() {
      clearInterval(timer);
      listeners.clear();
    },
  };
}

function resting(
  listener: () => void,
  { restMs }: { readonly restMs: number },
): { readonly tell: () => void; readonly end: () => void } {
  let rest: NodeJS.Timeout | undefined;
  let again = false;
  const tell = (): void => {
    if (rest !== undefined) {
      again = true;
      return;
    }
    rest = setTimeout(over, restMs);
    rest.unref();
    listener();
  };
  const over = (): void => {
    rest = undefined;
    if (!again) return;
    again = false;
    tell();
  };
  return { tell, end: () => clearTimeout(rest) };
}
