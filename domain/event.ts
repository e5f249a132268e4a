// Events: facts that pipelines may hang on. Each is written into the outbox in the same transaction as the change it
// tells of (invariant I8) and delivered at least once. Kinds and their facts are in event-catalogue.ts: an event whose
// facts do not fit does not compile.

import { type EventDefinition, eventCatalogue } from './event-catalogue.ts';
import type { Shape, ValueOf } from './event-shape.ts';
import type { PartnerId } from './ids.ts';

type Catalogue = typeof eventCatalogue;

export type EventKind = keyof Catalogue;

type PartnerOf<Partner extends EventDefinition['partner']> = {
  always: PartnerId;
  maybe: PartnerId | undefined;
  never: undefined;
}[Partner];

type FactsOf<Facts extends Readonly<Record<string, Shape<unknown>>>> = {
  readonly [Name in keyof Facts]: ValueOf<Facts[Name]>;
};

/** One kind of event, as code hands it to a transaction. */
export type EventOf<Kind extends EventKind> = {
  readonly kind: Kind;
  /** Undefined for what is about no trading partner. */
  readonly partnerId: PartnerOf<Catalogue[Kind]['partner']>;
} & FactsOf<Catalogue[Kind]['facts']>;

export type ClaimgateEvent = { [Kind in EventKind]: EventOf<Kind> }[EventKind];

/** @returns every kind there is, in the order of the catalogue */
export function eventKinds(): readonly EventKind[] {
  return Object.keys(eventCatalogue) as EventKind[];
}

/** @returns the kind, when the text is one */
export function parseEventKind(text: string): EventKind | undefined {
  return eventKinds().find((kind) => kind === text);
}

export function eventDefinition(kind: EventKind): EventDefinition {
  return eventCatalogue[kind];
}

/**
 * What an event is about, as `noun:id`: a hook is told of events with the same subject in their order. Empty: of nothing
 * that has an order.
 */
export function subjectOf(event: {
  readonly partnerId: string | undefined;
  readonly transmissionId?: unknown;
  readonly dispatchId?: unknown;
  readonly userId?: unknown;
}): string {
  if (typeof event.transmissionId === 'string') return `transmission:${event.transmissionId}`;
  if (typeof event.dispatchId === 'string') return `dispatch:${event.dispatchId}`;
  if (typeof event.userId === 'string') return `user:${event.userId}`;
  return event.partnerId === undefined ? '' : `partner:${event.partnerId}`;
}
