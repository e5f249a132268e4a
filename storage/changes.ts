// Waking: the control plane writes rows, the data plane reads rows and is woken. In this process by a call after each
// commit; for other processes by SQLite's data_version, which changes when another connection has committed
// (https://sqlite.org/pragma.html#pragma_data_version). A wake says only «look again»: it carries nothing to trust.

export interface Changes {
  /** @returns the function that ends the subscription */
  subscribe(listener: () => void): () => void;
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
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    announce,
    close() {
      clearInterval(timer);
      listeners.clear();
    },
  };
}
