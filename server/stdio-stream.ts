// Standard input and output as the byte stream of a session: pipes or a socket pair from whoever started the process.

import type { Readable, Writable } from 'node:stream';
import type { SessionStream, SessionStreamReceiver } from './session-stream.ts';

export class StdioStream implements SessionStream {
  readonly #input: Readable;
  readonly #output: Writable;
  #receiver: SessionStreamReceiver | undefined;
  #closed = false;
  #unsent = 0;
  #exitStatus: number | undefined;
  #resolveFinished: (status: number) => void = () => undefined;
  /** Resolves with the exit status once the last byte has left, or the other side is gone. */
  readonly finished: Promise<number>;

  constructor(streams: { readonly input: Readable; readonly output: Writable }) {
    this.#input = streams.input;
    this.#output = streams.output;
    this.finished = new Promise((resolve) => {
      this.#resolveFinished = resolve;
    });
    // Nobody reads any more (EPIPE), or nobody can write: the session is cut.
    this.#output.on('error', () => this.#cut());
    this.#input.on('error', () => this.#cut());
  }

  start(receiver: SessionStreamReceiver): void {
    this.#receiver = receiver;
    this.#input.on('data', (chunk: Buffer) => receiver.data(chunk));
    this.#input.on('end', () => receiver.end());
  }

  pause(): void {
    this.#input.pause();
  }

  resume(): void {
    if (!this.#closed) this.#input.resume();
  }

  write(packets: readonly Buffer[], taken: () => void): void {
    if (this.#closed) return;
    let left = packets.length;
    this.#output.cork();
    for (const packet of packets) {
      this.#unsent += packet.length;
      this.#output.write(packet, () => {
        this.#unsent -= packet.length;
        left -= 1;
        if (left === 0) taken();
        if (this.#unsent === 0) this.#finishNow();
        this.#receiver?.drained();
      });
    }
    this.#output.uncork();
  }

  unsentBytes(): number {
    return this.#closed ? 0 : this.#unsent;
  }

  finish(exitStatus: number): void {
    this.#exitStatus ??= exitStatus;
    if (this.#unsent === 0) this.#finishNow();
  }

  destroy(): void {
    this.#cut();
  }

  #finishNow(): void {
    if (this.#exitStatus === undefined || this.#closed) return;
    this.#closed = true;
    this.#input.destroy();
    this.#resolveFinished(this.#exitStatus);
  }

  #cut(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#input.destroy();
    this.#receiver?.closed();
    this.#resolveFinished(1);
  }
}
