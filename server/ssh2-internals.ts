// The one place that looks inside ssh2 and its streams, for what no public interface gives. When a new version changes
// what is looked at, these do nothing, and the tests of the transport fail.

import { createRequire } from 'node:module';
import type { Connection, ServerChannel } from 'ssh2';

/** RFC 4254 section 4. */
const globalRequest = 80;

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
 * @returns how many bytes the client takes now (RFC 4254 section 5.2; Channel.js `outgoing`); any number, when nobody
 *   knows: then ssh2 itself waits for the window
 */
export function outgoingWindow(channel: ServerChannel): number {
  const window = fieldOf(fieldOf(channel, 'outgoing'), 'window');
  return typeof window === 'number' ? window : Number.MAX_SAFE_INTEGER;
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

/** @returns whether keys are being exchanged, so that the client's next bytes are needed (Protocol.js, `_kexinit`) */
export function isExchangingKeys(client: Connection): boolean {
  return fieldOf(fieldOf(client, '_protocol'), '_kexinit') !== undefined;
}

/**
 * Sends a global request that wants no reply (RFC 4254 section 4); ssh2 has no way to say one of one's own. While keys
 * are exchanged it waits with everything else.
 */
export function sendGlobalRequest(
  client: Connection,
  request: { readonly name: string; readonly data: Buffer },
): void {
  const protocol = fieldOf(client, '_protocol');
  const writer = fieldOf(fieldOf(protocol, '_packetRW'), 'write');
  const start = fieldOf(writer, 'allocStart');
  const name = Buffer.from(request.name);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(name.length);
  const payload = Buffer.concat([Buffer.from([globalRequest]), length, name, Buffer.from([0]), request.data]);
  const packet = call(writer, 'alloc', payload.length);
  if (typeof start !== 'number' || !(packet instanceof Uint8Array)) return;
  packet.set(payload, start);
  const utilities: unknown = createRequire(import.meta.url)('ssh2/lib/protocol/utils.js');
  call(utilities, 'sendPacket', protocol, call(writer, 'finalize', packet));
}

/**
 * Answers one kind of global request, which ssh2 would refuse. Its own handler goes on answering all others; since it
 * answers at once (nobody listens for `request`), replies stay in order.
 * @param answer gives what stands in SSH_MSG_REQUEST_SUCCESS, or undefined for a refusal; it may throw, and then refuses
 */
export function answerGlobalRequest(
  client: Connection,
  name: string,
  answer: (asked: { readonly data: Buffer; readonly sessionId: Buffer }) => Buffer | undefined,
): void {
  const handlers = fieldOf(fieldOf(client, '_protocol'), '_handlers');
  const others = fieldOf(handlers, 'GLOBAL_REQUEST');
  if (typeof handlers !== 'object' || handlers === null || typeof others !== 'function') return;
  Reflect.set(handlers, 'GLOBAL_REQUEST', (protocol: unknown, ...request: unknown[]) => {
    const [asked, wantsReply, data] = request;
    if (asked !== name) {
      others.call(handlers, protocol, ...request);
      return;
    }
    const sessionId = fieldOf(fieldOf(protocol, '_kex'), 'sessionID');
    const given =
      Buffer.isBuffer(data) && Buffer.isBuffer(sessionId) ? tryAnswer({ data, sessionId }) : undefined;
    if (wantsReply !== true) return;
    if (given === undefined) call(protocol, 'requestFailure');
    else call(protocol, 'requestSuccess', given);
  });

  function tryAnswer(asked: { readonly data: Buffer; readonly sessionId: Buffer }): Buffer | undefined {
    try {
      return answer(asked);
    } catch {
      return undefined;
    }
  }
}

/**
 * Lets ssh2 take the buffers of the packets that it receives and sends from somebody (patches/ssh2-1.17.0-packets.patch);
 * without the patch it makes them itself.
 * @param take gives a buffer of exactly so many bytes, which nobody else writes to until it is given back
 */
export function takePacketsFrom(take: (sizeBytes: number) => Buffer): void {
  const packets = fieldOf(transportCrypto(), 'packets');
  if (typeof packets === 'object' && packets !== null) Reflect.set(packets, 'take', take);
}

/**
 * @param client a connection that has exchanged keys
 * @returns whether all that the socket brings is copied before the next piece of it is read: so it is with ssh2's native
 *   ciphers, patched
 */
export function copiesWhatItReceives(client: Connection): boolean {
  const decipher = fieldOf(fieldOf(client, '_protocol'), '_decipher');
  const name = fieldOf(fieldOf(decipher, 'constructor'), 'name');
  return (
    fieldOf(transportCrypto(), 'packets') !== undefined &&
    typeof name === 'string' &&
    name.endsWith('DecipherBinding')
  );
}

const transportCrypto = (): unknown => createRequire(import.meta.url)('ssh2/lib/protocol/crypto.js');

function call(holder: unknown, name: string, ...args: unknown[]): unknown {
  const method = fieldOf(holder, name);
  return typeof method === 'function' ? method.apply(holder, args) : undefined;
}

function fieldOf(holder: unknown, name: string): unknown {
  return (typeof holder === 'object' || typeof holder === 'function') && holder !== null
    ? Reflect.get(holder, name)
    : undefined;
}
