// What is to be done about several things at once: those that come within one turn of the event loop are done together.

import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * @param work is called with all that came within a turn, never with none
 * @returns takes one thing; settles when the work with it among the others has, and as that has
 */
export function gather<Thing>(
  work: (things: readonly Thing[]) => Promise<void>,
): (thing: Thing) => Promise<void> {
  let open: { readonly things: Thing[]; readonly done: Promise<void> } | undefined;
  return (thing) => {
    if (open === undefined) {
      const things: Thing[] = [];
      const done = nextTurn().then(() => {
        open = undefined;
        return work(things);
      });
      open = { things, done };
    }
    open.things.push(thing);
    return open.done;
  };
}
