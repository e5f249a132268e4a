// A file of the receive log, and the way in which it gets to the disk.

import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { test } from 'tap';
import type { HostPath } from '../../storage/data-directory.ts';
import { blockBytes, blockMemory, DirectFile } from '../../storage/direct-file.ts';
import { LogFile } from '../../storage/receive-log-file.ts';
import { fileHeadBytes } from '../../storage/receive-log-format.ts';

const openLogFile = (folder: string, number = 1): LogFile =>
  new LogFile({ folder: folder as HostPath, number, randomBytes });

test('whatever is appended, one after the other or at once, stands where it was said to stand', async (t) => {
  let files = 0;
  const folder = t.testdir();
  // Up to 64 KiB a record, and more at once than are written at once.
  const sizes = fc.array(
    fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 70_000 }), fc.constant(blockBytes)),
    { minLength: 1, maxLength: 30 },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(sizes, { minLength: 1, maxLength: 4 }), async (groups) => {
      files += 1;
      const file = openLogFile(folder, files);
      const placed: { readonly at: number; readonly bytes: Buffer }[] = [];
      for (const group of groups) {
        await Promise.all(
          group.map(async (size) => {
            const bytes = randomBytes(size);
            const { fromBytes, toBytes } = await file.append([bytes.subarray(0, 10), bytes.subarray(10)]);
            if (toBytes - fromBytes !== size) throw new Error('of another size');
            // Whoever was told so finds it in the file, whatever is being written meanwhile.
            const there = readFileSync(file.path).subarray(fromBytes, toBytes);
            if (!there.equals(bytes)) throw new Error(`not what was appended: ${size} bytes at ${fromBytes}`);
            placed.push({ at: fromBytes, bytes });
          }),
        );
      }
      const whole = readFileSync(file.path);
      let end = fileHeadBytes;
      for (const { at, bytes } of placed.sort((one, other) => one.at - other.at)) {
        if (at !== end) throw new Error(`a gap at ${end}`);
        end = at + bytes.length;
        if (!whole.subarray(at, end).equals(bytes)) throw new Error(`overwritten at ${at}`);
      }
      file.applied(placed.length);
      file.end();
    }),
    { numRuns: 15 },
  );
  t.ok(files > 0);
});

test('begun again, it has a new mark at once, and nothing behind it counts', async (t) => {
  const file = openLogFile(t.testdir());
  await file.append([Buffer.from('a record')]);
  const before = file.mark;
  file.applied(1);
  file.beginAgain();
  t.notSame(file.mark, before);
  t.same(readFileSync(file.path).subarray(0, fileHeadBytes).subarray(-16), file.mark);
  const { fromBytes } = await file.append([Buffer.from('another')]);
  t.equal(fromBytes, fileHeadBytes);
  t.equal(readFileSync(file.path, 'latin1').slice(fromBytes, fromBytes + 7), 'another');
  file.applied(1);
  file.end();
});

test('what a file system does not write past its memory is written the ordinary way', async (t) => {
  const path = join(t.testdir({ file: '' }), 'file') as HostPath;
  const descriptor = openSync(path, 'r+');
  const file = new DirectFile(path, descriptor);
  const memory = blockMemory(2 * blockBytes);
  memory.fill('x');
  await file.write(memory, blockBytes, 0);
  t.equal(readFileSync(path, 'latin1'), 'x'.repeat(blockBytes));
  // No whole block, which is what ext4 and others refuse.
  await file.write(memory, 100, blockBytes);
  t.equal(readFileSync(path, 'latin1'), 'x'.repeat(blockBytes + 100));
  memory.fill('y');
  await file.write(memory, 2 * blockBytes, 0);
  t.equal(readFileSync(path, 'latin1'), 'y'.repeat(2 * blockBytes));
  file.close();
  closeSync(descriptor);
});

test('a write that fails is told of', async (t) => {
  const path = join(t.testdir({ file: '' }), 'file') as HostPath;
  const descriptor = openSync(path, 'r');
  const file = new DirectFile(path, descriptor);
  file.close();
  // Closed, it goes by the descriptor, which may only read.
  await t.rejects(file.write(blockMemory(blockBytes), blockBytes, 0), { code: 'EBADF' });
  closeSync(descriptor);
});

test('after a write that failed nothing is put behind the gap, also of those who waited for the next one', async (t) => {
  const file = openLogFile(t.testdir());
  const kept = await file.append([Buffer.from('kept')]);
  let writes = 0;
  const { write } = DirectFile.prototype;
  t.intercept(DirectFile.prototype, 'write', {
    async value(this: DirectFile, ...given: Parameters<typeof write>) {
      writes += 1;
      if (writes === 2) throw Object.assign(new Error('EIO: i/o error, write'), { code: 'EIO' });
      return Reflect.apply(write, this, given);
    },
  });
  const appended = ['first', 'second', 'third'].map((text) => file.append([Buffer.from(text)]));
  // Asks while the one that will fail, which was asked for by others before, is under way.
  const late = appended[0]?.then(() => file.append([Buffer.from('late')]));
  const outcomes = await Promise.allSettled([...appended, late]);
  t.same(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected', 'rejected', 'rejected'],
  );
  t.equal(writes, 2, 'the disk is asked no more');
  await t.rejects(file.append([Buffer.from('another')]), /could not be written/);
  const text = readFileSync(file.path, 'latin1');
  t.equal(text.slice(kept.fromBytes).replaceAll('\0', ''), 'keptfirst');
  file.applied(2);
  file.end();
});

test('a record that no half has room for is refused at once', async (t) => {
  const file = openLogFile(t.testdir());
  await t.rejects(file.append([Buffer.alloc(1024 * 1024)]), /No record has/);
  await file.append([Buffer.from('a record')]);
  file.applied(1);
  file.end();
});
