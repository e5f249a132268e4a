// The outbox over the API: polled, and as a stream that may break at any time.

import { t as file, test } from 'tap';
import { revokeApiKey } from '../../storage/api-key-store.ts';
import { newestEvent } from '../../storage/event-search.ts';
import { apiUrl, ask, makeKey, openClient } from '../support/api.ts';
import { addPartnerAndUser, administrator, startTestGateway } from '../support/gateway.ts';
import { until } from '../support/until.ts';

const running = await startTestGateway(file, { config: { roles: ['api'], api: { port: 0, maxStreams: 3 } } });
const { core } = running;
const url = apiUrl(running.gateway);
await addPartnerAndUser(core, { partner: 'acme', user: 'alice' });
const { text: key } = await makeKey(core, ['events:read']);
const pipeline = openClient(url, key);
let made = 0;

/** Something happens: two events of the partner's, and one of its user. */
async function happen(): Promise<string> {
  made += 1;
  const partner = `partner-${made}`;
  await addPartnerAndUser(core, { partner, user: `user-${made}`, submitterId: `TSN${made}` });
  return partner;
}

interface Heard {
  readonly id: string;
  readonly type: string;
  readonly partnerId: string;
}

/** The pieces of a body as they come. */
async function* piecesOf(body: NonNullable<Response['body']>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

/** Opens a stream and reads so many events of it. */
async function hear(
  query: string,
  options: {
    readonly count: number;
    readonly headers?: Record<string, string>;
    readonly ready?: () => Promise<unknown>;
  },
): Promise<readonly Heard[]> {
  const left = new AbortController();
  const answer = await fetch(`${url}/events/stream?${query}`, {
    signal: left.signal,
    headers: { authorization: `Bearer ${key}`, ...options.headers },
  });
  if (answer.status !== 200 || answer.body === null)
    throw new Error(`The stream was refused: ${answer.status}`);
  const heard: Heard[] = [];
  let text = '';
  let isReady = false;
  const decoder = new TextDecoder();
  for await (const chunk of piecesOf(answer.body)) {
    text += decoder.decode(chunk, { stream: true });
    if (!isReady) {
      isReady = true;
      await options.ready?.();
    }
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const id = /^id: (.*)$/m.exec(block)?.[1];
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (id === undefined || data === undefined) continue;
      const message = JSON.parse(data) as {
        readonly type: string;
        readonly data: { readonly partnerId: string };
      };
      heard.push({ id, type: message.type, partnerId: message.data.partnerId });
    }
    if (heard.length >= options.count) break;
  }
  left.abort();
  return heard.slice(0, options.count);
}

test('a program that polls hears of each event once, in its order', async (t) => {
  const seen: number[] = [];
  let cursor: string | undefined;
  for (let round = 0; round < 4; round += 1) {
    for (;;) {
      const query = { limit: 2, ...(cursor === undefined ? {} : { cursor }) };
      const { data } = await pipeline.GET('/events', { params: { query } });
      if (data === undefined) throw new Error('There is no answer.');
      seen.push(...data.data.map(({ sequence }) => sequence));
      cursor = data.next;
      if (!data.more) break;
    }
    await happen();
  }
  t.ok(seen.length > 8);
  t.same(
    seen,
    [...new Set(seen)].sort((one, other) => one - other),
  );
});

test('events are found by kind, partner and time', async (t) => {
  const partner = await happen();
  const get = async (query: object) =>
    (await pipeline.GET('/events', { params: { query } })).data?.data ?? [];
  t.match(await get({ partnerId: partner, kind: 'partner.*' }), [
    { type: 'partner.created', data: { partnerId: partner } },
  ]);
  t.same(await get({ since: new Date(core.database.now() + 60_000).toISOString() }), []);
  const [one] = await get({ partnerId: partner, kind: 'user.created' });
  t.same(
    (await pipeline.GET('/events/{eventId}', { params: { path: { eventId: one?.id ?? '' } } })).data,
    one,
  );
  t.match(await ask(`${url}/events?kind=nothing.*`, key), {
    status: 400,
    body: { errors: [{ path: 'query.kind' }] },
  });
});

test('a stream tells what happens, and goes on where it broke off', async (t) => {
  const heard = await hear('kind=partner.created', {
    count: 2,
    ready: async () => [await happen(), await happen()],
  });
  t.same(
    heard.map(({ partnerId }) => partnerId),
    [`partner-${made - 1}`, `partner-${made}`],
  );
  const missed = [await happen(), await happen()];
  const headers = { 'last-event-id': heard[0]?.id ?? '' };
  const on = await hear('kind=partner.created', { count: 3, headers });
  t.same(
    on.map(({ partnerId }) => partnerId),
    [heard[1]?.partnerId, ...missed],
  );
  t.match(await ask(`${url}/events/stream`, key, { headers: { 'last-event-id': '17' } }), { status: 400 });
});

test('a stream for one partner tells of no other', async (t) => {
  const from = await newestEvent(core.database.sql);
  const mine = await happen();
  await happen();
  const { text: bound } = await makeKey(core, ['events:read'], { partner: mine });
  const cursor = Buffer.from(JSON.stringify(['events', from])).toString('base64url');
  const polled = await ask(`${url}/events?cursor=${cursor}`, bound);
  const partners = (polled.body['data'] as readonly { readonly data: { readonly partnerId: string } }[]).map(
    ({ data }) => data.partnerId,
  );
  t.same([...new Set(partners)], [mine]);
  t.match(await ask(`${url}/events/stream?partnerId=acme`, bound), { status: 404 });
});

test('a stream ends with its key', async (t) => {
  const { id, text } = await makeKey(core, ['events:read']);
  const answer = await fetch(`${url}/events/stream`, { headers: { authorization: `Bearer ${text}` } });
  t.equal(answer.status, 200);
  t.match(answer.headers.get('content-type'), /^text\/event-stream/);
  await revokeApiKey(core.database, { id, actor: administrator });
  t.match(await answer.text(), /^retry: /, 'the server has ended it');
});

test('so many streams are open as may be, and each that ends makes room', async (t) => {
  const open = () => {
    const left = new AbortController();
    const answer = fetch(`${url}/events/stream`, {
      signal: left.signal,
      headers: { authorization: `Bearer ${key}` },
    });
    return { answer, leave: () => left.abort() };
  };
  const streams = [open(), open(), open()];
  t.same(await Promise.all(streams.map(async ({ answer }) => (await answer).status)), [200, 200, 200]);
  t.match(await ask(`${url}/events/stream`, key), { status: 429, body: { code: 'too-many-requests' } });
  for (const { leave } of streams) leave();
  const heard = await until('there is room for a stream', () =>
    hear('kind=partner.created', { count: 1, ready: happen }).catch(() => undefined),
  );
  t.equal(heard.length, 1);
});

test('the gateway ends with streams open', async (t) => {
  const one = await startTestGateway(t, { config: { roles: ['api'], api: { port: 0 } } });
  const { text } = await makeKey(one.core, ['events:read']);
  const answer = await fetch(`${apiUrl(one.gateway)}/events/stream`, {
    headers: { authorization: `Bearer ${text}` },
  });
  const ended = answer.text();
  await one.close();
  t.match(await ended, /^retry: /);
});
