import fc from 'fast-check';
import { test } from 'tap';
import type { MailboxEntry } from '../../domain/mailbox.ts';
import { BufferPool } from '../../server/buffer-pool.ts';
import { printLongName } from '../../server/long-name.ts';
import { BrokenFraming, MalformedPacket } from '../../server/malformed-packet.ts';
import { PacketFramer } from '../../server/packet-framer.ts';
import { PacketReader } from '../../server/packet-reader.ts';
import { PacketWriter } from '../../server/packet-writer.ts';
import { dataHeadBytes, encodeReply, type Reply } from '../../server/reply.ts';
import { statusOfRefusal } from '../../server/status-of-refusal.ts';
import { readAttributes, writeAttributes } from '../../server/wire-attributes.ts';

const maxPacketBytes = 1000;

function newFramer(limitBytes: number): PacketFramer {
  return new PacketFramer({ maxPacketBytes: limitBytes, pool: { take: Buffer.alloc } });
}

function framed(packet: Uint8Array): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(packet.length);
  return Buffer.concat([head, packet]);
}

function drain(framer: PacketFramer): Buffer[] {
  const packets: Buffer[] = [];
  for (let packet = framer.next(); packet !== undefined; packet = framer.next()) packets.push(packet);
  return packets;
}

test('any chunking of a stream gives the same packets', async (t) => {
  const packet = fc.uint8Array({ minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(
      fc.array(packet, { maxLength: 12 }),
      fc.array(fc.integer({ min: 1, max: 200 })),
      (packets, cuts) => {
        const stream = Buffer.concat(packets.map(framed));
        const framer = newFramer(maxPacketBytes);
        const found: Buffer[] = [];
        let at = 0;
        for (const cut of [...cuts, stream.length]) {
          framer.push(stream.subarray(at, at + cut));
          at += cut;
          found.push(...drain(framer).map((bytes) => Buffer.from(bytes)));
        }
        t.equal(framer.bufferedBytes, 0);
        return (
          found.length === packets.length &&
          found.every((bytes, index) => bytes.equals(packets[index] ?? bytes))
        );
      },
    ),
  );
});

test('a packet that lies in one chunk is not copied, one that straddles is copied once', async (t) => {
  const framer = newFramer(maxPacketBytes);
  const chunk = framed(Buffer.from('whole'));
  framer.push(chunk);
  const whole = framer.next();
  t.equal(whole?.buffer, chunk.buffer);
  t.equal(whole?.byteOffset, chunk.byteOffset + 4);
  const other = framed(Buffer.from('straddles'));
  framer.push(other.subarray(0, 7));
  t.equal(framer.next(), undefined);
  framer.push(other.subarray(7));
  t.equal(framer.next()?.toString(), 'straddles');
});

/** A chunk with memory of its own. */
function own(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  copy.set(bytes);
  return copy;
}

test('a chunk that was copied whole is given back, and one that somebody has a view of is not', async (t) => {
  const usedUp: Buffer[] = [];
  const framer = new PacketFramer({
    maxPacketBytes: 1000,
    pool: { take: Buffer.alloc },
    usedUp: (chunk) => usedUp.push(chunk),
  });
  const stream = Buffer.concat(
    ['straddles', 'whole', 'straddles too'].map((text) => framed(Buffer.from(text))),
  );
  const [first, second, third] = [
    own(stream.subarray(0, 7)),
    own(stream.subarray(7, 30)),
    own(stream.subarray(30)),
  ];
  framer.push(first);
  t.same(drain(framer), []);
  t.same(usedUp, [first]);
  framer.push(second);
  const [straddled, whole] = drain(framer);
  t.equal(straddled?.toString(), 'straddles');
  t.equal(whole?.buffer, second.buffer, 'a view');
  t.same(usedUp, [first], 'the chunk that it is a view of stays');
  framer.push(third);
  t.equal(drain(framer)[0]?.toString(), 'straddles too');
  t.same(usedUp, [first, third]);
});

test('a chunk that packets are views of is given back when it is read and nobody looks at any of them', async (t) => {
  const usedUp: Buffer[] = [];
  const framer = new PacketFramer({
    maxPacketBytes: 1000,
    pool: { take: Buffer.alloc },
    usedUp: (chunk) => usedUp.push(chunk),
  });
  const stream = Buffer.concat(['one', 'two', 'half'].map((text) => framed(Buffer.from(text))));
  const [first, second] = [own(stream.subarray(0, -2)), own(stream.subarray(-2))];
  framer.push(first);
  const one = framer.next() as Buffer;
  framer.done(one);
  t.same(usedUp, [], 'there is more in it');
  const two = framer.next() as Buffer;
  t.equal(framer.next(), undefined, 'the rest of it is copied');
  t.same(usedUp, [], 'somebody looks at the second');
  framer.done(two);
  t.same(usedUp, [first]);
  framer.push(second);
  framer.done(framer.next() as Buffer);
  t.same(usedUp, [first, second], 'once each');
});

test('one byte at a time costs no more than linear time', async (t) => {
  const stream = framed(Buffer.alloc(200_000, 1));
  const framer = newFramer(300_000);
  let found = 0;
  for (let at = 0; at < stream.length; at += 1) {
    framer.push(stream.subarray(at, at + 1));
    found += drain(framer).length;
  }
  t.equal(found, 1);
});

test('a pool lends whole buffers, takes views back once, and keeps only so many', async (t) => {
  const pool = new BufferPool({ bufferBytes: [1000], maxIdle: 1 });
  const first = pool.take(900);
  const second = pool.take(900);
  t.not(first.buffer, second.buffer);
  t.equal(first.length, 900);
  pool.give(first.subarray(5, 10));
  pool.give(first);
  pool.give(second);
  t.equal(pool.take(1000).buffer, first.buffer, 'used again');
  t.not(pool.take(1000).buffer, second.buffer, 'one too many was let go of');
  for (const size of [10, 1001]) {
    const own = pool.take(size);
    t.equal(own.length, size);
    pool.give(own);
    t.not(pool.take(900).buffer, own.buffer, 'small and over-long ones are not of the pool');
  }
});

test('a pool of two lengths lends the shorter one that will do', async (t) => {
  const pool = new BufferPool({ bufferBytes: [100, 1000], maxIdle: 1 });
  t.equal(pool.take(90).buffer.byteLength, 100);
  t.equal(pool.take(300).buffer.byteLength, 1000);
  const short = pool.take(30);
  const long = pool.take(1000);
  pool.give(long);
  pool.give(short);
  t.equal(pool.take(100).buffer, short.buffer);
  t.equal(pool.take(300).buffer, long.buffer);
  t.equal(pool.take(200).length, 200, 'between the two it makes one');
});

test('lengths that cannot be are refused before anything is allocated (fault 17)', async (t) => {
  for (const length of [0, maxPacketBytes + 1, 0x7fffffff, 0x80000000, 0xffffffff]) {
    const framer = newFramer(maxPacketBytes);
    const head = Buffer.alloc(4);
    head.writeUInt32BE(length);
    framer.push(head);
    t.throws(() => framer.next(), BrokenFraming, `length ${length}`);
  }
});

test('what a writer wrote, a reader reads', async () => {
  const field = fc.oneof(
    fc.record({ kind: fc.constant('uint32' as const), value: fc.integer({ min: 0, max: 0xffffffff }) }),
    fc.record({ kind: fc.constant('uint64' as const), value: fc.maxSafeNat() }),
    fc.record({ kind: fc.constant('bytes' as const), value: fc.uint8Array({ maxLength: 600 }) }),
  );
  fc.assert(
    fc.property(fc.array(field, { maxLength: 20 }), (fields) => {
      const writer = new PacketWriter(7);
      for (const { kind, value } of fields) {
        if (kind === 'bytes') writer.string(value);
        else if (kind === 'uint32') writer.uint32(value);
        else writer.uint64(value);
      }
      const packet = writer.finish();
      const reader = new PacketReader(packet.subarray(4));
      if (packet.readUInt32BE(0) !== packet.length - 4 || reader.byte() !== 7) return false;
      const same = fields.every(({ kind, value }) => {
        if (kind === 'bytes') return reader.bytes().equals(value);
        return (kind === 'uint32' ? reader.uint32() : reader.uint64()) === value;
      });
      return same && reader.remaining === 0;
    }),
  );
});

test('a field that goes past its packet is malformed, whatever it claims', async (t) => {
  const rows: [string, Buffer, (reader: PacketReader) => unknown][] = [
    ['a byte of nothing', Buffer.alloc(0), (reader) => reader.byte()],
    ['a uint32 of three bytes', Buffer.alloc(3), (reader) => reader.uint32()],
    ['a uint64 of seven bytes', Buffer.alloc(7), (reader) => reader.uint64()],
    ['a string without its length', Buffer.alloc(2), (reader) => reader.bytes()],
    ['a string longer than the packet', Buffer.from([0, 0, 0, 9, 1]), (reader) => reader.bytes()],
    ['a string of "minus one" bytes', Buffer.from([0xff, 0xff, 0xff, 0xff, 1]), (reader) => reader.bytes()],
    ['an offset above 2^53', Buffer.from([0x00, 0x20, 0, 0, 0, 0, 0, 0]), (reader) => reader.uint64()],
    ['an offset of 2^64 - 1', Buffer.alloc(8, 0xff), (reader) => reader.uint64()],
    [
      'attributes with too many pairs',
      attributesWith(0x80000000, 0xffffffff),
      (reader) => readAttributes(reader),
    ],
    ['attributes that end early', attributesWith(0x0f), (reader) => readAttributes(reader)],
  ];
  for (const [title, bytes, read] of rows)
    t.throws(() => read(new PacketReader(bytes)), MalformedPacket, title);
  t.equal(new PacketReader(Buffer.from([0x00, 0x1f, 255, 255, 255, 255, 255, 255])).uint64(), 2 ** 53 - 1);
});

function attributesWith(...words: number[]): Buffer {
  const bytes = Buffer.alloc(words.length * 4);
  for (const [index, word] of words.entries()) bytes.writeUInt32BE(word, index * 4);
  return bytes;
}

test('attributes name only what the client sent', async (t) => {
  const read = (...words: number[]) => readAttributes(new PacketReader(attributesWith(...words)));
  t.same(read(0), {});
  t.same(read(0x01, 1, 0), { sizeBytes: 2 ** 32 });
  t.same(read(0x02, 1000, 1001), { owner: { userId: 1000, groupId: 1001 } });
  t.same(read(0x04, 0o100644), { permissions: 0o644 });
  t.same(read(0x08, 7, 9), { accessedAtMs: 7000, modifiedAtMs: 9000 });
  t.same(read(0x0f, 0, 5, 1, 2, 0o600, 3, 4), {
    sizeBytes: 5,
    owner: { userId: 1, groupId: 2 },
    permissions: 0o600,
    accessedAtMs: 3000,
    modifiedAtMs: 4000,
  });
  t.same(read(0x80000000, 1, 0, 0), {}, 'extended attributes are read past');
});

test('attributes go out with size, permissions with type, and times', async (t) => {
  const writer = new PacketWriter(105);
  writeAttributes(writer, {
    kind: 'folder',
    sizeBytes: 2 ** 40 + 1,
    permissions: 0o750,
    modifiedAtMs: 5_000,
    accessedAtMs: -1,
  });
  const reader = new PacketReader(writer.finish().subarray(5));
  t.equal(reader.uint32(), 0x0d);
  t.equal(reader.uint64(), 2 ** 40 + 1);
  t.equal(reader.uint32(), 0o040750);
  t.equal(reader.uint32(), 0, 'before 1970 is 1970');
  t.equal(reader.uint32(), 5);
});

const nowMs = Date.UTC(2026, 10, 21, 12);
const claims: MailboxEntry = {
  name: 'claims.x12',
  attributes: {
    kind: 'file',
    sizeBytes: 1234,
    permissions: 0o640,
    modifiedAtMs: Date.UTC(2026, 10, 3, 9, 5),
    accessedAtMs: 0,
  },
};

test('a long name reads like ls -l', async (t) => {
  t.equal(
    printLongName(claims, nowMs),
    '-rw-r-----    1 partner  claimgate     1234 Nov  3 09:05 claims.x12',
  );
  t.equal(
    printLongName(
      {
        name: 'inbound',
        attributes: {
          ...claims.attributes,
          kind: 'folder',
          permissions: 0o755,
          modifiedAtMs: Date.UTC(2024, 0, 15),
        },
      },
      nowMs,
    ),
    'drwxr-xr-x    1 partner  claimgate     1234 Jan 15  2024 inbound',
  );
});

test('a long name shows what a host has: devices, links, owners, sticky and set-user-id bits', async (t) => {
  const rows = [
    ['folder', 0o1777, 'drwxrwxrwt    3 1000     50 '],
    ['file', 0o4644, '-rwSr--r--    3 1000     50 '],
    ['file', 0o2755, '-rwxr-sr-x    3 1000     50 '],
    ['link', 0o777, 'lrwxrwxrwx    3 1000     50 '],
    ['character-device', 0o600, 'crw-------    3 1000     50 '],
  ] as const;
  for (const [kind, permissions, begin] of rows) {
    const owner = { userId: 1000, groupId: 50 };
    const attributes = { ...claims.attributes, kind, permissions, owner, linkCount: 3 };
    t.ok(printLongName({ name: 'x', attributes }, nowMs).startsWith(begin), begin);
  }
});

test('replies have the bytes of the draft', async (t) => {
  const rows: [string, Reply, string][] = [
    ['STATUS ok', { kind: 'ok' }, '00000015 65 00000007 00000000 00000002 4f4b 00000002 656e'],
    [
      'STATUS eof',
      { kind: 'end-of-file' },
      '0000001e 65 00000007 00000001 0000000b 456e64206f662066696c65 00000002 656e',
    ],
    [
      'STATUS refused',
      { kind: 'refused', reason: 'no-such-file', why: 'No.' },
      '00000016 65 00000007 00000002 00000003 4e6f2e 00000002 656e',
    ],
    ['HANDLE', { kind: 'handle', handle: Buffer.from([1, 2]) }, '0000000b 66 00000007 00000002 0102'],
    [
      'NAME of a path',
      { kind: 'path', path: '/' },
      '00000017 68 00000007 00000001 00000001 2f 00000001 2f 00000000',
    ],
    [
      'EXTENDED_REPLY',
      { kind: 'extended', write: (writer: PacketWriter) => writer.uint64(9) },
      '0000000d c9 00000007 0000000000000009',
    ],
  ];
  for (const [title, reply, hex] of rows) {
    t.equal(encodeReply(7, reply).toString('hex'), hex.replaceAll(' ', ''), title);
  }
  const packet = Buffer.alloc(dataHeadBytes + 8);
  packet.write('abc', dataHeadBytes);
  const data = encodeReply(7, { kind: 'data', packet, sizeBytes: 3 });
  t.equal(data.toString('hex'), '0000000c670000000700000003616263');
  t.equal(data.buffer, packet.buffer, 'the data is not copied');
});

test('refusals map to the codes of version 3', async (t) => {
  const rows = [
    ['no-such-file', 2],
    ['permission-denied', 3],
    ['already-exists', 4],
    ['no-space', 4],
    ['failure', 4],
    ['bad-name', 5],
  ] as const;
  for (const [reason, code] of rows) {
    t.equal(statusOfRefusal({ kind: 'refused', reason, why: '' }), code, reason);
  }
});
