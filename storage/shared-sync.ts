// Waiting for the disk together. However many ask for the same thing to be made durable while it is being done, the
// disk is asked once more for all of them: this is what groups the commits and the folders of CLOSEs that come at once.

/**
 * Shares one way of syncing among all who ask for it.
 * @param sync makes durable whatever was written before it is called; it is called again only when it is over
 * @returns the same for many: its promise settles when a sync that began after the call is over
 */
export function shareSync(sync: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const begin = (): Promise<void> => {
    next = undefined;
    const work = sync();
    running = work;
    const over = () => {
      if (running === work) running = undefined;
    };
    work.then(over, over);
    return work;
  };
  return () => {
    // Also when none runs any more: the next one is about to begin, and two at once there are never.
    if (next !== undefined) return next;
    if (running === undefined) return begin();
    // The one that runs may have begun before this caller's bytes were there, and so counts for nothing here.
    next = running.then(begin, begin);
    return next;
  };
}
