// The description: what is committed is what the server gives, and the client of the tests is made from it.

import { readFileSync } from 'node:fs';
import openapiTs, { astToString } from 'openapi-typescript';
import { test } from 'tap';
import { readVersion } from '../../observe.ts';
import { apiReference, openApi } from '../../roles/api-description.ts';
import { apiUrl, ask } from '../support/api.ts';
import { startTestGateway } from '../support/gateway.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

test('docs/http-api.md and the OpenAPI document are those of this Claimgate (claimgate api reference, api openapi)', (t) => {
  t.equal(read('docs/http-api.md'), apiReference());
  t.equal(read('docs/schemas/openapi.json'), `${JSON.stringify(openApi(readVersion()), undefined, 2)}\n`);
  t.end();
});

test('the typed client is made from the OpenAPI document (npx openapi-typescript docs/schemas/openapi.json -o test/support/api-types.ts)', async (t) => {
  const made = astToString(await openapiTs(read('docs/schemas/openapi.json')));
  const committed = read('test/support/api-types.ts');
  t.ok(committed.endsWith(made), 'it is not stale');
});

test('the server gives its description to anyone, and nothing else', async (t) => {
  const { gateway } = await startTestGateway(t, { config: { roles: ['api'], api: { port: 0 } } });
  const url = apiUrl(gateway);
  const { status, body, headers } = await ask(`${url}/openapi.json`, undefined);
  t.equal(status, 200);
  t.same(body, JSON.parse(JSON.stringify(openApi(readVersion()))));
  t.equal(headers.get('content-security-policy'), "default-src 'none'; frame-ancestors 'none'");
  t.equal(headers.get('x-content-type-options'), 'nosniff');
  t.match(await ask(`${url}/`, undefined), { status: 404, body: { code: 'not-found' } });
});

test('without a port there is no API, and no role is taken for it', async (t) => {
  const { gateway, observations } = await startTestGateway(t, { config: { roles: ['portal', 'api'] } });
  t.equal(gateway.api, undefined);
  t.match(
    observations.find(({ kind }) => kind === 'gateway.started'),
    { roles: ['portal'] },
  );
});
