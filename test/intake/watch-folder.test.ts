// Folders that other programs put files into: each file is handed on once, when it has stopped growing, however the
// operator has them watched.

import { appendFileSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import type { Observation } from '../../domain/observation.ts';
import { type DroppedFile, type WatchFolderDeps, watchFolder } from '../../intake/watch-folder.ts';

const methods = ['inotify', 'polling'] as const;

async function open(
  t: Test,
  more: Partial<WatchFolderDeps> & Pick<WatchFolderDeps, 'method'>,
  there: Readonly<Record<string, string>> = {},
) {
  const outside = t.testdir({
    outside: { 'secret.x12': 'ISA' },
    mailboxes: { acme: { inbound: there, outbound: {} } },
  });
  const root = join(outside, 'mailboxes');
  const taken: string[] = [];
  const observations: Observation[] = [];
  let told: (() => void) | undefined;
  const take = async ({ partnerId, name }: DroppedFile) => {
    taken.push(`${partnerId}/${name}`);
    told?.();
  };
  const watcher = await watchFolder({
    observe: (observation) => observations.push(observation),
    root,
    inFolder: 'inbound',
    isOurs: ({ nlink }) => nlink > 1,
    take,
    where: 'test',
    stabilityMs: 200,
    pollMs: 100,
    ...more,
  });
  t.teardown(() => watcher.close());
  const inbound = join(root, 'acme/inbound');
  /** Waits until so many were taken. */
  const until = async (count: number): Promise<readonly string[]> => {
    while (taken.length < count)
      await new Promise<void>((resolve) => {
        told = resolve;
      });
    return taken;
  };
  return { root, outside: join(outside, 'outside'), inbound, taken, until, observations };
}

for (const method of methods) {
  test(`a file is taken once, under its final name (${method})`, async (t) => {
    const { inbound, until } = await open(t, { method });
    writeFileSync(join(inbound, 'claims.x12.part'), 'ISA');
    writeFileSync(join(inbound, 'one.x12'), 'ISA');
    t.same(await until(1), ['acme/one.x12']);
    renameSync(join(inbound, 'claims.x12.part'), join(inbound, 'claims.x12'));
    t.same(await until(2), ['acme/one.x12', 'acme/claims.x12']);
    writeFileSync(join(inbound, 'last.x12'), 'ISA');
    t.same(await until(3), ['acme/one.x12', 'acme/claims.x12', 'acme/last.x12'], 'and none of them again');
  });

  test(`a file that grows is not taken before it has stopped (${method})`, async (t) => {
    const { inbound, taken, until } = await open(t, { method });
    const path = join(inbound, 'slow.x12');
    writeFileSync(path, 'ISA');
    let grown = 0;
    await new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        appendFileSync(path, 'NM1*');
        grown += 1;
        if (grown < 10) return;
        clearInterval(timer);
        resolve();
      }, 50);
    });
    t.same(taken, [], 'half a second of growth, and it was left alone');
    t.same(await until(1), ['acme/slow.x12']);
    appendFileSync(path, 'more');
    t.same(await until(2), ['acme/slow.x12', 'acme/slow.x12'], 'what grows again is another file');
  });

  test(`folders that come, go and come again are watched (${method})`, async (t) => {
    const { root, until } = await open(t, { method });
    mkdirSync(join(root, 'late/inbound'), { recursive: true });
    writeFileSync(join(root, 'late/inbound/first.x12'), 'ISA');
    t.same(await until(1), ['late/first.x12']);
    rmSync(join(root, 'late'), { recursive: true });
    mkdirSync(join(root, 'late/inbound'), { recursive: true });
    writeFileSync(join(root, 'late/inbound/second.x12'), 'ISA');
    t.same(await until(2), ['late/first.x12', 'late/second.x12']);
  });

  test(`links and folders are not files, and a link in the place of a folder is not followed (${method})`, async (t) => {
    const { root, outside, inbound, until } = await open(t, { method });
    symlinkSync(join(outside, 'secret.x12'), join(inbound, 'link.x12'));
    mkdirSync(join(inbound, 'folder.x12'));
    mkdirSync(join(root, 'other'));
    symlinkSync(outside, join(root, 'other/inbound'));
    writeFileSync(join(inbound, 'real.x12'), 'ISA');
    t.same(await until(1), ['acme/real.x12']);
  });
}

test('what is there at the start is taken, and what fails is told of and tried again', async (t) => {
  let tries = 0;
  let again: (() => void) | undefined;
  const twice = new Promise<void>((resolve) => {
    again = resolve;
  });
  const take = async () => {
    tries += 1;
    if (tries === 1) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    again?.();
  };
  const { observations } = await open(t, { method: 'inotify', retryMs: 50, take }, { 'there.x12': 'ISA' });
  await twice;
  t.match(observations, [{ kind: 'fault', where: 'test', fault: { code: 'ENOSPC' } }]);
});
