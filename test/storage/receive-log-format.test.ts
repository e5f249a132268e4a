import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { test } from 'tap';
import {
  fileHead,
  type LoggedUpload,
  markOf,
  readLog,
  recordHead,
} from '../../storage/receive-log-format.ts';
import { partnerId, userId } from '../support/storage.ts';

const mark = randomBytes(16);

function upload(index: number, bytes: Uint8Array, modifiedAtMs?: number): LoggedUpload {
  return {
    id: `01890a5d-ac96-774b-bcce-${index.toString(16).padStart(12, '0')}` as never,
    partnerId: partnerId('acme'),
    userId: userId('alice'),
    name: `claim ${index} ä.edi` as never,
    openedAtMs: 1_700_000_000_000 + index,
    receivedAtMs: 1_700_000_000_005 + index,
    modifiedAtMs,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes,
  };
}

const print = (uploads: readonly LoggedUpload[], key: Uint8Array = mark): Buffer =>
  Buffer.concat([fileHead(key), ...uploads.flatMap((one) => [recordHead(key, one), one.bytes])]);

const contents = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 6 });
const some = contents.map((all) =>
  all.map((bytes, index) => upload(index, bytes, index % 2 ? index : undefined)),
);
const plain = (uploads: readonly LoggedUpload[]) =>
  uploads.map(({ bytes, ...facts }) => ({ ...facts, bytes: Buffer.from(bytes).toString('hex') }));

test('what is written is read', async (t) => {
  fc.assert(
    fc.property(some, fc.uint8Array({ maxLength: 50 }), (uploads, behind) => {
      const log = Buffer.concat([print(uploads), behind]);
      const read = readLog(log);
      t.strictSame(plain(read.uploads), plain(uploads));
      t.strictSame([read.lostBytes, read.tornBytes], [0, behind.length]);
    }),
    { numRuns: 50 },
  );
});

test('of a log that is cut off anywhere the whole records are read, and nothing else', async (t) => {
  const uploads = [0, 1, 2].map((index) => upload(index, randomBytes(40)));
  const ends = uploads.map((_, index) => print(uploads.slice(0, index + 1)).length);
  const log = print(uploads);
  for (let at = 0; at <= log.length; at += 1) {
    const read = readLog(log.subarray(0, at));
    t.equal(read.uploads.length, ends.filter((end) => end <= at).length, `cut at ${at}`);
    t.equal(read.lostBytes, 0);
  }
});

test('a byte that is wrong anywhere costs its own record at most, and is seen', async (t) => {
  const uploads = [0, 1, 2].map((index) => upload(index, randomBytes(40)));
  const log = print(uploads);
  for (let at = 24; at < log.length; at += 1) {
    const wrong = Buffer.from(log);
    wrong[at] = (wrong[at] ?? 0) ^ 0x41;
    const read = readLog(wrong);
    t.equal(read.uploads.length, 2, `wrong at ${at}`);
    t.ok(read.lostBytes > 0 || read.tornBytes > 0);
    t.ok(
      read.uploads.every(({ id, sha256 }) => uploads.some((one) => one.id === id && one.sha256 === sha256)),
    );
  }
});

test('what looks like a record within an upload is none, however the one around it ended', async (t) => {
  const forged = upload(7, Buffer.from('forged'));
  const guesses = [
    Buffer.concat([recordHead(Buffer.alloc(16), forged), forged.bytes]),
    print([forged], randomBytes(16)),
  ];
  for (const guess of guesses) {
    const log = print([upload(1, guess)]);
    t.equal(readLog(log).uploads.length, 1);
    t.equal(readLog(log.subarray(0, -1)).uploads.length, 0, 'torn');
  }
});

test('records of before the log was begun again do not count', async (t) => {
  const before = print([upload(1, randomBytes(200)), upload(2, randomBytes(200))]);
  const now = print([upload(3, randomBytes(20))], randomBytes(16));
  const log = Buffer.concat([now, before.subarray(now.length)]);
  t.strictSame(
    readLog(log).uploads.map(({ id }) => id),
    [upload(3, Buffer.alloc(0)).id],
  );
});

test('no bytes make it throw, and none of strangers are an upload', async (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      const log = Buffer.from(bytes);
      t.equal(readLog(log).uploads.length, 0);
      t.equal(readLog(Buffer.concat([fileHead(mark), log])).uploads.length, 0);
      t.equal(markOf(log), undefined);
    }),
    { numRuns: 200 },
  );
  const hostile = Buffer.concat([fileHead(mark), mark, Buffer.from('ffffffffffffffff', 'hex'), mark, mark]);
  t.strictSame(readLog(hostile).uploads, []);
});

test('ids and names are read as from any stranger', async (t) => {
  for (const facts of [
    { partnerId: '../other' },
    { userId: '' },
    { name: '../../etc/passwd' },
    { id: 'x' },
    { receivedAtMs: Number.NaN },
    { openedAtMs: undefined },
    { sha256: '0'.repeat(64) },
  ]) {
    const wrong = { ...upload(1, Buffer.from('abc')), ...facts } as LoggedUpload;
    t.strictSame(readLog(print([wrong])).uploads, [], JSON.stringify(facts));
  }
});
