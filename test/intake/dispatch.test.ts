// From the back end to the partner: each kind of file, each refusal, and the same file again.

import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { parseEntryName } from '../../domain/virtual-path.ts';
import { dispatchNow } from '../../roles/dispatch.ts';
import type { HostPath } from '../../storage/data-directory.ts';
import { type Dispatch, listDispatches } from '../../storage/dispatch-store.ts';
import { readEvents } from '../../storage/outbox.ts';
import { readClaims } from '../support/claims.ts';
import { addReadyUserByHand, administrator, startTestGateway, type TestGateway } from '../support/gateway.ts';
import { dropOutgoing, type OutgoingKind, outgoingFile } from '../support/outgoing.ts';
import { agreeWith } from '../support/partner-profile.ts';
import { partnerId } from '../support/storage.ts';
import { makeTestFolder } from '../support/test-folder.ts';
import { until } from '../support/until.ts';

const partner = 'acme-dental';
const user = 'mfranklin';

async function open(t: Test, root = makeTestFolder(t)): Promise<TestGateway> {
  return startTestGateway(t, { root, config: { roles: ['intake'] } });
}

async function openWithPartner(t: Test): Promise<TestGateway> {
  const running = await open(t);
  await addReadyUserByHand(running.core, { partner, user });
  return running;
}

const folder = (running: TestGateway, ...names: readonly string[]) => join(running.dataDirectory, ...names);
const outbound = (running: TestGateway) => folder(running, 'mailboxes', partner, 'outbound');
const refusedFolder = (running: TestGateway) => folder(running, 'backend', 'refused', partner);
const outgoing = (running: TestGateway) => folder(running, 'backend', 'outgoing', partner);
const namesIn = (path: string) => (existsSync(path) ? readdirSync(path).sort() : []);

/** Waits until a file that was dropped has left `outgoing`. @returns its dispatch */
async function settled(running: TestGateway, name: string): Promise<Dispatch> {
  return until(`${name} has left outgoing`, async () => {
    if (namesIn(outgoing(running)).includes(name)) return undefined;
    const found = await listDispatches(running.core.database, { limit: 100 });
    return found.find(({ originalName }) => originalName === name);
  });
}

async function drop(running: TestGateway, name: string, content: string | Uint8Array): Promise<Dispatch> {
  dropOutgoing(running.dataDirectory, partner, name, content);
  return settled(running, name);
}

const eventsOf = async (running: TestGateway, id: string) =>
  (await readEvents(running.core.database, { after: 0, limit: 1000 }))
    .filter(({ payload }) => payload.includes(id))
    .map(({ kind }) => kind);

test('every kind that partners receive is passed on byte for byte, and known by its kind', async (t) => {
  const running = await openWithPartner(t);
  let control = 0;
  for (const kind of ['835', '271', '277', '820', '834'] as const satisfies readonly OutgoingKind[]) {
    control += 1;
    const content = outgoingFile(kind, { control });
    const dispatch = await drop(running, `${kind}.x12`, content);
    t.match(dispatch, { state: 'published', transactions: kind, kinds: [kind], name: `${kind}.x12` }, kind);
    t.equal(readFileSync(join(outbound(running), `${kind}.x12`), 'latin1'), content, kind);
    t.strictSame(await eventsOf(running, dispatch.id), ['dispatch.accepted', 'dispatch.published'], kind);
  }
  const claims = readClaims('p-00-valid', 50).replace(
    '*ZZ*SUBMITTER      *ZZ*RECEIVER       *',
    '*ZZ*RECEIVER       *ZZ*SUBMITTER      *',
  );
  t.match(await drop(running, 'claims.x12', claims), { state: 'published', transactions: '837P' });
  t.strictSame(namesIn(outgoing(running)), []);
  const rows = await running.core.database.sql
    .selectFrom('outbound_files')
    .select(['name', 'kinds'])
    .execute();
  t.match(
    rows.find(({ name }) => name === '835.x12'),
    { kinds: '835' },
  );
});

test('what would not pass is refused with a report that says where, and set aside', async (t) => {
  const running = await openWithPartner(t);
  const cases: readonly (readonly [string, string, string, RegExp])[] = [
    [
      'stranger.x12',
      outgoingFile('835', { receiver: 'SOMEONE-ELSE' }),
      'not-for-this-partner',
      /ZZ\/SOMEONE-ELSE/,
    ],
    ['letter.pdf', '%PDF-1.7 a letter', 'not-x12', /no X12/],
    ['count.x12', outgoingFile('835').replace('SE*4*', 'SE*9*'), 'invalid', /set 0001.*IK502 4/],
    ['cut.x12', outgoingFile('835').replace(/GE\*1\*1~.*/, ''), 'invalid', /TA105 023/],
    ['garbage.x12', `${outgoingFile('835')}and more`, 'invalid', /after/],
    ['mixed.x12', outgoingFile('835').replace('GS*HP*', 'GS*HB*'), 'mixed-content', /Set 0001 is a 835/],
    ['278.x12', outgoingFile('278'), 'not-agreed', /not agreed to receive 278/],
    [
      'guide.x12',
      readClaims('seg-04-missing-required-N4', 9).replace(
        '*ZZ*SUBMITTER      *ZZ*RECEIVER       *',
        '*ZZ*RECEIVER       *ZZ*SUBMITTER      *',
      ),
      'invalid',
      /N4/,
    ],
  ];
  for (const [name, content, reason, words] of cases) {
    const dispatch = await drop(running, name, content);
    t.match(dispatch, { state: 'refused', reason }, name);
    const report = readFileSync(join(refusedFolder(running), `${name}.refused.txt`), 'utf8');
    t.match(report, words, name);
    t.match(report, /NOT SENT TO THE TRADING PARTNER/, name);
    t.equal(readFileSync(join(refusedFolder(running), name), 'latin1'), content, `${name} is kept`);
    t.strictSame(await eventsOf(running, dispatch.id), ['dispatch.refused'], name);
  }
  t.strictSame(namesIn(outbound(running)), [], 'and nothing of it reached the partner');

  await agreeWith(running.core.database, partner, { otherFiles: 'on' });
  t.match(await drop(running, 'letter-2.pdf', '%PDF-1.7 a second letter'), { state: 'published', kinds: [] });
});

test('the same bytes again are told as a duplicate, not lost and not sent twice', async (t) => {
  const running = await openWithPartner(t);
  const content = outgoingFile('835', { control: 7 });
  const first = await drop(running, 'remit.x12', content);
  const again = await drop(running, 'remit-again.x12', content);
  t.match(again, { state: 'refused', reason: 'duplicate' });
  const report = readFileSync(join(refusedFolder(running), 'remit-again.x12.refused.txt'), 'utf8');
  t.match(report, first.id);
  t.strictSame(namesIn(outbound(running)), ['remit.x12']);
  const same = await drop(running, 'remit-again.x12', `${content}\n`);
  t.equal(same.state, 'published', 'other bytes under a name that was refused before are another file');
  const third = await until('a third drop of that name is refused beside the first', async () => {
    dropOutgoing(running.dataDirectory, partner, 'remit-again.x12', content);
    await settled(running, 'remit-again.x12');
    return namesIn(refusedFolder(running)).filter((name) => name.endsWith('remit-again.x12'));
  });
  t.equal(third.length, 2, 'neither overwrites the other');

  const file = join(running.clientDirectory, 'remit.x12');
  writeFileSync(file, content);
  const name = parseEntryName('remit.x12');
  if (name === undefined) throw new Error('The test names a wrong file.');
  const command = {
    partnerId: partnerId(partner),
    path: file as HostPath,
    name,
    source: 'command',
    actor: administrator,
  } as const;
  t.match(await dispatchNow(running.core, command), { kind: 'refused', dispatch: { reason: 'duplicate' } });
  const outcome = await dispatchNow(running.core, { ...command, again: true });
  t.match(outcome, { kind: 'published' }, 'unless it is asked for');
  t.match(namesIn(outbound(running)).join(), /remit\.[0-9a-f-]{36}\.x12/, 'beside the one that is there');
  t.ok(existsSync(file), 'the command leaves the file where it is');
});

test('names are made by the partner’s pattern; temporary names are held, and what grows is waited for', async (t) => {
  const running = await openWithPartner(t);
  await agreeWith(running.core.database, partner, {
    dispatchName: '{partner}_{transaction}_{control}_{stem}.edi',
  });
  mkdirSync(outgoing(running), { recursive: true });
  const content = outgoingFile('835', { control: 31 });
  const half = Math.floor(content.length / 2);
  writeFileSync(join(outgoing(running), 'slow.x12'), content.slice(0, half));
  writeFileSync(join(outgoing(running), 'held.x12.part'), outgoingFile('271', { control: 32 }));
  await new Promise((resolve) => setTimeout(resolve, 100));
  appendFileSync(join(outgoing(running), 'slow.x12'), content.slice(half));
  t.match(await settled(running, 'slow.x12'), {
    state: 'published',
    name: 'acme-dental_835_000000031_slow.edi',
  });
  t.strictSame(namesIn(outgoing(running)), ['held.x12.part']);
  renameSync(join(outgoing(running), 'held.x12.part'), join(outgoing(running), 'held.x12'));
  t.match(await settled(running, 'held.x12'), { name: 'acme-dental_271_000000032_held.edi' });
});

test('files that came while nothing ran are taken at start; a folder of nobody is told of and left', async (t) => {
  const root = makeTestFolder(t);
  const first = await open(t, root);
  await addReadyUserByHand(first.core, { partner, user });
  await first.close();
  dropOutgoing(first.dataDirectory, partner, 'night.x12', outgoingFile('835'));
  dropOutgoing(first.dataDirectory, 'nobody', 'lost.x12', outgoingFile('835'));
  const running = await open(t, root);
  t.match(await settled(running, 'night.x12'), { state: 'published' });
  await until('the other one is told of', () =>
    running.observations.some(({ kind }) => kind === 'dispatch.no-such-partner'),
  );
  t.strictSame(namesIn(folder(running, 'backend', 'outgoing', 'nobody')), ['lost.x12']);
});

test('cut off between the journal and outbound, or after the link: the next start goes on, once', async (t) => {
  const root = makeTestFolder(t);
  const first = await open(t, root);
  await addReadyUserByHand(first.core, { partner, user });
  // What stands in the way of the link is as good as a crash before it: journal and copy are there, outbound is not.
  const aside = `${outbound(first)}-aside`;
  renameSync(outbound(first), aside);
  writeFileSync(outbound(first), 'in the way');
  const content = outgoingFile('835', { control: 3 });
  dropOutgoing(first.dataDirectory, partner, 'one.x12', content);
  dropOutgoing(first.dataDirectory, partner, 'two.x12', outgoingFile('835', { control: 4 }));
  const due = await until('both are in the journal', async () => {
    const found = await listDispatches(first.core.database, { limit: 10 });
    return found.length === 2 && found.every(({ state }) => state === 'accepted') && found;
  });
  await until('and cannot be linked', () => first.observations.some(({ kind }) => kind === 'fault'));
  await first.close();
  t.strictSame(namesIn(outgoing(first)), ['one.x12', 'two.x12'], 'both are still where they were dropped');
  unlinkSync(outbound(first));
  renameSync(aside, outbound(first));
  // And one of them had got its link already.
  const two = due.find(({ originalName }) => originalName === 'two.x12');
  linkSync(join(first.dataDirectory, two?.path ?? ''), join(outbound(first), 'two.x12'));

  const running = await open(t, root);
  for (const name of ['one.x12', 'two.x12']) {
    const dispatch = await settled(running, name);
    t.match(dispatch, { state: 'published', name });
    t.strictSame(await eventsOf(running, dispatch.id), ['dispatch.accepted', 'dispatch.published'], name);
  }
  t.equal(
    (await listDispatches(running.core.database, { limit: 10 })).length,
    2,
    'neither is a duplicate of itself',
  );
  t.strictSame(namesIn(outbound(running)), ['one.x12', 'two.x12']);
  t.equal(readFileSync(join(outbound(running), 'one.x12'), 'latin1'), content);
  t.strictSame(namesIn(folder(running, 'staging')), []);
});
