// The schema seen as a flat list of settings: for the environment's names, the reference and the hints on mistakes.

import { z } from 'zod';
import { configSchema } from './schema.ts';

export interface Setting {
  /** As in the file: `sftp.port`. */
  readonly path: string;
  /** As in the environment: `CLAIMGATE_SFTP_PORT`. */
  readonly environmentName: string;
  readonly description: string;
  /** What it may be, in words: `whole number, 0 to 65535`. */
  readonly form: string;
  /** As JSON; undefined when there is none. */
  readonly defaultJson: string | undefined;
  readonly type: 'string' | 'number' | 'boolean' | 'list';
}

interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
}

/** Every setting that there is, in the order of the schema. */
export function listSettings(): readonly Setting[] {
  const schema = z.toJSONSchema(configSchema, { io: 'input' }) as JsonSchema;
  return collect(schema, []);
}

function collect(schema: JsonSchema, path: readonly string[]): readonly Setting[] {
  if (schema.properties !== undefined) {
    return Object.entries(schema.properties).flatMap(([key, inner]) => collect(inner, [...path, key]));
  }
  return [
    {
      path: path.join('.'),
      environmentName: environmentNameOf(path),
      description: schema.description ?? '',
      form: formOf(schema),
      defaultJson: schema.default === undefined ? undefined : JSON.stringify(schema.default),
      type: typeOf(schema),
    },
  ];
}

function environmentNameOf(path: readonly string[]): string {
  const words = path.map((key) => key.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase());
  return `CLAIMGATE_${words.join('_')}`;
}

function typeOf(schema: JsonSchema): Setting['type'] {
  switch (schema.type) {
    case 'integer':
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'array':
      return 'list';
    default:
      return 'string';
  }
}

function formOf(schema: JsonSchema): string {
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${value}\``).join(', ');
  if (schema.type === 'array')
    return `list of ${schema.items?.properties ? 'objects' : formOf(schema.items ?? {})}`;
  if (schema.type !== 'integer') return schema.type === 'boolean' ? '`true` or `false`' : 'text';
  const top =
    schema.maximum === undefined || schema.maximum >= Number.MAX_SAFE_INTEGER ? undefined : schema.maximum;
  return `whole number, ${schema.minimum ?? 0} ${top === undefined ? 'or more' : `to ${top}`}`;
}
