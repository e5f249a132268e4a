// The catalogue of events as a page: what `claimgate event reference` prints and docs/events.md holds.

import { type EventKind, eventDefinition, eventKinds } from './event.ts';
import type { JsonSchema, Shape } from './event-shape.ts';

const introduction = `# Events

Printed by \`claimgate event reference\`; a test fails when this page is stale. How to receive them: [hooks.md](hooks.md).

Every event is written in the transaction of the change it tells of, and is told to every hook that wants it at least
once. It is one JSON object, the body of a webhook and the standard input of a command:

\`\`\`json
{
  "id": "01936d0e-7c1a-7b53-9c55-0d8f6a1b2c3d",
  "type": "transmission.received",
  "version": 1,
  "timestamp": "2026-11-21T12:00:00.000Z",
  "sequence": 4711,
  "data": { "partnerId": "acme", "transmissionId": "..." }
}
\`\`\`

- \`id\` is the same at every try, for every hook and in every replay: deduplicate by it.
- \`sequence\` is the event's place among all events; a hook that asked for some kinds sees gaps.
- \`data.partnerId\` is \`null\` for what is about no trading partner.
- No patient data is in an event: ids, names, counts and codes.

## Compatibility

Each kind has a version and a JSON Schema (draft 2020-12) in [schemas/events](schemas/events), which
\`claimgate event schema KIND\` prints too. Within a version properties may be added, and values to lists of values; nothing
is removed, renamed or given another meaning. What would break that raises \`version\`, is told in the CHANGELOG, and gets a
new schema. So a receiver ignores properties it does not know, has a default for values it does not know, and looks at
\`version\` before it reads \`data\`. A new kind is no change of version: ask for kinds by name if you want no new ones.

## Kinds
`;

/** @returns Markdown with every kind, its version and its facts */
export function printEventReference(): string {
  return `${introduction}\n${eventKinds().map(printKind).join('\n')}`;
}

function printKind(kind: EventKind): string {
  const { version, tells, partner, facts } = eventDefinition(kind);
  const about = { always: 'yes', maybe: 'not always', never: 'no' }[partner];
  const rows = Object.entries(facts).map(([name, shape]) => printFact(name, shape));
  const table = rows.length === 0 ? [] : ['', '| in `data` | type | what it is |', '|---|---|---|', ...rows];
  return `${[`### ${kind}`, '', `${tells} Version ${version}; about a trading partner: ${about}.`, ...table].join('\n')}\n`;
}

function printFact(name: string, { schema, isOptional }: Shape<unknown>): string {
  return `| \`${name}\`${isOptional ? ' (may be missing)' : ''} | ${printType(schema)} | ${String(schema['description'] ?? '')} |`;
}

function printType({ type, enum: values }: JsonSchema): string {
  if (Array.isArray(values)) return values.map((value) => `\`${String(value)}\``).join(', ');
  return type === 'array' ? 'list of strings' : String(type);
}
