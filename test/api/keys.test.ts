// API keys: who may ask at all.

import { connect } from 'node:net';
import { t as file, test } from 'tap';
import { revokeApiKey } from '../../storage/api-key-store.ts';
import { readAuditRecords } from '../../storage/audit-trail.ts';
import { apiUrl, ask, makeKey } from '../support/api.ts';
import { addPartnerAndUser, administrator, startTestGateway } from '../support/gateway.ts';

const running = await startTestGateway(file, {
  config: { roles: ['api'], api: { port: 0 }, auth: { addressFailures: 1000, networkFailures: 1000 } },
});
const { core } = running;
const url = apiUrl(running.gateway);
await addPartnerAndUser(core, { partner: 'acme', user: 'alice' });
await addPartnerAndUser(core, { partner: 'other', user: 'mallory', submitterId: 'TSNOTHER' });

test('a request without a key of ours is told to send one, and learns nothing else', async (t) => {
  const { text } = await makeKey(core, ['partners:read']);
  const wrong = `${text.slice(0, -4)}AAAA`;
  for (const [how, address, headers] of [
    ['no key', `${url}/partners`, {}],
    ['a key in the address', `${url}/partners?api_key=${text}&access_token=${text}`, {}],
    ['a key as a password', `${url}/partners`, { authorization: `Basic ${btoa(`${text}:`)}` }],
    ['a key as a cookie', `${url}/partners`, { cookie: `key=${text}` }],
    ['another scheme', `${url}/partners`, { authorization: `Token ${text}` }],
    ['a wrong secret', `${url}/partners`, { authorization: `Bearer ${wrong}` }],
    ['no form of a key', `${url}/partners`, { authorization: 'Bearer hello' }],
    ['half a key', `${url}/partners`, { authorization: `Bearer ${text.slice(0, 30)}` }],
  ] as const) {
    const told = await ask(address, undefined, { headers });
    t.equal(told.status, 401, how);
    t.match(told.headers.get('content-type'), /^application\/problem\+json(?:;|$)/);
    t.equal(told.headers.get('www-authenticate'), 'Bearer realm="claimgate"');
    t.match(told.body, { code: 'not-authenticated', type: 'urn:claimgate:problem:not-authenticated' });
    t.equal(told.body['requestId'], told.headers.get('x-request-id'));
    t.notMatch(JSON.stringify(told.body), /cgk_|acme/);
  }
  t.equal((await ask(`${url}/partners`, text)).status, 200);
  t.equal(
    (await ask(`${url}/partners`, undefined, { headers: { authorization: `bearer ${text}` } })).status,
    200,
  );
});

test('a key of ours is nowhere in what is kept and what is said', async (t) => {
  const { text } = await makeKey(core, ['partners:read']);
  await ask(`${url}/partners`, text);
  await ask(`${url}/partners?x=${text}`, undefined);
  const secret = text.slice(-20);
  const rows = await core.database.sql.selectFrom('api_keys').selectAll().execute();
  t.notMatch(JSON.stringify(rows), secret);
  t.notMatch(JSON.stringify(await readAuditRecords(core.database, { limit: 1000 })), secret);
  t.notMatch(JSON.stringify(running.observations), secret);
});

test('a key that has ended says so to who has the whole of it, and is audited', async (t) => {
  const expired = await makeKey(core, ['partners:read'], { expiresAtMs: core.database.now() - 1 });
  t.match(await ask(`${url}/partners`, expired.text), { status: 401, body: { code: 'key-expired' } });
  const revoked = await makeKey(core, ['partners:read']);
  t.equal((await ask(`${url}/partners`, revoked.text)).status, 200);
  const actor = administrator;
  t.match(await revokeApiKey(core.database, { id: revoked.id, actor }), { changed: true });
  t.match(await revokeApiKey(core.database, { id: revoked.id, actor }), { changed: false });
  for (let times = 0; times < 3; times += 1)
    t.match(await ask(`${url}/partners`, revoked.text), { status: 401, body: { code: 'key-revoked' } });
  const records = await readAuditRecords(core.database, { limit: 1000 });
  const of = (id: string) =>
    records.filter(({ subject }) => subject === `api-key:${id}`).map(({ action }) => action);
  t.same(of(expired.id).sort(), ['api-key.create', 'api-key.refused']);
  t.same(of(revoked.id).sort(), ['api-key.create', 'api-key.refused', 'api-key.revoke'], 'once, not thrice');
});

test('a key does what its scopes say', async (t) => {
  const reader = await makeKey(core, ['partners:read']);
  const told = await ask(`${url}/partners`, reader.text, { method: 'POST', json: {} });
  t.match(told, { status: 403, body: { code: 'scope-missing', detail: /partners:write/ } });
  t.match(await ask(`${url}/transmissions`, reader.text), { status: 403 });
});

test('a key for one partner sees nothing of another', async (t) => {
  const bound = await makeKey(core, ['partners:read', 'partners:write', 'transmissions:read'], {
    partner: 'acme',
  });
  const all = await ask(`${url}/partners`, bound.text);
  t.match(all.body, { data: [{ id: 'acme' }], next: null });
  t.equal((all.body['data'] as readonly unknown[]).length, 1);
  t.equal((await ask(`${url}/partners/acme`, bound.text)).status, 200);
  t.match(await ask(`${url}/partners/other`, bound.text), { status: 404, body: { code: 'not-found' } });
  t.match(await ask(`${url}/partners/nobody`, bound.text), { status: 404 });
  const change = { method: 'PATCH', json: { name: 'Mine now' } };
  t.match(await ask(`${url}/partners/other`, bound.text, change), { status: 404 });
  const another = { method: 'POST', json: { id: 'new', name: 'New', submitterId: 'NEW' } };
  t.match(await ask(`${url}/partners`, bound.text, another), { status: 403 });
  t.match((await ask(`${url}/transmissions?partnerId=other`, bound.text)).body, { data: [], next: null });
});

test('the use of a key is written down', async (t) => {
  const key = await makeKey(core, ['partners:read']);
  await ask(`${url}/partners`, key.text);
  const row = await core.database.sql
    .selectFrom('api_keys')
    .select(['last_used_at_ms', 'last_address'])
    .where('id', '=', key.id)
    .executeTakeFirstOrThrow();
  t.match(row, { last_used_at_ms: Number, last_address: '127.0.0.1' });
});

test('who tries keys is made to wait, and so is then who has one', async (t) => {
  const one = await startTestGateway(t, {
    config: { roles: ['api'], api: { port: 0 }, auth: { addressFailures: 5 } },
  });
  const there = apiUrl(one.gateway);
  const { text } = await makeKey(one.core, ['partners:read']);
  for (let tries = 0; tries < 5; tries += 1)
    t.equal((await ask(`${there}/partners`, `cgk_${'A'.repeat(64)}`)).status, 401);
  const told = await ask(`${there}/partners`, text);
  t.match(told, { status: 429, body: { code: 'too-many-requests' } });
  t.ok(Number(told.headers.get('retry-after')) > 0);
});

test('who may not ask does not get to send a body', async (t) => {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.setEncoding('utf8');
  let answer = '';
  const answered = new Promise<void>((resolve, reject) => {
    socket.on('data', (chunk: string) => {
      answer += chunk;
      if (answer.includes('not-authenticated')) resolve();
    });
    socket.on('error', reject);
  });
  socket.write(
    'POST /api/v1/partners HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n',
  );
  await answered;
  t.match(answer, /^HTTP\/1.1 401 /);
  socket.destroy();
});
