// The one place that looks inside ssh2 and its streams, for what no public interface gives. When a new version changes
// what is looked at, these do nothing, and the tests of the transport fail.

import type { Connection, ServerChannel } from 'ssh2';

/**
 * Makes a channel keep its window shut while nobody reads. ssh2 makes its channels with a highWaterMark of the whole
 * window, and opens the window again as long as less than that is buffered, so that a client that keeps to its window
 * may still have twice as much on our side (Channel.js:73, server.js:756). A mark of one byte says no as soon as a
 * paused channel holds anything; a flowing one holds nothing and is not held up.
 */
export function keepWindowShutWhilePaused(channel: ServerChannel): void {
  const state = fieldOf(channel, '_readableState');
  if (typeof state === 'object' && state !== null) Reflect.set(state, 'highWaterMark', 1);
}

/**
 * What the transport holds back while keys are exchanged (protocol/utils.js:343, `_queue`): it is in no public count,
 * and without it a client could stall a key exchange and let replies pile up (fault 15 of the ssh2 notes).
 * @param client a connection of ssh2's server
 * @returns bytes that wait for the end of a key exchange; 0 when there is none
 */
export function bytesHeldByKeyExchange(client: Connection): number {
  const protocol = fieldOf(client, '_protocol');
  const queue = fieldOf(protocol, '_queue');
  if (!Array.isArray(queue)) return 0;
  return queue.reduce(
    (sum: number, packet: unknown) => sum + (packet instanceof Uint8Array ? packet.length : 0),
    0,
  );
}

function fieldOf(holder: unknown, name: string): unknown {
  return typeof holder === 'object' && holder !== null ? Reflect.get(holder, name) : undefined;
}
