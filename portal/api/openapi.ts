// The API described: OpenAPI 3.1, made from the rows of the table and their schemas, which are the ones that check each
// request and each answer.

import { z } from 'zod';
import { apiScopes } from '../../domain/api-key.ts';
import { apiRoot } from './api-routes.ts';
import type { Endpoint } from './endpoint.ts';
import { type ProblemCode, problemKinds, problemSchema } from './problem.ts';

type Json = { readonly [key: string]: unknown };

const securityScheme = 'apiKey';

/** @param version of the gateway, which is the document's too */
export function openApiDocument(endpoints: readonly Endpoint[], version: string): Json {
  const shared = createShared();
  const paths: Record<string, Record<string, Json>> = {};
  for (const endpoint of endpoints) {
    const at = paths[endpoint.at] ?? {};
    paths[endpoint.at] = at;
    at[endpoint.method.toLowerCase()] = operationOf(shared, endpoint);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Claimgate HTTP API',
      version,
      description:
        'Trading partners, users, SFTP accounts, transmissions, dispatches, events and hooks of a Claimgate. Properties are added within v1, and none is taken away or changes its meaning: ignore those that you do not know.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: apiRoot }],
    tags: [...new Set(endpoints.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: shared.schemas,
      securitySchemes: {
        [securityScheme]: {
          type: 'http',
          scheme: 'bearer',
          description: `An API key (claimgate key create). Its scopes: ${Object.keys(apiScopes).join(', ')}.`,
        },
      },
    },
  };
}

interface Shared {
  /** Those that have a name, by it. */
  readonly schemas: Record<string, unknown>;
  /** @param io whether the schema is of what comes in or of what goes out */
  schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json;
}

function createShared(): Shared {
  const schemas: Record<string, unknown> = {};
  return {
    schemas,
    schemaOf(schema, io) {
      const made = z.toJSONSchema(schema, {
        io,
        override: ({ jsonSchema }) => {
          // The format says it; the pattern is only how zod checks it.
          if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
          // Answers may get further properties.
          if (io === 'output') delete jsonSchema.additionalProperties;
        },
      });
      const { $schema: _, $defs, ...rest } = hoisted(made);
      Object.assign(schemas, $defs);
      return rest;
    },
  };
}

/** Named schemas stand with the components, and not beside each use. */
const hoisted = (schema: unknown): Json & { readonly $defs?: Json } =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/'));

function operationOf(shared: Shared, endpoint: Endpoint): Json {
  const { takes } = endpoint;
  return {
    operationId: endpoint.id,
    tags: [endpoint.tag],
    summary: endpoint.tells,
    description: `Needs the scope \`${endpoint.scope}\`.`,
    security: [{ [securityScheme]: [endpoint.scope] }],
    'x-scope': endpoint.scope,
    parameters: parametersOf(shared, endpoint),
    ...(takes.kind === 'nothing' ? {} : { requestBody: bodyOf(shared, takes) }),
    responses: responsesOf(shared, endpoint),
  };
}

function bodyOf(shared: Shared, takes: Exclude<Endpoint['takes'], { readonly kind: 'nothing' }>): Json {
  const content =
    takes.kind === 'json'
      ? { 'application/json': { schema: shared.schemaOf(takes.schema, 'input') } }
      : { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } };
  return { required: true, content };
}

function parametersOf(shared: Shared, endpoint: Endpoint): readonly Json[] {
  const header = (name: string, description: string): Json => ({
    name,
    in: 'header',
    required: false,
    description,
    schema: { type: 'string' },
  });
  return [
    ...parametersIn(shared, 'path', endpoint.path),
    ...parametersIn(shared, 'query', endpoint.query),
    ...(endpoint.method === 'POST'
      ? [header('Idempotency-Key', 'The request is done once, however often it is sent with this.')]
      : []),
    ...(endpoint.tagged === 'if-match'
      ? [header('If-Match', 'The ETag of what was read: it is not changed when it is not the same any more.')]
      : []),
    ...(endpoint.gives.kind === 'events'
      ? [header('Last-Event-ID', '`id` of the last event that was heard: the stream goes on after it.')]
      : []),
  ];
}

function parametersIn(shared: Shared, where: 'path' | 'query', schema: z.ZodObject): readonly Json[] {
  const { properties = {}, required = [] } = shared.schemaOf(schema, 'input') as {
    readonly properties?: Readonly<Record<string, Json>>;
    readonly required?: readonly string[];
  };
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: rest,
  }));
}

/** What any request may meet. */
const everywhere: readonly ProblemCode[] = [
  'invalid-request',
  'not-authenticated',
  'key-expired',
  'key-revoked',
  'scope-missing',
  'not-found',
  'unsupported-media-type',
  'too-many-requests',
  'internal',
  'unavailable',
];

/** @returns every problem that an endpoint may answer with */
export function problemsOf(endpoint: Endpoint): readonly ProblemCode[] {
  const codes = new Set<ProblemCode>([...everywhere, ...endpoint.problems]);
  if (endpoint.takes.kind !== 'nothing') codes.add('too-large');
  if (endpoint.method === 'POST') codes.add('idempotency-under-way').add('idempotency-conflict');
  return [...codes];
}

function responsesOf(shared: Shared, endpoint: Endpoint): Json {
  const responses: Record<string, Json> = {};
  const headers = {
    'X-Request-Id': { schema: { type: 'string' }, description: 'Names the request in the log.' },
  };
  const tag = { ETag: { schema: { type: 'string' }, description: 'For If-Match.' } };
  const { gives } = endpoint;
  const statuses = gives.kind === 'json' ? gives.statuses : [200];
  for (const status of statuses) {
    responses[String(status)] = {
      description: status === 201 ? 'It was made.' : 'As asked.',
      headers: endpoint.tagged === undefined ? headers : { ...headers, ...tag },
      content: contentOf(shared, gives),
    };
  }
  const problems = { 'application/problem+json': { schema: shared.schemaOf(problemSchema, 'output') } };
  const codes = problemsOf(endpoint);
  for (const status of new Set(codes.map((code) => problemKinds[code].status))) {
    const alike = codes.filter((code) => problemKinds[code].status === status);
    const description = alike.map((code) => `\`${code}\``).join(', ');
    responses[String(status)] = { description, headers, content: problems };
  }
  return responses;
}

function contentOf(shared: Shared, gives: Endpoint['gives']): Json {
  switch (gives.kind) {
    case 'json':
      return { 'application/json': { schema: shared.schemaOf(gives.schema, 'output') } };
    case 'bytes':
      return { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } };
    case 'events':
      return { 'text/event-stream': { schema: { type: 'string' } } };
  }
}
