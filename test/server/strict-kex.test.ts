// A probe of strict key exchange (OpenSSH PROTOCOL section 1.10, CVE-2023-48795 "Terrapin"): written by hand and in the
// clear, since no client sends what is sent here.

import { createECDH, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { type Test, test } from 'tap';
import type { SftpServer } from '../../server/sftp-server.ts';
import { startServer } from './support/start-server.ts';

const IGNORE = 2;
const DEBUG = 4;
const KEXINIT = 20;
const NEWKEYS = 21;
const KEX_ECDH_INIT = 30;
const KEX_ECDH_REPLY = 31;
const UNIMPLEMENTED = 3;

const text = (value: string | Buffer): Buffer => {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};

/** A packet before encryption (RFC 4253 section 6). */
function packet(type: number, ...fields: readonly Buffer[]): Buffer {
  const payload = Buffer.concat([Buffer.from([type]), ...fields]);
  const padding = 16 - ((payload.length + 5) % 8);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(payload.length + padding + 1, 0);
  head.writeUInt8(padding, 4);
  return Buffer.concat([head, payload, Buffer.alloc(padding)]);
}

function kexInit(strict: boolean): Buffer {
  const kex = strict ? 'ecdh-sha2-nistp256,kex-strict-c-v00@openssh.com' : 'ecdh-sha2-nistp256';
  const cipher = 'aes128-ctr';
  const mac = 'hmac-sha2-256';
  const lists = [kex, 'ssh-ed25519', cipher, cipher, mac, mac, 'none', 'none', '', ''];
  return packet(KEXINIT, randomBytes(16), ...lists.map(text), Buffer.alloc(5));
}

function ecdhInit(): Buffer {
  const ecdh = createECDH('prime256v1');
  return packet(KEX_ECDH_INIT, text(ecdh.generateKeys()));
}

/** What the server answers to these packets, after its own KEXINIT: message types, and `closed` when it hangs up. */
async function answersTo(t: Test, server: SftpServer, packets: readonly Buffer[]) {
  const socket = connect(server.port, server.host);
  t.teardown(() => socket.destroy());
  socket.on('error', () => undefined);
  let received = Buffer.alloc(0);
  const answers: (number | 'closed')[] = [];
  let offer = '';
  const over = new Promise<void>((resolve) => {
    socket.on('close', () => {
      answers.push('closed');
      resolve();
    });
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      for (let found = take(); found !== undefined; found = take()) {
        if (found[0] === KEXINIT) offer = found.toString('latin1');
        else answers.push(found[0] ?? 0);
        // After NEWKEYS nothing can be read without the keys.
        if (found[0] === NEWKEYS) resolve();
      }
    });
  });
  await once(socket, 'connect');
  socket.write('SSH-2.0-Probe\r\n');
  socket.write(Buffer.concat(packets));
  await over;
  return { answers, offer };

  function take(): Buffer | undefined {
    if (received.subarray(0, 4).toString() === 'SSH-')
      received = received.subarray(received.indexOf('\n') + 1);
    if (received.length < 5) return undefined;
    const length = received.readUInt32BE(0);
    if (received.length < 4 + length) return undefined;
    const payload = received.subarray(5, 4 + length - received.readUInt8(4));
    received = received.subarray(4 + length);
    return payload;
  }
}

test('strict key exchange: announced, and a clean one goes through', async (t) => {
  const { server } = await startServer(t, { profile: 'compatible' });
  const { answers, offer } = await answersTo(t, server, [kexInit(true), ecdhInit()]);
  t.match(offer, /kex-strict-s-v00@openssh\.com/);
  t.same(answers, [KEX_ECDH_REPLY, NEWKEYS]);
});

test('strict key exchange: any message slipped in before the keys are new ends the connection (CVE-2023-48795)', async (t) => {
  const { server } = await startServer(t, { profile: 'compatible' });
  const intruders: readonly [string, Buffer][] = [
    ['IGNORE', packet(IGNORE, text(''))],
    ['DEBUG', packet(DEBUG, Buffer.from([0]), text('x'), text(''))],
    ['UNIMPLEMENTED', packet(UNIMPLEMENTED, Buffer.alloc(4))],
  ];
  for (const [name, intruder] of intruders) {
    const before = await answersTo(t, server, [intruder, kexInit(true), ecdhInit()]);
    t.equal(before.answers.at(-1), 'closed', `${name} before KEXINIT`);
    t.notOk(before.answers.includes(NEWKEYS), `${name} before KEXINIT: no keys`);
    const between = await answersTo(t, server, [kexInit(true), intruder, ecdhInit()]);
    t.equal(between.answers.at(-1), 'closed', `${name} after KEXINIT`);
    t.notOk(between.answers.includes(NEWKEYS), `${name} after KEXINIT: no keys`);
  }
  const twice = await answersTo(t, server, [kexInit(true), kexInit(true), ecdhInit()]);
  t.equal(twice.answers.at(-1), 'closed', 'a second KEXINIT');
});
