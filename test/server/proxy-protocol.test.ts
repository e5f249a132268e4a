import { connect } from 'node:net';
import fc from 'fast-check';
import { type Test, test } from 'tap';
import { isInNetwork, neighbourhoodOf, parseNetwork } from '../../domain/network.ts';
import { readProxyHeader } from '../../server/proxy-header.ts';
import type { SftpServer } from '../../server/sftp-server.ts';
import { signIn } from './support/ssh-client.ts';
import { startServer } from './support/start-server.ts';

const line = (text: string) => Buffer.from(`${text}\r\n`, 'latin1');

interface Version2 {
  readonly command?: number;
  readonly family: number;
  readonly body: Uint8Array;
}

function version2({ command = 1, family, body }: Version2): Buffer {
  const head = Buffer.from('0d0a0d0a000d0a515549540a00000000', 'hex');
  head.writeUInt8(0x20 + command, 12);
  head.writeUInt8(family, 13);
  head.writeUInt16BE(body.length, 14);
  return Buffer.concat([head, body]);
}

function network(text: string) {
  const parsed = parseNetwork(text);
  if (parsed === undefined) throw new Error(`${text} is no network.`);
  return parsed;
}

const loopback = [network('127.0.0.0/8')];

/** A connection that begins with these bytes, as one through a load balancer does. */
async function through(t: Test, server: SftpServer, header: Buffer) {
  const sock = connect(server.port, server.host);
  t.teardown(() => sock.destroy());
  sock.write(header);
  return signIn(t, server, { sock });
}

test('a header of either version gives the address and its own length', (t) => {
  const rows: readonly [string, Buffer, string | undefined][] = [
    ['v1 TCP4', line('PROXY TCP4 192.0.2.7 198.51.100.1 40000 22'), '192.0.2.7'],
    ['v1 TCP6', line('PROXY TCP6 2001:db8::7 2001:db8::1 40000 22'), '2001:db8::7'],
    ['v1 UNKNOWN', line('PROXY UNKNOWN'), undefined],
    ['v1 UNKNOWN with the rest', line('PROXY UNKNOWN ffff:: ffff:: 1 2'), undefined],
    [
      'v2 TCP4',
      version2({ family: 0x11, body: Buffer.from('c0000207c6336401' + '9c400016', 'hex') }),
      '192.0.2.7',
    ],
    [
      'v2 TCP4 with an extension',
      version2({ family: 0x11, body: Buffer.from('c0000207c63364019c400016' + '0400020000', 'hex') }),
      '192.0.2.7',
    ],
    [
      'v2 TCP6',
      version2({ family: 0x21, body: Buffer.concat([Buffer.from('20010db8', 'hex'), Buffer.alloc(32)]) }),
      '2001:db8:0:0:0:0:0:0',
    ],
    ['v2 LOCAL', version2({ command: 0, family: 0, body: Buffer.alloc(0) }), undefined],
    ['v2 of no family', version2({ family: 0, body: Buffer.alloc(3) }), undefined],
  ];
  for (const [name, bytes, address] of rows) {
    const answer = { kind: 'complete', address, length: bytes.length };
    t.same(readProxyHeader(bytes), answer, name);
    t.same(readProxyHeader(Buffer.concat([bytes, Buffer.from('SSH-2.0-x')])), answer, `${name}, and SSH`);
    for (let cut = 0; cut < bytes.length; cut += 1) {
      if (readProxyHeader(bytes.subarray(0, cut)).kind !== 'incomplete') t.fail(`${name}, cut at ${cut}`);
    }
  }
  t.end();
});

test('what is no header is malformed, and never taken for an address', (t) => {
  const rows = [
    line('SSH-2.0-OpenSSH_9.2'),
    line('PROXY TCP4 192.0.2.999 198.51.100.1 40000 22'),
    line('PROXY TCP4 2001:db8::7 2001:db8::1 40000 22'),
    line('PROXY TCP6 192.0.2.7 198.51.100.1 40000 22'),
    line('PROXY TCP4 192.0.2.7 198.51.100.1 40000'),
    line('PROXY TCP4 192.0.2.7 198.51.100.1 70000 22'),
    line('PROXY TCP4 192.0.2.7  198.51.100.1 40000 22'),
    line('PROXY UDP4 192.0.2.7 198.51.100.1 40000 22'),
    Buffer.from(`PROXY TCP4 ${'1'.repeat(200)}`),
    version2({ family: 0x11, body: Buffer.alloc(11) }),
    version2({ family: 0x21, body: Buffer.alloc(35) }),
    version2({ family: 0x31, body: Buffer.alloc(216) }),
    version2({ family: 0x12, body: Buffer.alloc(12) }),
    version2({ command: 2, family: 0x11, body: Buffer.alloc(12) }),
    version2({ family: 0x11, body: Buffer.alloc(2049) }),
  ];
  for (const bytes of rows) t.equal(readProxyHeader(bytes).kind, 'malformed', bytes.toString('latin1'));
  t.end();
});

test('the parser of the header takes any bytes in any pieces: no throw, one answer', async () => {
  const beginnings = fc.constantFrom(
    Buffer.alloc(0),
    Buffer.from('PROXY '),
    Buffer.from('PROXY TCP4 192.0.2.7 '),
    Buffer.from('0d0a0d0a000d0a515549540a', 'hex'),
    Buffer.from('0d0a0d0a000d0a515549540a2111000c', 'hex'),
  );
  fc.assert(
    fc.property(beginnings, fc.uint8Array({ maxLength: 300 }), (beginning, rest) => {
      const bytes = Buffer.concat([beginning, rest]);
      const whole = readProxyHeader(bytes);
      // Once it is decided, more bytes change nothing.
      for (let cut = 0; cut < bytes.length; cut += 1) {
        const part = readProxyHeader(bytes.subarray(0, cut));
        if (part.kind === 'malformed' && whole.kind !== 'malformed') return false;
        if (part.kind === 'complete' && JSON.stringify(part) !== JSON.stringify(whole)) return false;
      }
      return whole.kind !== 'complete' || whole.length <= bytes.length;
    }),
    { numRuns: 2000 },
  );
  fc.assert(
    fc.property(fc.ipV4(), fc.ipV6(), fc.nat(65_535), (v4, v6, port) => {
      const one = readProxyHeader(line(`PROXY TCP4 ${v4} 198.51.100.1 ${port} 22`));
      const other = readProxyHeader(line(`PROXY TCP6 ${v6} ::1 ${port} 22`));
      return (
        one.kind === 'complete' && one.address === v4 && other.kind === 'complete' && other.address === v6
      );
    }),
  );
});

test('a trusted proxy says whose connection it is, and that is who is counted, asked for and logged', async (t) => {
  const { server, gate, observed } = await startServer(t, {
    trustedProxies: loopback,
    maxConnectionsPerAddress: 1,
  });
  await through(t, server, line('PROXY TCP4 192.0.2.7 198.51.100.1 40000 22'));
  await through(t, server, version2({ family: 0x11, body: Buffer.from('c0000208c63364019c400016', 'hex') }));
  t.same(
    gate.attempts.map(({ address }) => address),
    ['192.0.2.7', '192.0.2.8'],
  );
  await t.rejects(through(t, server, line('PROXY TCP4 192.0.2.7 198.51.100.1 40001 22')));
  t.match(
    observed.filter(({ kind }) => kind === 'sftp.connection-refused'),
    [{ address: '192.0.2.7', reason: 'too-many-from-address' }],
  );
});

test('a trusted proxy without a header is refused, and a header from anyone else is no header', async (t) => {
  const trusting = await startServer(t, { trustedProxies: loopback });
  await t.rejects(signIn(t, trusting.server));
  t.match(await trusting.seen('sftp.connection-refused'), { reason: /PROXY header/ });
  const other = await startServer(t, { trustedProxies: [network('192.0.2.0/24')] });
  await t.rejects(through(t, other.server, line('PROXY TCP4 192.0.2.7 198.51.100.1 40000 22')));
  await signIn(t, other.server);
  t.same(
    other.gate.attempts.map(({ address }) => address),
    ['127.0.0.1'],
  );
});

test('networks are read strictly, and hold what is in them', (t) => {
  for (const text of ['192.0.2.0/24', '10.0.0.1', '::/0', '2001:db8::/56', '0.0.0.0/0', '::1']) {
    t.equal(parseNetwork(text)?.text, text);
  }
  for (const text of [
    '',
    '192.0.2.1/24',
    '192.0.2.0/33',
    '192.0.2',
    '192.0.2.0/',
    '01.2.3.4',
    '1::2::3',
    ':::',
    '::/129',
    'a',
    '1.2.3.4/8/8',
    '12345::',
  ]) {
    t.equal(parseNetwork(text), undefined, text);
  }
  t.ok(isInNetwork(network('192.0.2.0/24'), '192.0.2.255'));
  t.ok(isInNetwork(network('192.0.2.0/24'), '::ffff:192.0.2.1'), 'IPv4 as a dual-stack listener names it');
  t.notOk(isInNetwork(network('192.0.2.0/24'), '192.0.3.0'));
  t.notOk(isInNetwork(network('::/0'), '192.0.2.1'));
  t.notOk(isInNetwork(network('0.0.0.0/0'), 'nonsense'));
  t.equal(neighbourhoodOf('192.0.2.77')?.text, '192.0.2.0/24');
  t.equal(neighbourhoodOf('2001:db8:1:2ff::9')?.text, '2001:db8:1:200::/56');
  t.equal(neighbourhoodOf('fe80::1%eth0')?.text, 'fe80::/56');
  fc.assert(
    fc.property(
      fc.ipV6(),
      (address) =>
        isInNetwork(network('::/0'), address) || /^::ffff:/i.test(address) || address.includes('.'),
    ),
  );
  fc.assert(fc.property(fc.string(), (text) => parseNetwork(text) === undefined || /[.:]/.test(text)));
  t.end();
});
