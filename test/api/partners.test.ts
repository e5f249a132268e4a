// Partners and transmissions over the API of a gateway that reads files, asked by the typed client that is generated from
// the description.

import { createHash } from 'node:crypto';
import { chmodSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { t as file, test } from 'tap';
import { readAuditRecords } from '../../storage/audit-trail.ts';
import { apiUrl, ask, makeKey, openClient } from '../support/api.ts';
import { corpusSubmitterId, readClaims } from '../support/claims.ts';
import { addPartnerAndUser, startTestGateway } from '../support/gateway.ts';
import { sendAndAwait } from '../support/send-file.ts';

const running = await startTestGateway(file, { config: { roles: ['intake', 'api'], api: { port: 0 } } });
const { core } = running;
const url = apiUrl(running.gateway);
await addPartnerAndUser(core, { partner: 'acme', user: 'alice', submitterId: corpusSubmitterId });
const { text: admin } = await makeKey(core, ['partners:read', 'partners:write']);
const { text: reader, id: readerId } = await makeKey(core, ['transmissions:read', 'transmissions:content']);
const office = openClient(url, admin);
const pipeline = openClient(url, reader);

const records = () => readAuditRecords(core.database, { limit: 1000 });

test('a partner is added once, and then is there with its mailbox', async (t) => {
  const body = { id: 'carolina-clinic', name: 'Carolina Clinic', submitterId: ' TSN0042 ' };
  const added = await office.POST('/partners', { body });
  t.equal(added.response.status, 201);
  t.match(added.data, { id: 'carolina-clinic', submitterId: 'TSN0042', status: 'active' });
  t.same(readdirSync(join(running.dataDirectory, 'mailboxes', 'carolina-clinic')).sort(), [
    'inbound',
    'outbound',
  ]);
  const again = await office.POST('/partners', { body });
  t.equal(again.response.status, 200);
  t.same(again.data, added.data);
  const other = await office.POST('/partners', { body: { ...body, name: 'Another' } });
  t.equal(other.response.status, 409);
  t.match(other.error, { code: 'conflict', detail: /exists with name "Carolina Clinic"/ });
  const one = await office.GET('/partners/{partnerId}', {
    params: { path: { partnerId: 'carolina-clinic' } },
  });
  t.same(one.data, added.data);
  t.equal(one.response.headers.get('etag'), added.response.headers.get('etag'));
});

test('a change minds what its caller has read', async (t) => {
  const params = { path: { partnerId: 'carolina-clinic' } };
  const read = await office.GET('/partners/{partnerId}', { params });
  const etag = read.response.headers.get('etag') ?? '';
  const header = (value: string) => ({ params: { ...params, header: { 'If-Match': value } } });
  const changed = await office.PATCH('/partners/{partnerId}', {
    ...header(etag),
    body: { name: 'Clinic of Carolina' },
  });
  t.match(changed.data, { name: 'Clinic of Carolina', submitterId: 'TSN0042' });
  t.not(changed.response.headers.get('etag'), etag);
  const late = await office.PATCH('/partners/{partnerId}', { ...header(etag), body: { name: 'Too late' } });
  t.equal(late.response.status, 412);
  t.match(late.error, { code: 'changed-meanwhile' });
  const taken = await office.PATCH('/partners/{partnerId}', {
    params,
    body: { submitterId: corpusSubmitterId },
  });
  t.match(taken.error, { code: 'conflict', detail: /belongs to trading partner acme/ });
  t.match((await office.GET('/partners/{partnerId}', { params })).data, { name: 'Clinic of Carolina' });
  const changes = (await records()).filter(({ action }) => action === 'partner.change');
  t.equal(changes.length, 1, 'what was refused is no change');
  t.match(changes, [{ actor: /^api-key:/, subject: 'partner:carolina-clinic' }]);
});

test('a request that does not fit is told where', async (t) => {
  for (const [json, path] of [
    [{ id: '../etc', name: 'x', submitterId: 'x' }, 'body.id'],
    [{ id: 'a', name: ' ', submitterId: 'x' }, 'body.name'],
    [{ id: 'a', name: 'x', submitterId: '' }, 'body.submitterId'],
    [{ id: 'a', name: 'x', submitterId: 'x', status: 'disabled' }, 'body'],
    [[], 'body'],
    ['x', 'body'],
  ] as const) {
    const told = await ask(`${url}/partners`, admin, { method: 'POST', json });
    t.match(
      told,
      { status: 400, body: { code: 'invalid-request', errors: [{ path }] } },
      JSON.stringify(json),
    );
  }
  for (const query of ['limit=0', 'limit=201', 'limit=x', 'cursor=x', 'colour=red', 'limit=1&limit=2'])
    t.match(await ask(`${url}/partners?${query}`, admin), { status: 400 }, query);
  const headers = { 'content-type': 'application/json' };
  const post = (init: RequestInit) => ask(`${url}/partners`, admin, { method: 'POST', ...init });
  t.match(await post({ headers, body: '{' }), { status: 400 });
  t.match(await post({ headers, body: `{"name":"${'x'.repeat(2_000_000)}"}` }), { status: 413 });
  t.match(await post({ headers: { 'content-type': 'text/plain' }, body: '{}' }), { status: 415 });
  t.match(await post({ headers: { ...headers, 'content-encoding': 'gzip' }, body: '{}' }), { status: 415 });
  t.match(await post({}), { status: 415 });
  const told = await ask(`${url}/partners`, admin, { method: 'DELETE' });
  t.match(told, { status: 405, body: { code: 'method-not-allowed' } });
  t.equal(told.headers.get('allow'), 'GET, POST');
  for (const path of [
    `/partners/${'x'.repeat(2000)}`,
    '/partners/..%2f..%2fetc',
    '/partners/%00',
    '/partners/a/b',
    '/nothing',
    '/%ff',
  ])
    t.ok([400, 404].includes((await ask(`${url}${path}`, admin)).status), path);
});

test('a POST with an Idempotency-Key is done once, and answered the same', async (t) => {
  const json = { id: 'once', name: 'Once', submitterId: 'ONCE' };
  const post = (key: string, body: unknown = json) =>
    ask(`${url}/partners`, admin, { method: 'POST', json: body, headers: { 'idempotency-key': key } });
  const first = await post('k-1');
  const second = await post('k-1');
  t.equal(first.status, 201);
  t.equal(second.status, 201, 'not 200, as without the key');
  t.same(second.body, first.body);
  t.equal(first.headers.get('idempotent-replayed'), null);
  t.equal(second.headers.get('idempotent-replayed'), 'true');
  t.match(await post('k-1', { ...json, name: 'Twice' }), {
    status: 422,
    body: { code: 'idempotency-conflict' },
  });
  t.match(await post('k-2'), { status: 200 });
  t.match(await post('two words'), { status: 400 });
  const refused = await post('k-3', { ...json, name: 'Another' });
  t.match([refused, await post('k-3', { ...json, name: 'Another' })], [{ status: 409 }, { status: 409 }]);
  const { text: other } = await makeKey(core, ['partners:write']);
  const theirs = await ask(`${url}/partners`, other, {
    method: 'POST',
    json: { ...json, id: 'other-key', submitterId: 'OTHER' },
    headers: { 'idempotency-key': 'k-1' },
  });
  t.equal(theirs.status, 201, 'keys of one caller are nothing to another');
  const together = await Promise.all(
    [1, 2, 3, 4].map(() => post('k-4', { id: 'burst', name: 'B', submitterId: 'B' })),
  );
  t.equal(together.filter(({ status }) => status === 409 || status === 201).length, 4);
  const added = (await records()).filter(({ subject }) => subject === 'partner:burst');
  t.equal(added.length, 1);
});

test('pages follow each other whatever comes meanwhile', async (t) => {
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const query = { limit: 2, ...(cursor === undefined ? {} : { cursor }) };
    const { data } = await office.GET('/partners', { params: { query } });
    if (data === undefined) throw new Error('There is no page.');
    seen.push(...data.data.map(({ id }) => id));
    if (seen.length === 2) await addPartnerAndUser(core, { partner: 'aaa', user: 'aaa', submitterId: 'AAA' });
    cursor = data.next ?? undefined;
  } while (cursor !== undefined);
  t.same(seen, [...new Set(seen)].sort());
  t.notOk(seen.includes('aaa'), 'its page had gone by');
  const foreign = Buffer.from(JSON.stringify(['transmissions', 1, 'x'])).toString('base64url');
  t.match(await ask(`${url}/partners?cursor=${foreign}`, admin), { status: 400 });
});

test('a transmission is found, and all that came of it', async (t) => {
  const content = readClaims('ele-02-clm02-alpha', 71);
  const id = await sendAndAwait(core, { partner: 'acme', user: 'alice', name: 'claims one.x12', content });
  const params = { path: { transmissionId: id } };
  const found = await pipeline.GET('/transmissions', {
    params: { query: { name: 'CLAIMS ONE', partnerId: 'acme' } },
  });
  t.match(found.data, { data: [{ id, partnerId: 'acme', userId: 'alice', state: 'answered' }], next: null });
  const { data: detail } = await pipeline.GET('/transmissions/{transmissionId}', { params });
  t.match(detail, { id, interchanges: [{ groups: [{ sets: [{ setId: '837' }] }] }] });
  const byNumber = {
    controlNumber: detail?.interchanges[0]?.controlNumber ?? '',
    verdict: detail?.verdict ?? 'rejected',
  };
  t.match((await pipeline.GET('/transmissions', { params: { query: byNumber } })).data, { data: [{ id }] });
  const findings = await pipeline.GET('/transmissions/{transmissionId}/findings', {
    params: { ...params, query: { limit: 1 } },
  });
  t.equal(findings.data?.data.length, 1);
  t.match(findings.data?.data[0], { interchange: 1, group: 1, set: 1, plain: /\w/, ruleId: /\w/ });
  const bytes = await fetch(`${url}/transmissions/${id}/content`, {
    headers: { authorization: `Bearer ${reader}` },
  });
  const original = Buffer.from(await bytes.arrayBuffer());
  t.ok(original.equals(Buffer.from(content)));
  const sha256 = createHash('sha256').update(original).digest('base64');
  t.equal(bytes.headers.get('repr-digest'), `sha-256=:${sha256}:`);
  t.equal(bytes.headers.get('content-disposition'), "attachment; filename*=UTF-8''claims%20one.x12");
  t.equal(bytes.headers.get('cache-control'), 'no-store');
  const answers = await pipeline.GET('/transmissions/{transmissionId}/acknowledgements', { params });
  const [answer] = answers.data?.data ?? [];
  t.match(answer, { kinds: /999/, state: 'published' });
  const acknowledgement = await ask(
    `${url}/transmissions/${id}/acknowledgements/${answer?.id}/content`,
    reader,
  );
  t.match(acknowledgement.body, { text: /^ISA.*AK1/s });
  const mine = (await records()).filter(
    ({ actor, subject }) => actor === `api-key:${readerId}` && subject === `transmission:${id}`,
  );
  t.same(mine.map(({ action }) => action).sort(), [
    'answer.view',
    'transmission.download',
    'transmission.view',
  ]);
});

test('who may see that a file came does not see what is in it', async (t) => {
  const { text } = await makeKey(core, ['transmissions:read']);
  const { body } = await ask(`${url}/transmissions`, text);
  const [one] = body['data'] as readonly { readonly id: string }[];
  for (const what of ['content', 'findings', 'acknowledgements/x/content'])
    t.match(await ask(`${url}/transmissions/${one?.id}/${what}`, text), { status: 403 }, what);
  const { text: others } = await makeKey(core, ['transmissions:read', 'transmissions:content'], {
    partner: 'aaa',
  });
  for (const what of ['', '/content', '/findings', '/acknowledgements', '/acknowledgements/x/content'])
    t.match(
      await ask(`${url}/transmissions/${one?.id}${what}`, others),
      { status: 404 },
      `another partner: ${what}`,
    );
  t.match(await ask(`${url}/transmissions/${one?.id}/acknowledgements/x/content`, reader), { status: 404 });
  t.match(await ask(`${url}/transmissions/..%2f..%2fkeys/content`, reader), { status: 400 });
});

test('bytes that are not the journal’s are not sent', async (t) => {
  const content = readClaims('ele-02-clm02-alpha', 72);
  const id = await sendAndAwait(core, { partner: 'acme', user: 'alice', name: 'altered.x12', content });
  const row = await core.database.sql
    .selectFrom('transmissions')
    .select('original_path')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  const path = join(running.dataDirectory, row.original_path ?? '');
  chmodSync(path, 0o600);
  writeFileSync(path, 'ISA*forged');
  t.match(await ask(`${url}/transmissions/${id}/content`, reader), {
    status: 500,
    body: { code: 'internal' },
  });
  t.match(running.observations.filter(({ kind }) => kind === 'fault').at(-1), {
    fault: { code: 'portal.altered-file' },
  });
});
