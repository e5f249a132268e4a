import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { test } from 'tap';
import { type ClaimgateEvent, eventDefinition, eventKinds, subjectOf } from '../../domain/event.ts';
import { patternOfNothing, wantsEvent } from '../../domain/event-filter.ts';
import { eventMessage, eventSchema } from '../../domain/event-message.ts';
import { printEventReference } from '../../domain/event-reference.ts';
import { partnerId } from '../support/storage.ts';

const docs = new URL('../../docs/', import.meta.url);
const acme = partnerId('acme');

test('docs/events.md is what `claimgate event reference` prints', (t) => {
  t.equal(readFileSync(new URL('events.md', docs), 'utf8'), printEventReference());
  t.end();
});

test('the published schemas are those of the catalogue, one a kind, and each is a JSON Schema', (t) => {
  const folder = new URL('schemas/events/', docs);
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
  for (const kind of eventKinds()) {
    const published: unknown = JSON.parse(readFileSync(new URL(`${kind}.json`, folder), 'utf8'));
    t.same(published, eventSchema(kind), `${kind}: run claimgate event schema --out docs/schemas/events`);
    t.equal(typeof ajv.compile(eventSchema(kind)), 'function');
  }
  t.same(
    readdirSync(folder).sort(),
    eventKinds()
      .map((kind) => `${kind}.json`)
      .sort(),
  );
  t.end();
});

test('every kind says in a sentence what it tells, and what each of its facts is', (t) => {
  for (const kind of eventKinds()) {
    const { tells, facts } = eventDefinition(kind);
    t.match(tells, /^[A-Z].*\.$/, kind);
    for (const [name, { schema }] of Object.entries(facts)) t.match(schema, { description: /\.$/ }, name);
  }
  t.end();
});

test('an event whose facts do not fit does not compile', (t) => {
  // @ts-expect-error: it has no manifest.
  const missing: ClaimgateEvent = { kind: 'transmission.released', partnerId: acme };
  // @ts-expect-error: there is no such kind.
  const unknown: ClaimgateEvent = { kind: 'partner.sang', partnerId: acme };
  // @ts-expect-error: such an event is always about a trading partner.
  const nobody: ClaimgateEvent = { kind: 'partner.created', partnerId: undefined };
  t.ok([missing, unknown, nobody]);
  t.end();
});

test('a message is the same whenever it is made, and null stands for no trading partner', (t) => {
  const record = {
    sequence: 7,
    id: 'an-id',
    kind: 'hook.enabled',
    version: 1,
    partnerId: '',
    payload: '{"hook":"pipeline"}',
    createdAtMs: 0,
  };
  t.same(eventMessage(record), {
    id: 'an-id',
    type: 'hook.enabled',
    version: 1,
    timestamp: '1970-01-01T00:00:00.000Z',
    sequence: 7,
    data: { partnerId: null, hook: 'pipeline' },
  });
  t.end();
});

test('an event is about its transmission, else its user, else its trading partner', (t) => {
  t.equal(subjectOf({ partnerId: 'acme', transmissionId: 'one', userId: 'alice' }), 'transmission:one');
  t.equal(subjectOf({ partnerId: 'acme', userId: 'alice' }), 'user:alice');
  t.equal(subjectOf({ partnerId: 'acme' }), 'partner:acme');
  t.equal(subjectOf({ partnerId: undefined }), '');
  t.end();
});

test('a filter takes kinds by name, by what stands before the dot, and by trading partner', (t) => {
  const wants = (events: string[], kind: string, partners: string[] = []) =>
    wantsEvent({ events, partners }, { kind, partnerId: 'acme' });
  t.equal(wants(['*'], 'user.created'), true);
  t.equal(wants(['transmission.*'], 'transmission.failed'), true);
  t.equal(wants(['transmission.*'], 'user.created'), false);
  t.equal(wants(['user.created', 'partner.created'], 'partner.created'), true);
  t.equal(wants(['*'], 'user.created', ['acme']), true);
  t.equal(wants(['*'], 'user.created', ['other']), false);
  t.equal(wantsEvent({ events: ['*'], partners: ['acme'] }, { kind: 'hook.enabled', partnerId: '' }), false);
  t.equal(patternOfNothing(['*', 'transmission.*', 'user.created']), undefined);
  t.equal(patternOfNothing(['transmision.*']), 'transmision.*');
  t.end();
});
