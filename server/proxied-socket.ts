// Takes the PROXY header off a socket and puts back whatever came behind it, so that SSH finds its own first byte.

import type { Socket } from 'node:net';
import { maxProxyHeaderBytes, readProxyHeader } from './proxy-header.ts';

export type ProxiedOutcome =
  /** `address` is undefined when the proxy speaks for itself. The socket is paused. */
  | { readonly kind: 'introduced'; readonly address: string | undefined }
  | { readonly kind: 'refused'; readonly why: string };

/**
 * Reads the header.
 * @param timeoutMs how long a trusted proxy may take; it sends the header with its first packet
 * @returns never rejects; a refused socket is still open, and the caller's to close
 */
export function takeProxyHeader(socket: Socket, timeoutMs: number): Promise<ProxiedOutcome> {
  return new Promise((resolve) => {
    let collected = Buffer.alloc(0);
    const finish = (outcome: ProxiedOutcome) => {
      clearTimeout(timer);
      socket.pause();
      socket.off('data', collect);
      socket.off('close', gone);
      resolve(outcome);
    };
    const collect = (chunk: Buffer) => {
      collected = Buffer.concat([collected, chunk]);
      const header = readProxyHeader(collected);
      if (header.kind === 'incomplete' && collected.length <= maxProxyHeaderBytes) return;
      if (header.kind !== 'complete') {
        finish({ kind: 'refused', why: header.kind === 'malformed' ? header.why : 'it does not end' });
        return;
      }
      finish({ kind: 'introduced', address: header.address });
      const rest = collected.subarray(header.length);
      if (rest.length > 0) socket.unshift(rest);
    };
    const gone = () => finish({ kind: 'refused', why: 'it hung up first' });
    const timer = setTimeout(() => finish({ kind: 'refused', why: 'it did not come in time' }), timeoutMs);
    socket.on('data', collect);
    socket.once('close', gone);
  });
}
