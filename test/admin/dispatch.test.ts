import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { run, whyNotBuilt } from '../support/command.ts';
import { outgoingFile } from '../support/outgoing.ts';

test('dispatch and broadcast by the command, without a gateway', {
  skip: whyNotBuilt() ?? false,
}, async (t) => {
  const cwd = t.testdir();
  const json = async (...args: readonly string[]) => {
    const { code, out } = await run(cwd, [...args, '--json']);
    return { code, ...(Array.isArray(JSON.parse(out)) ? { rows: JSON.parse(out) } : JSON.parse(out)) };
  };
  await run(cwd, ['partner', 'add', 'acme', '--name', 'Acme', '--submitter-id', 'TSN1']);
  writeFileSync(join(cwd, 'remit.x12'), outgoingFile('835', { receiver: 'TSN1' }));
  writeFileSync(join(cwd, 'stranger.x12'), outgoingFile('835', { receiver: 'TSN2' }));
  const send = (file: string) => json('dispatch', file, '--partner', 'acme', '--name', 'sent.x12');
  const sent = await send('remit.x12');
  t.match(sent, { code: 0, state: 'published', transactions: '835', name: 'sent.x12' });
  const outbound = () => readdirSync(join(cwd, 'data/mailboxes/acme/outbound')).sort();
  t.strictSame(outbound(), ['sent.x12']);
  t.match(await send('stranger.x12'), { code: 1, state: 'refused', reason: 'not-for-this-partner' });
  t.match(await send('remit.x12'), { code: 1, reason: 'duplicate', report: /NOT SENT/ });
  t.match(await json('dispatch', 'list', '--state', 'refused'), { rows: [{ reason: 'duplicate' }, {}] });
  t.match(await json('dispatch', 'show', sent.id), { state: 'published', originalName: 'sent.x12' });
  t.equal((await run(cwd, ['dispatch', 'nothing.x12', '--partner', 'acme'])).code, 2);

  const say = ['broadcast', '--message', 'No service on Sunday.'];
  await run(cwd, ['partner', 'profile', 'set', 'acme', 'broadcasts=on']);
  t.match(await json(...say), { sent: ['acme'] });
  t.match(await json(...say), { sent: [], before: ['acme'] });
  t.strictSame(outbound(), ['message.txt', 'sent.x12']);
});
