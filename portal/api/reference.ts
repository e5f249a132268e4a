// docs/http-api.md: its head by hand, and everything that the table knows after it.

import { apiScopes } from '../../domain/api-key.ts';
import { apiRoot } from './api-routes.ts';
import type { Endpoint } from './endpoint.ts';
import { endpoints } from './endpoints.ts';
import { problemKinds } from './problem.ts';

const head = `# The HTTP API

For the operator's own programs: everything here can be done by \`claimgate\` too, and by the same code. This page is
printed by \`claimgate api reference\`; the description for programs (OpenAPI 3.1) is \`docs/schemas/openapi.json\`,
served at \`${apiRoot}/openapi.json\`, and printed by \`claimgate api openapi\`.

## Turning it on

There is no API until \`api.port\` is set. It listens by itself, apart from the portal, on loopback in the clear or
anywhere with a certificate (docs/config.md):

    api:
      host: 0.0.0.0
      port: 8443
      tlsCertificateFile: /etc/claimgate/api.pem
      tlsKeyFile: /etc/claimgate/api.key

With \`claimgate serve --roles api\` it runs apart from the other roles.

## Keys

    claimgate key create claims-pipeline --scope transmissions:read --scope transmissions:content --expires 180d

prints the key, this once: only a hash of it is kept. A program sends it as \`Authorization: Bearer cgk_...\`; in an
address, a cookie or a form it is not looked for. Every key has an end (\`--expires\`, a year when left out, five at most),
may be bound to one trading partner (\`--partner\`), and then sees nothing of others. \`claimgate key list\` shows which
were used, when and from where; \`claimgate key revoke ID\` ends one with its next request, and ends the streams it holds
open. Wrong keys count against their address like wrong passwords (\`auth.addressFailures\`). Making, revoking, and every
look at what tells of patients is in the audit trail, under \`api-key:ID\`.`;

const middle = `## What holds everywhere

- **JSON in UTF-8**, times in UTC (RFC 3339). Unknown parameters and properties are refused; properties may be added to
  answers, so ignore those that you do not know.
- **Lists** give \`data\` and \`next\`. Hand \`next\` back as \`cursor\` for the page after; \`null\` is the end. A cursor
  names a row and not a number of rows: what comes meanwhile neither repeats nor hides one.
- **Done once**: a POST with an \`Idempotency-Key\` of your choice is done once, however often it is sent; the answer is
  kept for \`api.idempotencyMs\` and comes again with \`Idempotent-Replayed: true\`. With another body or address the key is
  refused (422).
- **Not overwritten**: send the \`ETag\` of what you read as \`If-Match\`; the change is refused (412) when it is not so any
  more.
- **Bytes** come with their SHA-256 in \`Repr-Digest\` (RFC 9530); they were compared with the journal before the first
  was sent. A large upload over SFTP has none in the journal for about a second a gigabyte after its CLOSE.
- **Events**: poll \`/events\` with the \`next\` of the last answer, or hold \`/events/stream\` open. The stream's
  \`id\` is such a cursor too: a program that comes back with \`Last-Event-ID\` misses nothing. Something is sent every 15
  seconds; a stream ends when its key does. At most \`api.maxStreams\` are open at once.
- **Files**: \`POST /dispatches\` takes the bytes as \`application/octet-stream\`, at most \`storage.maxFileBytes\`. It is
  answered when the file is in the partner's \`outbound\`, or was refused, with the report in \`detail\`.
- **Errors** are problem details (RFC 9457). Tell them apart by \`code\`; \`requestId\` is in the gateway's log and in the
  header \`X-Request-Id\`.`;

/** @returns the page */
export function apiReference(): string {
  return [head, scopes(), middle, problems(), ...tags().map(section)].join('\n\n').concat('\n');
}

function scopes(): string {
  const rows = Object.entries(apiScopes).map(([scope, tells]) => `| \`${scope}\` | ${tells} |`);
  return ['| scope | what it allows |', '|---|---|', ...rows].join('\n');
}

function problems(): string {
  const rows = Object.entries(problemKinds).map(
    ([code, { status, title, cure }]) => `| \`${code}\` | ${status} | ${title} | ${cure} |`,
  );
  return ['| code | status | what it means | what to do |', '|---|---|---|---|', ...rows].join('\n');
}

const tags = (): readonly string[] => [...new Set(endpoints.map(({ tag }) => tag))];

function section(tag: string): string {
  const rows = endpoints.filter((endpoint) => endpoint.tag === tag).map(row);
  return [`## ${tag}`, '', '| request | what it does | scope |', '|---|---|---|', ...rows].join('\n');
}

function row({ method, at, tells, scope, query, takes }: Endpoint): string {
  const names = Object.keys(query.shape);
  const asked = names.length === 0 ? '' : ` Query: ${names.map((name) => `\`${name}\``).join(', ')}.`;
  const sent = takes.kind === 'file' ? ' Body: the file’s bytes.' : '';
  return `| \`${method} ${apiRoot}${at}\` | ${tells}${asked}${sent} | \`${scope}\` |`;
}
