// Hostile bytes for everything that reads bytes of strangers: the SFTP codec and engine, both path parsers, and the
// readers of keys. Valid inputs are mutated at random. What once found something stands in found/ and is tried first.
// A short run is part of `npm test`; `npm run fuzz` takes ten minutes, CLAIMGATE_FUZZ_MS as long as it says, and
// CLAIMGATE_SEED repeats a run.

import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test, test } from 'tap';
import { parsePublicKey } from '../../auth/public-key.ts';
import { parseVirtualPath, printVirtualPath } from '../../domain/virtual-path.ts';
import { readClientKey } from '../../server/client-key.ts';
import { hostFileSystem } from '../../server/host-file-system.ts';
import { generateHostKeys, readHostKey } from '../../server/host-keys.ts';
import { parseHostPath, printHostPath } from '../../server/host-path.ts';
import { HostTree } from '../../server/host-tree.ts';
import { BrokenFraming, MalformedPacket } from '../../server/malformed-packet.ts';
import { PacketFramer } from '../../server/packet-framer.ts';
import { PacketReader } from '../../server/packet-reader.ts';
import { extensionRows, requestRows } from '../../server/requests.ts';
import { readAttributes } from '../../server/wire-attributes.ts';
import { openFolderMailbox } from '../server/support/folder-mailbox.ts';
import { packet, startWireSession } from '../server/support/wire-session.ts';

const totalMs = Number(process.env['CLAIMGATE_FUZZ_MS'] ?? 4000);
// The ten minutes of `npm run fuzz`, and what each target takes to come to its end.
t.setTimeout(totalMs * 1.5 + 120_000);
const seed = Number(process.env['CLAIMGATE_SEED'] ?? Date.now() % 2 ** 31);
const found = join(import.meta.dirname, 'found');

/** mulberry32: small, seeded, good enough to choose places. */
function randomOf(start: number): (below: number) => number {
  let state = start;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}
type Random = ReturnType<typeof randomOf>;

const bytesOfInterest = [0, 1, 4, 0x2e, 0x2f, 0x5c, 0x7f, 0x80, 0xc0, 0xe2, 0xff];

type Mutation = (bytes: Buffer, at: number, random: Random) => Buffer;

function put(bytes: Buffer, at: number, middle: Uint8Array, goOn = at): Buffer {
  return Buffer.concat([bytes.subarray(0, at), middle, bytes.subarray(goOn)]);
}

const mutations: readonly Mutation[] = [
  (bytes, at, random) => put(bytes, at, Buffer.from([(bytes[at] ?? 0) ^ (1 << random(8))]), at + 1),
  (bytes, at, random) =>
    put(bytes, at, Buffer.from([bytesOfInterest[random(bytesOfInterest.length)] ?? 0]), at + 1),
  (bytes, at, random) => put(bytes, at, Buffer.alloc(0), at + 1 + random(8)),
  (bytes, at, random) => put(bytes, at, bytes.subarray(Math.max(0, at - random(9)), at)),
  (bytes, at, random) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(random(3) === 0 ? 0xffffffff : random(70_000));
    return put(bytes, at, length, at + 4);
  },
  (bytes, at, random) => put(bytes, at, Buffer.from(Array.from({ length: random(6) }, () => random(256)))),
];

/** Changes a few places: bits, bytes of interest, cuts, repeats, lengths that lie. */
function mutate(input: Buffer, random: Random): Buffer {
  let bytes: Buffer = Buffer.from(input);
  for (let count = 1 + random(4); count > 0; count -= 1) {
    const change = mutations[random(mutations.length)];
    if (change !== undefined) bytes = change(bytes, random(bytes.length + 1), random);
  }
  return bytes;
}

interface Target {
  readonly name: string;
  readonly seeds: readonly Buffer[];
  /** Throws, or returns what is wrong in a sentence, when the input found something. */
  readonly try: (input: Buffer) => Promise<string | undefined> | string | undefined;
}

async function complaint(target: Target, input: Buffer): Promise<string | undefined> {
  try {
    return await target.try(input);
  } catch (thrown) {
    return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  }
}

async function fuzz(t: Test, target: Target, share: number): Promise<void> {
  for (const file of readdirSync(found).filter((name) => name.startsWith(`${target.name}-`))) {
    t.equal(await complaint(target, readFileSync(join(found, file))), undefined, file);
  }
  const random = randomOf(seed);
  const untilMs = Date.now() + totalMs * share;
  let runs = 0;
  while (Date.now() < untilMs) {
    const input = mutate(target.seeds[random(target.seeds.length)] ?? Buffer.alloc(0), random);
    const wrong = await complaint(target, input);
    runs += 1;
    if (wrong === undefined) continue;
    const file = `${target.name}-${createHash('sha256').update(input).digest('hex').slice(0, 12)}`;
    writeFileSync(join(found, file), input);
    t.fail(`${wrong}; kept as test/fuzz/found/${file}`);
    return;
  }
  t.ok(runs > 0, `${runs} inputs, seed ${seed}`);
  t.comment(`${target.name}: ${runs} inputs, seed ${seed}`);
}

const pathSeeds = [
  '/',
  '.',
  '..',
  '/inbound/claims.x12',
  'inbound/../outbound/./a',
  '/inbound/é\u202e',
  '//a///b/..',
  '~/x',
  '/a\\b/..',
].map((text) => Buffer.from(text));

function wrongInMailbox(input: Buffer): string | undefined {
  const taken = parseVirtualPath(input);
  if (taken.kind !== 'ok') return undefined;
  const printed = printVirtualPath(taken.path);
  if (printed.split('/').some((name) => name === '..' || name === '.')) return `a way out: ${printed}`;
  const again = parseVirtualPath(Buffer.from(printed));
  const same = again.kind === 'ok' && printVirtualPath(again.path) === printed;
  return same ? undefined : `not canonical: ${printed}`;
}

function wrongOnHost(input: Buffer): string | undefined {
  const taken = parseHostPath(input, ['start']);
  if (taken.kind !== 'ok') return undefined;
  const { names } = taken.path;
  const isNone = (name: string) =>
    ['', '.', '..'].includes(name) || name.includes('/') || name.includes('\0');
  if (names.some(isNone)) return `not names: ${JSON.stringify(names)}`;
  const again = parseHostPath(Buffer.from(printHostPath(taken.path)), []);
  return again.kind === 'ok' && again.path.names.join('/') === names.join('/') ? undefined : 'not canonical';
}

test('paths: what is taken has no way out, and prints as what reads the same again', async (t) => {
  await fuzz(
    t,
    {
      name: 'path',
      seeds: pathSeeds,
      try: (input) => wrongInMailbox(input) ?? wrongOnHost(input),
    },
    0.2,
  );
});

test('keys: what is read is the key that was sent, and everything else is refused', async (t) => {
  const { ed25519, ecdsa } = generateHostKeys();
  const lines = [ed25519, ecdsa].map((text) => readHostKey(text).publicLine);
  const blobs = lines.map((line) => Buffer.from(line.split(' ')[1] ?? '', 'base64'));
  await fuzz(
    t,
    {
      name: 'key',
      seeds: [...blobs, ...[...lines, ed25519, ecdsa].map((text) => Buffer.from(text))],
      try(input) {
        for (const type of ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ssh-rsa', 'ssh-dss']) {
          const offered = {
            key: { algo: type, data: input },
            signature: undefined,
            blob: undefined,
            hashAlgo: 'sha256',
          };
          const read = readClientKey(offered as never);
          if (read !== undefined && !read.getPublicSSH().equals(input))
            return 'another key than the one sent';
        }
        parsePublicKey(input.toString('utf8'));
        try {
          readHostKey(input.toString('latin1'));
        } catch (thrown) {
          if (!(thrown instanceof Error)) return 'threw what is no error';
        }
        return undefined;
      },
    },
    0.2,
  );
});

function readAll(stream: Buffer): string | undefined {
  const framer = new PacketFramer({ maxPacketBytes: 70_000, pool: { take: Buffer.alloc } });
  framer.push(stream.subarray(0, stream.length >> 1));
  framer.push(stream.subarray(stream.length >> 1));
  try {
    for (let bytes = framer.next(); bytes !== undefined; bytes = framer.next()) readFields(bytes);
  } catch (thrown) {
    if (!(thrown instanceof BrokenFraming || thrown instanceof MalformedPacket)) throw thrown;
  }
  return undefined;
}

function readFields(bytes: Buffer): void {
  const reader = new PacketReader(bytes).skip(Math.min(5, bytes.length));
  while (reader.remaining > 0) {
    readAttributes(reader);
    if (reader.remaining > 0) reader.bytes();
  }
}

test('codec: a packet is read or malformed, and a stream is framed or broken, whatever the bytes', async (t) => {
  await fuzz(
    t,
    {
      name: 'codec',
      seeds: engineSeeds,
      try: readAll,
    },
    0.2,
  );
});

const handle = Buffer.from([0, 0, 0, 0, 1, 2, 3, 4]);
/** A session as a client may have it: every request of the table, then some that name what was opened. */
const engineSeeds: readonly Buffer[] = [
  Buffer.concat(
    requestRows.map((row, id) =>
      packet(row.type, id, row.names === 'handle' ? handle : '/inbound/a', '/inbound/b', 0),
    ),
  ),
  Buffer.concat(
    extensionRows.map((row, id) => packet(200, id, row.request, '/inbound/a', '/inbound/b', 0, 0)),
  ),
  Buffer.concat([
    packet(3, 1, '/inbound/a', 0x1a, 4, 0o644),
    packet(6, 2, handle, 0n, 'some bytes'),
    packet(200, 3, 'copy-data', handle, 0n, 0n, handle, 0n),
    packet(9, 4, '/inbound/a', 15, 0, 5, 0, 0, 0o600, 1, 2),
    packet(20, 5, '../../outside', '/inbound/link'),
    packet(11, 6, '/inbound/link/..'),
    packet(4, 7, handle),
  ]),
];

test('engine: over a mailbox and over a folder of the host, every stream ends and leaves nothing behind', async (t) => {
  const home = t.testdir({ outside: { secret: 'secret' }, root: { inbound: {}, outbound: {} } });
  symlinkSync('../../outside', join(home, 'root', 'inbound', 'way-out'));
  mkdirSync(join(home, 'mailbox'));
  const mailbox = await openFolderMailbox(join(home, 'mailbox'));
  const tree = await HostTree.open(join(home, 'root'));
  t.teardown(() => tree.close());
  const files = hostFileSystem(tree, { start: [] });
  const quiet = { testdir: () => home, teardown: () => undefined } as never;
  await fuzz(
    t,
    {
      name: 'engine',
      seeds: engineSeeds,
      async try(input) {
        for (const options of [{ mailbox }, { mailbox, files }]) {
          const wire = await startWireSession(quiet, options);
          wire.feed(input);
          wire.stream.receiver?.end();
          await wire.session.ended;
          if (wire.budget.usedBytes !== 0) return `${wire.budget.usedBytes} bytes are still counted`;
          if (wire.stream.end === 'open') return 'the stream was left open';
        }
        const outside = readdirSync(join(home, 'outside'));
        return outside.join() === 'secret' ? undefined : `a way out: ${outside.join()}`;
      },
    },
    0.4,
  );
});
