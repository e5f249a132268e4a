// `claimgate key` and `claimgate api`, as an administrator types them.

import { test } from 'tap';
import { run, whyNotBuilt } from '../support/command.ts';

const skip = whyNotBuilt() ?? false;

test('a key is made, shown this once, listed and revoked', { skip }, async (t) => {
  const cwd = t.testdir();
  const json = async (...args: string[]) => JSON.parse((await run(cwd, [...args, '--json'])).out);
  await run(cwd, ['partner', 'add', 'acme', '--name', 'Acme', '--submitter-id', 'ACME']);
  const made = await run(cwd, ['key', 'create', 'pipeline', '--scope', 'events:read,transmissions:read']);
  t.match(made, { code: 0, out: /^cgk_[A-Za-z0-9_-]{64}\n$/, err: /shown this once/ });
  const bound = await json(
    'key',
    'create',
    'remits',
    '--scope',
    'dispatches:write',
    '--partner',
    'acme',
    '--expires',
    '90d',
  );
  t.match(bound, { key: /^cgk_/, partner: 'acme', state: 'good', scopes: 'dispatches:write' });
  const listed = await json('key', 'list');
  t.match(listed, [
    { name: 'remits', state: 'good' },
    { name: 'pipeline', scopes: 'events:read transmissions:read' },
  ]);
  t.notMatch(JSON.stringify(listed), /cgk_/);
  t.match(await json('key', 'revoke', bound.id), { state: 'revoked', changed: true });
  t.match(await json('key', 'revoke', bound.id), { state: 'revoked', changed: false });
  for (const [args, code, err] of [
    [['create', 'x', '--scope', 'everything'], 2, /no scope everything; there are partners:read/],
    [
      ['create', 'x', '--scope', 'hooks:read', '--partner', 'acme'],
      2,
      /operator alone, and the key is for one partner/,
    ],
    [['create', 'x', '--scope', 'events:read', '--partner', 'nobody'], 1, /no trading partner nobody/],
    [['create', 'x', '--scope', 'events:read', '--expires', '2020-01-01'], 2, /not in the future/],
    [['create', 'x', '--scope', 'events:read', '--expires', '9999d'], 2, /five years/],
    [['revoke', 'nothing'], 1, /no API key nothing/],
  ] as const)
    t.match(await run(cwd, ['key', ...args]), { code, err }, args.join(' '));
  const events = await json('event', 'list', '--kind', 'api-key.*');
  t.same(events.map(({ type }: { readonly type: string }) => type).sort(), [
    'api-key.created',
    'api-key.created',
    'api-key.revoked',
  ]);
});

test('the API is described without running it', { skip }, async (t) => {
  const cwd = t.testdir();
  t.match(JSON.parse((await run(cwd, ['api', 'openapi'])).out), { openapi: '3.1.0' });
  t.match(await run(cwd, ['api', 'reference']), { code: 0, out: /^# The HTTP API/ });
});
