// The shapes that an event's facts may have. Each carries its JSON Schema (draft 2020-12) and, for the compiler alone,
// the type of its values, so that the published schema and the type of an event cannot come apart.

import type { TransmissionId, UserId } from './ids.ts';
import type { TransmissionSource, Verdict } from './transmission.ts';

export type JsonSchema = { readonly [key: string]: unknown };

/** Only a type: no shape has such a property. */
declare const valueType: unique symbol;

export interface Shape<Value> {
  readonly schema: JsonSchema;
  /** Whether the fact may be left out of an event. */
  readonly isOptional: boolean;
  readonly [valueType]?: Value;
}

/** The type of a shape's values. */
export type ValueOf<Of> = Of extends Shape<infer Value> ? Value : never;

const shape = <Value>(schema: JsonSchema): Shape<Value> => ({ schema, isOptional: false });

/** @param description what the text is, in a sentence of the published schema */
export const text = (description: string): Shape<string> => shape({ type: 'string', description });

/** @param description with its unit */
export const integer = (description: string): Shape<number> =>
  shape({ type: 'integer', minimum: 0, description });

export const texts = (description: string): Shape<readonly string[]> =>
  shape({ type: 'array', items: { type: 'string' }, description });

/** @param values every value that there is; a receiver has to expect more of them in later versions of Claimgate */
export const oneOf = <const Value extends string>(
  values: readonly Value[],
  description: string,
): Shape<Value> => shape({ type: 'string', enum: values, description });

/** A fact that not every event of the kind has; an event without it has no such property. */
export const maybe = <Value>(of: Shape<Value>): Shape<Value | undefined> => ({
  schema: of.schema,
  isOptional: true,
});

const uuid = '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$';
const verdicts: readonly Verdict[] = ['accepted', 'accepted-with-errors', 'partially-accepted', 'rejected'];
const sources: readonly TransmissionSource[] = ['sftp', 'portal', 'adopted'];

export const userId: Shape<UserId> = shape({ type: 'string', description: 'The user’s id.' });
export const transmissionId: Shape<TransmissionId> = shape({
  type: 'string',
  pattern: uuid,
  description: 'The transmission’s id (UUID version 7).',
});
export const sha256: Shape<string> = shape({
  type: 'string',
  pattern: '^[0-9a-f]{64}$',
  description: 'SHA-256 of the bytes, in hexadecimal.',
});
export const verdict: Shape<Verdict> = oneOf(verdicts, 'What the acknowledgements say, taken together.');
export const source: Shape<TransmissionSource> = oneOf(sources, 'How the file came in.');
