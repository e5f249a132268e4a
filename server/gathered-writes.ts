// ssh2 gives each SSH packet to the socket by itself, and each would be a system call and a wake-up of the client: of
// eight packets of a READ's reply, eight. What is written in one turn of the event loop leaves as one.

import type { Socket } from 'node:net';

/** Shorter packets are not worth to be used again, and have no buffer of their own. */
const worthTellingBytes = 8 * 1024;

/**
 * Lets a socket gather what it is given until the current tick is over.
 * @param sent told of each large packet that has left, or never will
 */
export function gatherWrites(socket: Socket, sent: (packet: Uint8Array) => void): void {
  const write: (...given: Parameters<Socket['write']>) => boolean = socket.write;
  const writeTold: (packet: Uint8Array, told: () => void) => boolean = socket.write;
  let gathering = false;
  const release = () => {
    gathering = false;
    socket.uncork();
  };
  // Whoever writes gets here, ssh2's handshake and its answers to window and keepalive messages as well.
  Reflect.set(socket, 'write', (...given: Parameters<Socket['write']>) => {
    if (!gathering) {
      gathering = true;
      socket.cork();
      process.nextTick(release);
    }
    const [packet, ...rest] = given;
    if (rest.length > 0 || !(packet instanceof Uint8Array) || packet.length < worthTellingBytes)
      return write.apply(socket, given);
    return writeTold.call(socket, packet, () => sent(packet));
  });
}
