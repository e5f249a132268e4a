// The byte stream under a session: an SSH channel, or standard input and output. The session decides when it takes
// more, and asks how much of what it has written is still waiting here.

export interface SessionStreamReceiver {
  /** Bytes came in. May still be called once after pause() for what was on its way. */
  data(chunk: Buffer): void;
  /** The client will send no more; it may still read (SSH_MSG_CHANNEL_EOF, RFC 4254 section 5.3). */
  end(): void;
  /** The stream is gone in both directions. Called once at most. */
  closed(): void;
  /** Some of what was written has left. */
  drained(): void;
}

export interface SessionStream {
  /** Names the receiver and lets bytes flow. */
  start(receiver: SessionStreamReceiver): void;
  /** Stops delivery; the peer is held back by its window. */
  pause(): void;
  resume(): void;
  /**
   * Takes packets to send, in order. Never throws: a broken stream ends in closed().
   * @param packets not to be changed until `taken`
   * @param taken called when the stream does not look at the packets any more; never, when it breaks before
   */
  write(packets: readonly Buffer[], taken: () => void): void;
  /** Bytes that were written and have not left this process. */
  unsentBytes(): number;
  /** Sends what is waiting, then the exit status, then closes. */
  finish(exitStatus: number): void;
  /** Closes without further words. */
  destroy(): void;
}
