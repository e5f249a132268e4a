// What a connection receives goes through two kinds of memory before a session sees it: what the socket reads into, and the
// SSH packet that is decrypted. Node and ssh2 make both anew each time, 64 and 32 KiB of it, outside of V8's heap; V8 then
// marks its whole heap again and again, on every core (docs/sftp.md, "Speed"). Here the sockets of signed-in clients read
// into one buffer, since whatever is read is copied before anyone else reads, and the packets come from a pool. So do those
// that are sent, which go back when the socket has taken them (gathered-writes.ts).

import type { Socket } from 'node:net';
import type { Connection } from 'ssh2';
import { BufferPool } from './buffer-pool.ts';
import { copiesWhatItReceives, takePacketsFrom } from './ssh2-internals.ts';

/** A packet of the 32 KiB of data that ssh2 allows (fault 22), its head, and its padding (RFC 4253 section 6). */
const packetBytes = 33 * 1024;
/** Twice what Node reads at once: a window of a client that sends as fast as it can comes in fewer turns. */
const readBytes = 128 * 1024;

let readBuffer: Buffer | undefined;

/**
 * Lets ssh2 take the packets that it receives and sends from a pool, from now on and in the whole process.
 * @param maxIdle how many are kept while nobody uses them
 * @returns where whoever has used a packet up gives it back
 */
export function poolTransportPackets(maxIdle: number): BufferPool {
  const pool = new BufferPool({ bufferBytes: [packetBytes], maxIdle });
  takePacketsFrom((sizeBytes) => pool.take(sizeBytes));
  return pool;
}

/**
 * From now on the socket reads into a buffer that it shares with others, and tells its `data` listeners of each piece as
 * before. None of them may keep a piece. It is Node's `onread` (net.Socket), which an accepted socket cannot be given;
 * where Node's inside has changed, the socket stays as it is.
 * @param client whose packets the socket brings; keys have been exchanged
 */
export function readIntoSharedBuffer(socket: Socket, client: Connection): void {
  const handle: unknown = Reflect.get(socket, '_handle');
  const use: unknown = typeof handle === 'object' && handle !== null && Reflect.get(handle, 'useUserBuffer');
  const into = symbolOf(socket, 'kBuffer');
  const told = symbolOf(socket, 'kBufferCb');
  if (typeof use !== 'function' || into === undefined || told === undefined) return;
  if (socket.readableLength > 0 || !copiesWhatItReceives(client)) return;
  readBuffer ??= Buffer.allocUnsafeSlow(readBytes);
  use.call(handle, readBuffer);
  Reflect.set(socket, into, readBuffer);
  Reflect.set(socket, told, (count: number, buffer: Buffer) => {
    socket.emit('data', buffer.subarray(0, count));
  });
}

const symbolOf = (socket: Socket, name: string): symbol | undefined =>
  Object.getOwnPropertySymbols(socket).find(({ description }) => description === name);
