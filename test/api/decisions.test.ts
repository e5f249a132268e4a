// What a program of the operator's may decide over the API: of files, of rights, of what is agreed, and of hooks.

import { t as file, test } from 'tap';
import { readAuditRecords } from '../../storage/audit-trail.ts';
import { setPartnerRights } from '../../storage/grant-store.ts';
import { apiUrl, ask, makeKey, openClient } from '../support/api.ts';
import { corpusSubmitterId, readClaims } from '../support/claims.ts';
import { addPartnerAndUser, administrator, startTestGateway } from '../support/gateway.ts';
import { sendAndAwait } from '../support/send-file.ts';
import { partnerId } from '../support/storage.ts';
import { until } from '../support/until.ts';

const running = await startTestGateway(file, {
  config: {
    roles: ['intake', 'api'],
    api: { port: 0 },
    hooks: {
      webhooks: [
        {
          name: 'pipeline',
          url: 'http://127.0.0.1:9/',
          allowPlainHttp: true,
          allowPrivateAddresses: true,
          events: ['transmission.*'],
        },
      ],
    },
  },
});
const { core } = running;
const url = apiUrl(running.gateway);
const acme = { partner: 'acme', user: 'alice' };
await addPartnerAndUser(core, { ...acme, submitterId: corpusSubmitterId });
await addPartnerAndUser(core, { partner: 'other', user: 'oscar', submitterId: 'OTHER' });
const { text: office } = await makeKey(core, [
  'transmissions:read',
  'transmissions:write',
  'grants:read',
  'grants:write',
  'profiles:read',
  'profiles:write',
  'hooks:read',
  'hooks:write',
]);
const client = openClient(url, office);
const actionsOf = async (subject: string) =>
  (await readAuditRecords(core.database, { limit: 100, subject })).map(({ action, actor }) => ({
    action,
    actor,
  }));

test('a file in quarantine is released, and what cannot be decided is told', async (t) => {
  const id = await sendAndAwait(core, { ...acme, name: 'letter.txt', content: 'Dear Sir' });
  const params = { path: { transmissionId: id } };
  const decide = (body: { do: 'retry' | 'release' } | { do: 'quarantine' | 'discard'; reason: string }) =>
    client.POST('/transmissions/{transmissionId}/decision', { params, body });
  t.match(await decide({ do: 'quarantine', reason: 'It is a letter.' }), { data: { changed: false } });
  t.match(await decide({ do: 'release' }), { data: { changed: true, transmission: { id } } });
  t.ok((await actionsOf(`transmission:${id}`)).some(({ actor }) => actor.startsWith('api-key:')));
  const good = await sendAndAwait(core, { ...acme, name: 'good.x12', content: readClaims('p-00-valid', 1) });
  const late = await client.POST('/transmissions/{transmissionId}/decision', {
    params: { path: { transmissionId: good } },
    body: { do: 'discard', reason: 'Too late.' },
  });
  t.match(late, { response: { status: 409 }, error: { code: 'conflict' } });
  const path = `${url}/transmissions/${good}/decision`;
  t.match(await ask(path, office, { method: 'POST', json: { do: 'discard' } }), {
    status: 400,
    body: { code: 'invalid-request' },
  });
  const { text: reader } = await makeKey(core, ['transmissions:read']);
  t.match(await ask(path, reader, { method: 'POST', json: { do: 'retry' } }), { status: 403 });
});

test('rights are given and taken; a key for another partner finds no such user', async (t) => {
  const params = { path: { userId: 'alice' } };
  const before = await client.GET('/users/{userId}/grants', { params });
  const taken = await client.PATCH('/users/{userId}/grants', {
    params: { ...params, header: { 'If-Match': before.response.headers.get('etag') ?? '' } },
    body: { take: [{ direction: 'send', transaction: '837D' }], give: [] },
  });
  const has = (data: typeof taken.data) =>
    data?.grants.some(({ direction, transaction }) => direction === 'send' && transaction === '837D');
  t.equal(has(before.data), true);
  t.equal(has(taken.data), false);
  t.equal(taken.data?.version, (before.data?.version ?? 0) + 1);
  const late = await client.PATCH('/users/{userId}/grants', {
    params: { ...params, header: { 'If-Match': before.response.headers.get('etag') ?? '' } },
    body: { give: [{ direction: 'send', transaction: '837D' }], take: [] },
  });
  t.equal(late.response.status, 412);
  await setPartnerRights(core.database, { partnerId: partnerId('acme'), rights: [], actor: administrator });
  const bare = await client.GET('/users/{userId}/grants', { params });
  t.ok(
    bare.data?.grants.every(({ inForce }) => !inForce),
    'the partner has agreed on nothing',
  );
  const { text: other } = await makeKey(core, ['grants:read', 'grants:write'], { partner: 'other' });
  t.match(await ask(`${url}/users/alice/grants`, other), { status: 404 });
  t.match(
    await ask(`${url}/users/alice/grants`, office, {
      method: 'PATCH',
      json: { give: [{ direction: 'send', transaction: '999' }] },
    }),
    { status: 400 },
  );
});

test('what is agreed with a partner is set key by key, in the words of the command', async (t) => {
  const params = { path: { partnerId: 'acme' } };
  const set = await client.PATCH('/partners/{partnerId}/profile', {
    params,
    body: { usage: 'test', inboundNames: '*.x12' },
  });
  t.same(set.data, { partnerId: 'acme', settings: { usage: 'test', inboundNames: '*.x12' } });
  const back = await client.PATCH('/partners/{partnerId}/profile', { params, body: { usage: null } });
  t.same(back.data?.settings, { inboundNames: '*.x12' });
  t.same((await client.GET('/partners/{partnerId}/profile', { params })).data, back.data);
  t.match(await ask(`${url}/partners/acme/profile`, office, { method: 'PATCH', json: { usage: 'maybe' } }), {
    status: 400,
    body: { errors: [{ path: 'body.usage' }] },
  });
  t.match(
    await ask(`${url}/partners/acme/profile`, office, {
      method: 'PATCH',
      json: { severities: 'claim.ballance:off' },
    }),
    { status: 400, body: { errors: [{ path: 'body.severities', message: /no rule "claim\.ballance"/ }] } },
  );
  t.match(await ask(`${url}/partners/nobody/profile`, office, { method: 'PATCH', json: { usage: null } }), {
    status: 404,
  });
});

test('a hook is told again of what was, or only counted', async (t) => {
  const params = { path: { hookName: 'pipeline' } };
  const replay = (body: { deadOnly?: boolean; dryRun?: boolean; since?: string; fromEvent?: string }) =>
    ask(`${url}/hooks/pipeline/replay`, office, { method: 'POST', json: body });
  const since = new Date(0).toISOString();
  const counted = await replay({ since, dryRun: true });
  t.match(counted, { status: 200, body: { dryRun: true } });
  t.ok(Number(counted.body['events']) > 0);
  t.same(
    (await client.GET('/hooks/{hookName}/deliveries', { params })).data?.data,
    [],
    'nothing was changed',
  );
  const told = await replay({ since });
  t.ok(Number(told.body['events']) >= Number(counted.body['events']));
  await until('deliveries', async () => {
    const { data } = await client.GET('/hooks/{hookName}/deliveries', { params });
    return (data?.data.length ?? 0) > 0;
  });
  await core.database.sql.updateTable('deliveries').set({ state: 'dead' }).execute();
  const letters = await client.GET('/dead-letters', { params: { query: { limit: 1 } } });
  t.match(letters.data, { data: [{ hook: 'pipeline', state: 'dead' }] });
  const cursor = letters.data?.next ?? '';
  const next = await client.GET('/dead-letters', { params: { query: { limit: 1, cursor } } });
  t.not(next.data?.data[0]?.sequence, letters.data?.data[0]?.sequence);
  t.match((await replay({ deadOnly: true })).body, { events: told.body['events'] });
  t.match(await replay({}), { status: 400 });
  t.match(await replay({ fromEvent: 'nothing' }), { status: 404 });
});
