// An event as receivers get it: the body of a webhook, the standard input of a command, what `claimgate event show`
// prints. And the JSON Schema of that, a kind each.

import { type EventKind, eventDefinition } from './event.ts';
import type { JsonSchema } from './event-shape.ts';

/** An event as the outbox has it. */
export interface EventRecord {
  /** Its place in the outbox: a later event has a higher one. */
  readonly sequence: number;
  readonly id: string;
  readonly kind: string;
  readonly version: number;
  /** Empty: it is about no trading partner. */
  readonly partnerId: string;
  /** The event's own facts, as JSON. */
  readonly payload: string;
  /** Milliseconds since 1970. */
  readonly createdAtMs: number;
}

/** What a receiver parses. */
export interface EventMessage {
  readonly id: string;
  readonly type: string;
  readonly version: number;
  readonly timestamp: string;
  readonly sequence: number;
  readonly data: { readonly [fact: string]: unknown };
}

/** The same for the same event, whenever it is made: a receiver may compare the bytes of two tries. */
export function eventMessage(event: EventRecord): EventMessage {
  const facts: unknown = JSON.parse(event.payload);
  return {
    id: event.id,
    type: event.kind,
    version: event.version,
    timestamp: new Date(event.createdAtMs).toISOString(),
    sequence: event.sequence,
    data: { partnerId: event.partnerId === '' ? null : event.partnerId, ...(facts as object) },
  };
}

const partnerTypes = { always: 'string', maybe: ['string', 'null'], never: 'null' } as const;

/** @returns the JSON Schema (draft 2020-12) of the messages of one kind, in its present version */
export function eventSchema(kind: EventKind): JsonSchema {
  const { version, tells, partner, facts } = eventDefinition(kind);
  const partnerId = {
    type: partnerTypes[partner],
    description:
      partner === 'always'
        ? 'The trading partner that it is about.'
        : 'The trading partner that it is about; null: none.',
  };
  const shapes = Object.entries(facts);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:claimgate:event:${kind}:${version}`,
    title: kind,
    description: tells,
    type: 'object',
    required: ['id', 'type', 'version', 'timestamp', 'sequence', 'data'],
    properties: {
      id: {
        type: 'string',
        description: 'The event’s id, the same at every try and for every hook: deduplicate by it.',
      },
      type: { const: kind },
      version: { const: version },
      timestamp: { type: 'string', description: 'When it happened: UTC, RFC 3339 with milliseconds.' },
      sequence: { type: 'integer', minimum: 0, description: 'Its place among all events: later is higher.' },
      data: {
        type: 'object',
        required: ['partnerId', ...shapes.filter(([, shape]) => !shape.isOptional).map(([name]) => name)],
        properties: { partnerId, ...Object.fromEntries(shapes.map(([name, { schema }]) => [name, schema])) },
      },
    },
  };
}
