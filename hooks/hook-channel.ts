// What a hook is to the loop that feeds it, whichever kind it is: something that takes a message, or does not.

import type { EventFilter } from '../domain/event-filter.ts';
import type { EventMessage } from '../domain/event-message.ts';

export type SendOutcome =
  | { readonly kind: 'taken' }
  | {
      readonly kind: 'failed';
      /** For the log and the deliveries: a status or a code, nothing that a receiver has written. */
      readonly reason: string;
      /** How long the receiver asks to be left alone, in milliseconds. */
      readonly retryAfterMs: number | undefined;
    }
  /** It wants to be told of nothing more. */
  | { readonly kind: 'gone'; readonly reason: string };

export interface HookChannel {
  /** Tells of one event. Never throws. @param signal ends it when the gateway closes */
  send(message: EventMessage, signal: AbortSignal): Promise<SendOutcome>;
  close(): void;
}

export interface Hook extends EventFilter {
  readonly name: string;
  /** How many events it is told of at once, of different subjects. */
  readonly concurrency: number;
  readonly open: () => HookChannel;
}
