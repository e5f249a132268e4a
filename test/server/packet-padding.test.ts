import { createRequire } from 'node:module';
import { test } from 'tap';

// RFC 4253 section 6: arbitrary-length padding, of random bytes. ssh2 has no other door to it than its own module.
const { NullCipher } = createRequire(import.meta.url)('ssh2/lib/protocol/crypto.js') as {
  readonly NullCipher: new (
    seqno: number,
    onWrite: () => void,
  ) => { allocPacket(payloadBytes: number): Buffer };
};

test('the padding of packets is random, each byte used once, however many packets there are', (t) => {
  const cipher = new NullCipher(0, () => undefined);
  const seen = new Set<string>();
  const counts = new Array<number>(256).fill(0);
  const packets = 5000;
  let bytes = 0;
  for (let index = 0; index < packets; index += 1) {
    const packet = cipher.allocPacket(5);
    const length = packet[4] ?? 0;
    const padding = packet.subarray(5 + 5, 5 + 5 + length);
    if (padding.length !== length || length < 4 || packet.length % 8 !== 0)
      throw new Error('It is no SSH packet.');
    for (const byte of padding) counts[byte] = (counts[byte] ?? 0) + 1;
    bytes += length;
    seen.add(padding.toString('hex'));
  }
  t.equal(seen.size, packets, 'no padding comes twice, beyond the end of what is drawn at once');
  // A byte that is forgotten stays 0, or what the memory held before.
  const share = counts.map((count) => count / (bytes / 256));
  t.ok(Math.max(...share) < 2 && Math.min(...share) > 0.5, 'every value comes about as often');
  t.end();
});
