// Whatever is asked, by requests made up from the description: no fault, no answer that the description does not know,
// no answer that is not as the description says (in the manner of schemathesis).

import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { t as file, test } from 'tap';
import { apiScopes } from '../../domain/api-key.ts';
import { readVersion } from '../../observe.ts';
import { openApi } from '../../roles/api-description.ts';
import { apiUrl, makeKey } from '../support/api.ts';
import { corpusSubmitterId, readClaims } from '../support/claims.ts';
import { addReadyUserByHand, startTestGateway } from '../support/gateway.ts';
import { outgoingFile } from '../support/outgoing.ts';
import { sendAndAwait } from '../support/send-file.ts';

interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly $ref?: string;
}

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: Schema;
}

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<
    Record<string, { readonly content: Readonly<Record<string, { readonly schema: Schema }>> }>
  >;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const document = JSON.parse(JSON.stringify(openApi(readVersion()))) as Document;
/** How many requests are made up for each operation. */
const runs = Number(process.env['CLAIMGATE_API_RUNS'] ?? 12);

const running = await startTestGateway(file, { config: { roles: ['intake', 'api'], api: { port: 0 } } });
const { core } = running;
const url = apiUrl(running.gateway);
await addReadyUserByHand(core, { partner: 'acme', user: 'alice', submitterId: corpusSubmitterId });
const content = readClaims('ele-02-clm02-alpha', 81);
const transmission = await sendAndAwait(core, {
  partner: 'acme',
  user: 'alice',
  name: 'claims.x12',
  content,
});
const { text: key } = await makeKey(core, Object.keys(apiScopes) as (keyof typeof apiScopes)[]);

const operations = Object.entries(document.paths).flatMap(([at, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ at, method: method.toUpperCase(), operation })),
);

/** Things that are there, so that not everything ends with 404. */
const known: Readonly<Record<string, readonly string[]>> = {
  partnerId: ['acme', 'nobody'],
  userId: ['alice', 'nobody'],
  transmissionId: [transmission],
  name: ['remit.835', 'claims'],
  kind: ['transmission.*', 'partner.created'],
};

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    '',
    '..',
    '../../etc/passwd',
    '%00',
    '\0',
    "' or 1=1 --",
    '-1',
    '1e309',
    'NaN',
    'null',
    '__proto__',
    '[]',
    '{}',
    '​',
    '\ud800',
    'x'.repeat(2000),
  ),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
);

function resolve(schema: Schema): Schema {
  const name = schema.$ref?.split('/').at(-1);
  return name === undefined ? schema : resolve(document.components.schemas[name] ?? {});
}

/** Values that a schema takes, most of them. */
function fitting(given: Schema): fc.Arbitrary<unknown> {
  const schema = resolve(given);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.format === 'date-time')
    return fc
      .date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) })
      .map((date) => date.toISOString());
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case 'integer':
    case 'number':
      return fc.integer({ min: schema.minimum ?? 0, max: Math.min(schema.maximum ?? 1000, 1_000_000) });
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(fitting(schema.items ?? {}), { maxLength: 3 });
    case 'object': {
      const { properties = {}, required = [] } = schema;
      const fields = Object.entries(properties).map(
        ([name, inner]) => [name, valueFor(name, inner)] as const,
      );
      return fc.record(Object.fromEntries(fields), { requiredKeys: [...required] });
    }
    default:
      return fc.string({ minLength: schema.minLength ?? 0, maxLength: Math.min(schema.maxLength ?? 40, 60) });
  }
}

function valueFor(name: string, schema: Schema): fc.Arbitrary<unknown> {
  const real = known[name];
  const fits = fitting(schema);
  const some: fc.Arbitrary<unknown> = real === undefined ? fits : fc.oneof(fc.constantFrom(...real), fits);
  return fc.oneof({ weight: 4, arbitrary: some }, { weight: 1, arbitrary: hostile });
}

interface Asked {
  readonly values: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  readonly extra: unknown;
}

function asking({ parameters, requestBody }: Operation): fc.Arbitrary<Asked> {
  const fields = parameters.map(({ name, schema }) => [name, valueFor(name, schema)] as const);
  const requiredKeys = parameters.filter((one) => one.in === 'path').map(({ name }) => name);
  const json = requestBody?.content['application/json']?.schema;
  const body =
    json !== undefined
      ? fc.oneof({ weight: 4, arbitrary: fitting(json) }, { weight: 1, arbitrary: fc.jsonValue() })
      : fileBody;
  return fc.record({
    values: fc.record(Object.fromEntries(fields), { requiredKeys }),
    body: requestBody === undefined ? fc.constant(undefined) : body,
    extra: fc.option(hostile, { freq: 8, nil: undefined }),
  });
}

const fileBody = fc.oneof(
  fc.integer({ min: 1, max: 999_999 }).map((control) => outgoingFile('835', { control })),
  fc.string({ maxLength: 200 }),
);

/** A header takes no such characters at all: fetch would refuse to send them. */
const asHeader = (value: unknown): string =>
  String(value)
    .replaceAll(/[^\x20-\x7e]/g, '?')
    .trim();

/** What an address can carry: a lone half of a character cannot be written in it. */
const encode = (value: unknown): string => encodeURIComponent(Buffer.from(String(value)).toString());

function requestOf(
  at: string,
  method: string,
  { operation, asked }: { readonly operation: Operation; readonly asked: Asked },
) {
  const { values, body, extra } = asked;
  const given = (where: Parameter['in']) =>
    operation.parameters
      .filter((one) => one.in === where && values[one.name] !== undefined)
      .map(({ name }) => [name, values[name]] as const);
  const query = given('query').map(([name, value]) => `${name}=${encode(value)}`);
  if (extra !== undefined) query.push(`extra=${encode(extra)}`);
  const path = given('path').reduce(
    // A segment of dots is taken out of an address before it is sent.
    (path, [name, value]) => path.replace(`{${name}}`, encode(value).replace(/^\.{1,2}$/, '%252e') || '%20'),
    at,
  );
  const type = Object.keys(operation.requestBody?.content ?? {})[0];
  const headers: Record<string, string> = {
    authorization: `Bearer ${key}`,
    ...(type === undefined ? {} : { 'content-type': type }),
    ...Object.fromEntries(given('header').map(([name, value]) => [name, asHeader(value)])),
  };
  const sent =
    type === undefined ? {} : { body: type.includes('json') ? JSON.stringify(body) : String(body) };
  return { address: `${url}${path}?${query.join('&')}`, init: { method, headers, ...sent } };
}

const ajv = new Ajv2020({ strict: false, validateFormats: false });
ajv.addSchema({ $id: 'api', ...document });

/** The schema of an answer, which knows no further properties than it tells of. */
function isAsDescribed(schema: Schema, body: unknown): string | undefined {
  const closed = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"api#/'));
  const validate = ajv.compile(closed);
  return validate(body) ? undefined : ajv.errorsText(validate.errors);
}

for (const { at, method, operation } of operations) {
  // It never ends; what it is asked wrongly is tested in events.test.ts.
  if (operation.operationId === 'streamEvents') continue;
  test(`${operation.operationId}: each request gets an answer that the description knows`, async (t) => {
    const statuses = new Set<number>();
    await fc.assert(
      fc.asyncProperty(asking(operation), async (asked) => {
        const { address, init } = requestOf(at, method, { operation, asked });
        const answer = await fetch(address, init);
        statuses.add(answer.status);
        const text = await answer.text();
        if (answer.status >= 500) throw new Error(`${method} ${address}: ${answer.status} ${text}`);
        // An address that no route fits is no request of this operation.
        const described = operation.responses[String(answer.status)];
        if (described === undefined)
          throw new Error(`${method} ${address}: ${answer.status} is not described`);
        const type = answer.headers.get('content-type')?.split(';')[0] ?? '';
        const schema = described.content[type]?.schema;
        if (schema === undefined) throw new Error(`${method} ${address}: ${type} is not described`);
        if (!type.includes('json')) return;
        const wrong = isAsDescribed(schema, JSON.parse(text));
        if (wrong !== undefined) throw new Error(`${method} ${address}: ${wrong}: ${text}`);
      }),
      { numRuns: runs },
    );
    t.ok(statuses.size > 0, [...statuses].join(' '));
  });
}

test('nothing of it was a fault', (t) => {
  t.same(
    running.observations.filter(({ kind }) => kind === 'fault'),
    [],
  );
  t.end();
});
