// The one place that looks inside ssh2, read-only: what its transport holds back while keys are exchanged
// (protocol/utils.js:343, `_queue`) is in no public count, and without it a client could stall a key exchange and let
// replies pile up (fault 15 of the ssh2 notes). When ssh2 changes, the answer is 0 and the test of it fails.

import type { Connection } from 'ssh2';

/**
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
