// Files for partners over the API: the road of `claimgate dispatch`, and what goes wrong on the way.

import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { t as file, test } from 'tap';
import { apiUrl, ask, makeKey, openClient, type Told } from '../support/api.ts';
import { addPartnerAndUser, startTestGateway } from '../support/gateway.ts';
import { outgoingFile } from '../support/outgoing.ts';
import { until } from '../support/until.ts';

const maxFileBytes = 100_000;
const running = await startTestGateway(file, {
  config: { roles: ['api'], api: { port: 0 }, storage: { maxFileBytes } },
});
const { core, dataDirectory } = running;
const url = apiUrl(running.gateway);
await addPartnerAndUser(core, { partner: 'acme', user: 'alice', submitterId: 'ACME' });
await addPartnerAndUser(core, { partner: 'other', user: 'mallory', submitterId: 'OTHER' });
const { text: key } = await makeKey(core, ['dispatches:read', 'dispatches:write']);
const office = openClient(url, key);

const bytes = 'application/octet-stream';
const send = (
  query: string,
  body: NonNullable<RequestInit['body']>,
  headers: Record<string, string> = {},
): Promise<Told> =>
  ask(`${url}/dispatches?${query}`, key, {
    method: 'POST',
    body,
    headers: { 'content-type': bytes, ...headers },
  });

const inOutbound = (partner: string) => readdirSync(join(dataDirectory, 'mailboxes', partner, 'outbound'));
const inStaging = () => readdirSync(join(dataDirectory, 'staging'));
const remit = (control: number) => outgoingFile('835', { control, receiver: 'ACME' });

test('a file is in outbound when the program hears of it', async (t) => {
  const content = remit(1);
  const told = await send('partnerId=acme&name=remit.835', content);
  t.equal(told.status, 201, JSON.stringify(told.body));
  t.match(told.body, {
    partnerId: 'acme',
    name: 'remit.835',
    transactions: ['835'],
    state: 'published',
    reason: null,
  });
  t.equal(readFileSync(join(dataDirectory, 'mailboxes/acme/outbound/remit.835'), 'utf8'), content);
  const id = String(told.body['id']);
  const one = await office.GET('/dispatches/{dispatchId}', { params: { path: { dispatchId: id } } });
  t.match(one.data, { id, controlNumber: '000000001', collectedBy: null });
  t.same(inStaging(), [], 'what was taken is gone from staging');
});

test('the same bytes again are refused, unless it is asked for, or it is the same request', async (t) => {
  const content = remit(2);
  const once = { 'idempotency-key': 'remit-2' };
  const first = await send('partnerId=acme&name=two.835', content, once);
  const repeated = await send('partnerId=acme&name=two.835', content, once);
  t.match([first.status, repeated.status], [201, 201]);
  t.same(repeated.body, first.body);
  t.match(await send('partnerId=acme&name=two.835', remit(3), once), {
    status: 422,
    body: { code: 'idempotency-conflict' },
  });
  t.match(await send('partnerId=acme&name=other.835', content, once), { status: 422 });
  const again = await send('partnerId=acme&name=two.835', content);
  t.match(again, { status: 422, body: { code: 'dispatch-refused', dispatchId: /./ } });
  t.match(await send('partnerId=acme&name=two.835&again=true', content), { status: 201 });
});

test('a file that would not pass is not sent, and the report says why', async (t) => {
  const told = await send('partnerId=acme&name=broken.835', 'ISA*nothing');
  t.match(told, { status: 422, body: { code: 'dispatch-refused', detail: /\w{20}|\w/ } });
  const refused = await office.GET('/dispatches', { params: { query: { state: 'refused', limit: 1 } } });
  t.match(refused.data, { data: [{ id: told.body['dispatchId'], name: null, reason: /\w/ }] });
});

test('a name is a name, and no path', async (t) => {
  const before = inOutbound('acme');
  for (const name of [
    '../remit',
    '..',
    '.',
    'a/b',
    '/etc/passwd',
    'a\\..\\b',
    'a\0b',
    'a\nb',
    '',
    'x'.repeat(300),
  ]) {
    const told = await send(`partnerId=acme&name=${encodeURIComponent(name)}`, remit(4));
    // A backslash is a letter like any other on this side; what matters is where it ends up.
    if (name.includes('\\')) t.ok([201, 400].includes(told.status), name);
    else t.match(told, { status: 400, body: { errors: [{ path: 'query.name' }] } }, JSON.stringify(name));
  }
  for (const query of [
    'name=x',
    'partnerId=acme',
    'partnerId=..%2fother&name=x',
    'partnerId=acme&name=x&again=1',
    'partnerId=acme&name=x&y=',
  ])
    t.match(await send(query, remit(5)), { status: 400 }, query);
  t.match(await send('partnerId=nobody&name=x', remit(5)), { status: 404 });
  t.ok(inOutbound('acme').length <= before.length + 1);
  t.same(inStaging(), []);
});

test('a file that is too large is refused, announced or not', async (t) => {
  const large = 'x'.repeat(maxFileBytes + 1);
  t.match(await send('partnerId=acme&name=large', large), { status: 413, body: { code: 'too-large' } });
  const chunks = new ReadableStream({
    start(controller) {
      for (let n = 0; n < 4; n += 1) controller.enqueue(new TextEncoder().encode('x'.repeat(50_000)));
      controller.close();
    },
  });
  const told = await ask(`${url}/dispatches?partnerId=acme&name=large`, key, {
    method: 'POST',
    body: chunks,
    duplex: 'half',
    headers: { 'content-type': bytes },
  } as RequestInit);
  t.match(told, { status: 413, body: { code: 'too-large' } });
  t.match(await send('partnerId=acme&name=x', remit(6), { 'content-type': 'text/plain' }), { status: 415 });
  t.match(await send('partnerId=acme&name=x', '{}', { 'content-type': 'application/json' }), { status: 415 });
  t.match(await send('partnerId=acme&name=x', remit(6), { 'content-encoding': 'gzip' }), { status: 415 });
  t.same(inStaging(), []);
});

test('a file that is cut off is no dispatch, and leaves nothing', async (t) => {
  const before = inOutbound('acme');
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  socket.write(
    `POST /api/v1/dispatches?partnerId=acme&name=cut HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\nContent-Type: ${bytes}\r\nContent-Length: 1000\r\n\r\nISA*00`,
  );
  await until('the upload has begun', () => inStaging().length > 0);
  socket.destroy();
  await until('staging is empty again', () => inStaging().length === 0);
  t.same(inOutbound('acme'), before);
});

test('a key for one partner sends to it alone, and sees its dispatches alone', async (t) => {
  const { text: bound } = await makeKey(core, ['dispatches:read', 'dispatches:write'], { partner: 'other' });
  const to = (partner: string, content: string) =>
    ask(`${url}/dispatches?partnerId=${partner}&name=x.835`, bound, {
      method: 'POST',
      body: content,
      headers: { 'content-type': bytes },
    });
  t.match(await to('acme', remit(7)), { status: 404 });
  t.match(await to('other', outgoingFile('835', { control: 8, receiver: 'OTHER' })), { status: 201 });
  const { body } = await ask(`${url}/dispatches`, bound);
  t.match(body, { data: [{ partnerId: 'other' }], next: null });
  const { data } = await office.GET('/dispatches', { params: { query: { partnerId: 'acme', limit: 1 } } });
  t.match(await ask(`${url}/dispatches/${data?.data[0]?.id}`, bound), { status: 404 });
});

test('who sends slowly, or not at all, loses the connection', async (t) => {
  const one = await startTestGateway(t, {
    config: { roles: ['api'], api: { port: 0, bodyTimeoutMs: 200, idleTimeoutMs: 200 } },
  });
  await addPartnerAndUser(one.core, { partner: 'acme', user: 'alice', submitterId: 'ACME' });
  const { text } = await makeKey(one.core, ['dispatches:write', 'partners:write']);
  const { hostname, port } = new URL(apiUrl(one.gateway));
  for (const [path, type] of [
    ['/dispatches?partnerId=acme&name=slow', bytes],
    ['/partners', 'application/json'],
  ]) {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined).resume();
    const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.write(
      `POST /api/v1${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${text}\r\nContent-Type: ${type}\r\nContent-Length: 1000\r\n\r\n{`,
    );
    await gone;
  }
  await until('staging is empty', () => readdirSync(join(one.dataDirectory, 'staging')).length === 0);
  t.same(readdirSync(join(one.dataDirectory, 'mailboxes', 'acme', 'outbound')), []);
});
