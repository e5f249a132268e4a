import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { run, whyNotBuilt } from '../support/command.ts';
import { startTestGateway } from '../support/gateway.ts';
import { startReceiver, verified } from '../support/receiver.ts';
import { partnerId } from '../support/storage.ts';
import { makeTestFolder } from '../support/test-folder.ts';
import { until } from '../support/until.ts';

const skip = whyNotBuilt() ?? false;

test('hooks are listed, tried, rotated, disabled, enabled and told again by the command', {
  skip,
}, async (t) => {
  const root = makeTestFolder(t);
  const receiver = await startReceiver(t, (_, { body }) => (body.includes('refused') ? 400 : 204));
  const webhooks = [
    {
      name: 'pipeline',
      url: receiver.url,
      events: ['partner.*', 'hook.*'],
      allowPrivateAddresses: true,
      allowPlainHttp: true,
    },
  ];
  const hooks = { webhooks, maxAttempts: 1, retryFirstMs: 1, pauseMaxMs: 1 };
  const { core, dataDirectory } = await startTestGateway(t, { root, config: { roles: ['hooks'], hooks } });
  const config = join(root, 'claimgate.yaml');
  writeFileSync(config, JSON.stringify({ dataDirectory, hooks }));
  const claimgate = (...args: string[]) => run(root, [...args, '--config', config]);
  const json = async (...args: string[]): Promise<unknown> =>
    JSON.parse((await claimgate(...args, '--json')).out);
  const announce = (partner: string) =>
    core.database.transaction((transaction) =>
      transaction.event({ kind: 'partner.created', partnerId: partnerId(partner) }),
    );

  await until('the hook is there', async () =>
    (await claimgate('hook', 'list')).out.includes('enabled') ? true : undefined,
  );
  t.match(await claimgate('hook', 'test', 'pipeline'), { code: 0, out: /has taken it/ });
  const { secret } = (await json('hook', 'show', 'pipeline', '--secret')) as { secret: string };
  const [first] = await receiver.count(1);
  if (first === undefined) throw new Error('unreachable');
  t.match(verified(secret, first), { type: 'hook.test' });
  const rotated = (await json('hook', 'rotate', 'pipeline')) as { secret: string };
  t.not(rotated.secret, secret);
  await announce('acme');
  const [, second] = await receiver.count(2);
  if (second === undefined) throw new Error('unreachable');
  t.ok(verified(secret, second), 'the old secret still verifies');
  t.ok(verified(rotated.secret, second), 'and so does the new one');

  await announce('refused');
  const dead = await until('the dead letter', async () => {
    const found = (await json('hook', 'dead-letters')) as { event: string; lastError: string }[];
    return found.length === 1 ? found : undefined;
  });
  t.match(dead, [{ kind: 'partner.created', hook: 'pipeline', lastError: 'HTTP 400' }]);
  t.match(await json('hook', 'replay', '--dead', '--dry-run'), {
    dryRun: true,
    replayed: [{ hook: 'pipeline', events: 1 }],
  });
  const from = dead[0]?.event ?? '';
  t.match(await json('hook', 'replay', '--from', from, '--to', 'pipeline'), {
    replayed: [{ hook: 'pipeline', events: 1 }],
  });
  const again = await receiver.count(4);
  t.equal(again[2]?.id, again[3]?.id);

  t.match(await claimgate('hook', 'disable', 'pipeline'), { code: 0, out: /is disabled\./ });
  t.match(await claimgate('hook', 'disable', 'pipeline'), { code: 0, out: /Nothing was changed/ });
  t.match(await json('hook', 'list'), [{ name: 'pipeline', state: 'disabled', cause: 'administrator' }]);
  t.match(await claimgate('hook', 'enable', 'pipeline'), { code: 0, out: /is enabled\./ });
  t.match(await claimgate('hook', 'deliveries', 'pipeline', '--state', 'delivered'), {
    code: 0,
    out: /partner\.created/,
  });
  for (const [args, message] of [
    [['hook', 'show', 'nobody'], /No hook is named nobody .* There are: pipeline/],
    [['hook', 'enable', 'nobody'], /has not been started since/],
    [['hook', 'replay'], /Say from where/],
    [['hook', 'replay', '--since', 'yesterday'], /no time for --since/],
  ] as const) {
    const outcome = await claimgate(...args);
    t.not(outcome.code, 0);
    t.match(outcome.err, message, args.join(' '));
  }
});

test('events are listed, shown and followed, and the catalogue prints itself', { skip }, async (t) => {
  const root = makeTestFolder(t);
  const add = (id: string) => run(root, ['partner', 'add', id, '--name', id, '--submitter-id', `TSN${id}`]);
  await add('one');
  await add('two');
  const listed = await run(root, ['event', 'list', '--kind', 'partner.*', '--json']);
  const events = JSON.parse(listed.out) as { id: string; type: string }[];
  t.match(events, [
    { type: 'partner.created', data: { partnerId: 'two' } },
    { type: 'partner.created', data: { partnerId: 'one' } },
  ]);
  t.match(JSON.parse((await run(root, ['event', 'show', events[1]?.id ?? ''])).out), { version: 1 });
  t.match(await run(root, ['event', 'show', 'nothing']), { code: 1, err: /no event nothing/ });
  t.match((await run(root, ['event', 'tail'])).out, /partner\.created +one[\s\S]*partner\.created +two/);
  t.match(JSON.parse((await run(root, ['event', 'schema', 'partner.created'])).out), {
    title: 'partner.created',
  });
  t.match(await run(root, ['event', 'schema', 'partner.sang']), { code: 2, err: /event kinds lists them/ });
  t.match(await run(root, ['event', 'kinds']), { code: 0, out: /transmission\.received/ });
});

test('what cannot be a hook is refused by its name, with the fix', { skip }, async (t) => {
  const root = makeTestFolder(t);
  const webhook = { name: 'pipeline', url: 'https://hooks.example.org/claims' };
  const program = join(root, 'data/mailboxes/acme/inbound/evil.sh');
  for (const [hooks, message] of [
    [{ webhooks: [{ ...webhook, url: 'http://hooks.example.org/' }] }, /is http: .* Use https/],
    [
      { webhooks: [{ ...webhook, url: 'https://me:secret@hooks.example.org/' }] },
      /holds a user or a password/,
    ],
    [{ webhooks: [webhook, webhook] }, /Two hooks or gates are named pipeline/],
    [{ commands: [{ name: 'run', argv: ['echo'] }] }, /must be an absolute path/],
    [
      { commands: [{ name: 'run', argv: [program] }] },
      /below the data directory, where nothing is ever executed/,
    ],
    [{ gates: [{ name: 'scan', on: 'upload', onFailure: 'accept' }] }, /needs argv or url, and not both/],
  ] as const) {
    const config = join(root, 'claimgate.yaml');
    writeFileSync(config, JSON.stringify({ dataDirectory: join(root, 'data'), hooks }));
    const outcome = await run(root, ['config', 'check', '--config', config]);
    t.equal(outcome.code, 2);
    t.match(outcome.err, message);
    t.notMatch(outcome.err, /me:secret/);
  }
  const config = join(root, 'claimgate.yaml');
  const hooks = { webhooks: [{ ...webhook, events: ['transmision.*'] }] };
  writeFileSync(config, JSON.stringify({ dataDirectory: join(root, 'data'), hooks }));
  t.match(await run(root, ['hook', 'list', '--config', config]), {
    code: 2,
    err: /asks for events "transmision\.\*", and there is no such kind/,
  });
});
