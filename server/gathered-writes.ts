// ssh2 gives each SSH packet to the socket by itself, and each would be a system call and a wake-up of the client: of
// eight packets of a READ's reply, eight. What is written in one turn of the event loop leaves as one.

import type { Socket } from 'node:net';

/** Lets a socket gather what it is given until the current tick is over. */
export function gatherWrites(socket: Socket): void {
  const write = socket.write;
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
    return write.apply(socket, given);
  });
}
