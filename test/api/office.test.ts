// Users, SFTP accounts and hooks over the API, asked by the typed client.

import { t as file, test } from 'tap';
import { readAuditRecords } from '../../storage/audit-trail.ts';
import { apiUrl, ask, makeKey, openClient } from '../support/api.ts';
import { addPartnerAndUser, addReadyUserByHand, startTestGateway } from '../support/gateway.ts';
import { startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';

const receiver = await startReceiver(file);
const running = await startTestGateway(file, {
  config: {
    roles: ['api', 'hooks'],
    api: { port: 0 },
    hooks: {
      webhooks: [
        {
          name: 'pipeline',
          url: receiver.url,
          allowPlainHttp: true,
          allowPrivateAddresses: true,
          events: ['*'],
        },
      ],
    },
  },
});
const { core } = running;
const url = apiUrl(running.gateway);
await addReadyUserByHand(core, { partner: 'acme', user: 'alice' });
await addPartnerAndUser(core, { partner: 'other', user: 'mallory', submitterId: 'TSNOTHER' });
const { text } = await makeKey(core, [
  'users:read',
  'users:write',
  'accounts:read',
  'accounts:write',
  'hooks:read',
  'hooks:write',
]);
const office = openClient(url, text);
const person = {
  id: 'new.user',
  partnerId: 'acme',
  firstName: 'Ada',
  lastName: 'Osei',
  email: 'Ada@Example.org',
};

test('a user is invited by mail: no password goes over the API', async (t) => {
  const invited = await office.POST('/users', {
    body: { ...person, kind: 'business', role: 'general-user', grants: 'all' },
  });
  t.equal(invited.response.status, 201);
  t.match(invited.data, {
    id: 'new.user',
    partnerId: 'acme',
    status: 'unconfirmed',
    roles: ['general-user'],
  });
  const mails = await core.database.sql
    .selectFrom('mails')
    .select('user_id')
    .where('kind', '=', 'invitation')
    .execute();
  t.same(mails, [{ user_id: 'new.user' }]);
  const send = (json: unknown) => ask(`${url}/users`, text, { method: 'POST', json });
  t.match(await send(person), { status: 200, body: { id: 'new.user' } });
  t.match(await send({ ...person, firstName: 'Eve' }), { status: 409, body: { code: 'conflict' } });
  t.match(await send({ ...person, id: 'x.y', partnerId: 'nobody' }), { status: 404 });
  t.match(await send({ ...person, id: 'x.y', email: 'nothing' }), {
    status: 400,
    body: { errors: [{ path: 'body.email' }] },
  });
  t.match(await send({ ...person, id: 'x.y', password: 'Violet-Otter-9-River' }), { status: 400 });
  t.notMatch(JSON.stringify((await office.GET('/users')).data), /hash/i);
});

test('users are listed page by page, of one partner or of all', async (t) => {
  const first = await office.GET('/users', { params: { query: { limit: 2 } } });
  t.match(
    first.data?.data.map(({ id }) => id),
    ['alice', 'mallory'],
  );
  const next = await office.GET('/users', { params: { query: { cursor: first.data?.next ?? '' } } });
  t.match(next.data, { data: [{ id: 'new.user' }], next: null });
  const acme = await office.GET('/users', { params: { query: { partnerId: 'acme' } } });
  t.match(
    acme.data?.data.map(({ id }) => id),
    ['alice', 'new.user'],
  );
  const { text: bound } = await makeKey(core, ['users:read', 'users:write', 'accounts:read'], {
    partner: 'other',
  });
  t.match((await ask(`${url}/users`, bound)).body, { data: [{ id: 'mallory' }], next: null });
  for (const path of ['/users/alice', '/accounts/alice', '/users/nobody', '/users?partnerId=acme'])
    t.notMatch(JSON.stringify((await ask(`${url}${path}`, bound)).body), /example\.org/, path);
  t.match(await ask(`${url}/users/alice/status`, bound, { method: 'POST', json: { do: 'disable' } }), {
    status: 404,
  });
  t.match(await ask(`${url}/users`, bound, { method: 'POST', json: { ...person, id: 'spy' } }), {
    status: 404,
  });
  t.match(
    await ask(`${url}/users`, bound, {
      method: 'POST',
      json: { ...person, id: 'spy', partnerId: undefined },
    }),
    {
      status: 404,
    },
  );
});

test('a user and an SFTP account are disabled and enabled, as by the command', async (t) => {
  const params = { path: { userId: 'alice' } };
  t.match((await office.GET('/accounts/{userId}', { params })).data, {
    userId: 'alice',
    status: 'active',
    keys: [],
  });
  const disabled = await office.POST('/accounts/{userId}/status', { params, body: { do: 'disable' } });
  t.match(disabled.data, { status: 'disabled' });
  const enabled = await office.POST('/accounts/{userId}/status', { params, body: { do: 'enable' } });
  t.match(enabled.data, { status: 'update-required' });
  t.match((await office.POST('/users/{userId}/status', { params, body: { do: 'disable' } })).data, {
    status: 'disabled',
  });
  t.match((await office.POST('/users/{userId}/status', { params, body: { do: 'enable' } })).data, {
    status: 'active',
  });
  t.match((await office.POST('/users/{userId}/status', { params, body: { do: 'unlock' } })).data, {
    id: 'alice',
  });
  const none = await office.POST('/accounts/{userId}/status', {
    params: { path: { userId: 'mallory' } },
    body: { do: 'disable' },
  });
  t.match(none.error, { code: 'conflict', detail: /never done/ });
  const listed = await office.GET('/accounts', { params: { query: { partnerId: 'other' } } });
  t.match(listed.data, { data: [{ userId: 'mallory', status: 'not-set-up' }] });
  const actions = (await readAuditRecords(core.database, { limit: 1000 }))
    .filter(({ actor }) => actor.startsWith('api-key:'))
    .map(({ action }) => action);
  for (const action of ['user.add', 'account.disable', 'account.enable', 'user.disable', 'user.enable'])
    t.ok(
      actions.some((one) => one === action),
      `${action} is in the audit trail under the key`,
    );
});

test('hooks are seen, disabled and enabled; where they lead is not told', async (t) => {
  const params = { path: { hookName: 'pipeline' } };
  await until('something was delivered', async () => {
    const { data } = await office.GET('/hooks/{hookName}/deliveries', {
      params: { ...params, query: { state: 'delivered' } },
    });
    return data !== undefined && data.data.length > 0;
  });
  const hooks = await office.GET('/hooks');
  t.match(hooks.data?.data, [
    { name: 'pipeline', kind: 'webhook', state: 'enabled', events: ['*'], dead: 0 },
  ]);
  t.notMatch(JSON.stringify(hooks.data), receiver.url);
  const page = await office.GET('/hooks/{hookName}/deliveries', {
    params: { ...params, query: { limit: 1 } },
  });
  t.equal(page.data?.data.length, 1);
  const after = await office.GET('/hooks/{hookName}/deliveries', {
    params: { ...params, query: { limit: 1, cursor: page.data?.next ?? '' } },
  });
  t.ok((after.data?.data[0]?.sequence ?? 0) < (page.data?.data[0]?.sequence ?? 0));
  const disabled = await office.POST('/hooks/{hookName}/status', {
    params,
    body: { do: 'disable', skip: false },
  });
  t.match(disabled.data, { state: 'disabled', cause: 'administrator' });
  const enabled = await office.POST('/hooks/{hookName}/status', {
    params,
    body: { do: 'enable', skip: true },
  });
  t.match(enabled.data, { state: 'enabled', cause: null });
  t.match(await ask(`${url}/hooks/nothing/deliveries`, text), { status: 404 });
});
