// What a connection receives and sends goes through buffers that are used again (server/transport-packets.ts): a byte of
// one client must never be seen by another, however their packets and key exchanges fall.

import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'tap';
import { done, openSftp, signIn } from './support/ssh-client.ts';
import { startServer } from './support/start-server.ts';

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

const ways = [
  { cipher: 'aes128-gcm@openssh.com', hmac: 'hmac-sha2-256-etm@openssh.com' },
  { cipher: 'chacha20-poly1305@openssh.com', hmac: 'hmac-sha2-256-etm@openssh.com' },
  { cipher: 'aes256-ctr', hmac: 'hmac-sha2-256-etm@openssh.com' },
  { cipher: 'aes256-ctr', hmac: 'hmac-sha2-512' },
] as const;

test('clients that move files side by side, exchanging keys in between, get their own bytes and no others', async (t) => {
  const { server, mailbox } = await startServer(t, { rekeyBytes: 700_000, watchIntervalMs: 5 });
  await Promise.all(
    ways.map(async ({ cipher, hmac }, index) => {
      const client = await signIn(t, server, { algorithms: { cipher: [cipher], hmac: [hmac] } });
      const sftp = await openSftp(client);
      for (const round of [1, 2]) {
        const name = `file-${index}-${round}`;
        const content = randomBytes(3_000_000 + index * 1001 + round);
        await done((callback) => sftp.writeFile(`/inbound/${name}`, content, callback));
        const kept = readFileSync(join(mailbox.root, 'inbound', name));
        t.equal(digest(kept), digest(content), `${cipher}, ${hmac}: what was sent is there`);
        const back = await done<Buffer>((callback) => sftp.readFile(`/inbound/${name}`, callback));
        t.equal(digest(back), digest(content), `${cipher}, ${hmac}: what was fetched is the same`);
      }
    }),
  );
});

test('while the disk stands still what two clients have sent waits, each its own', async (t) => {
  const { server, mailbox } = await startServer(t);
  let goOn: () => void = () => undefined;
  mailbox.stall = new Promise((resolve) => {
    goOn = resolve;
  });
  const sent = await Promise.all(
    ['first', 'second'].map(async (name) => {
      const sftp = await openSftp(await signIn(t, server));
      const content = randomBytes(6_000_000);
      return {
        name,
        content,
        whole: done((callback) => sftp.writeFile(`/inbound/${name}`, content, callback)),
      };
    }),
  );
  // Answers to a third one come after what the two have sent so far, which fills the packets that were used before.
  const third = await openSftp(await signIn(t, server));
  for (let round = 0; round < 40; round += 1)
    await done((callback) => third.stat('/inbound/not-there', () => callback()));
  mailbox.stall = undefined;
  goOn();
  for (const { name, content, whole } of sent) {
    await whole;
    t.equal(digest(readFileSync(join(mailbox.root, 'inbound', name))), digest(content), name);
  }
});

test('a signed-in connection reads into memory that is there already', async (t) => {
  const { server } = await startServer(t);
  const before = new Set(openSockets());
  const client = await signIn(t, server);
  await openSftp(client);
  const buffers = openSockets()
    .filter((socket) => !before.has(socket) && socket.localPort === server.port)
    .map((socket) => {
      const symbol = Object.getOwnPropertySymbols(socket).find(
        ({ description }) => description === 'kBuffer',
      );
      return symbol === undefined ? undefined : Reflect.get(socket, symbol);
    });
  // Should this fail with a new Node: `readIntoSharedBuffer` looks at its inside, and all works without it, slower.
  t.equal(buffers.length, 1);
  t.ok(Buffer.isBuffer(buffers[0]), 'the socket has the buffer');
});

test('packets that came and went are used again', async (t) => {
  const { server } = await startServer(t);
  const sftp = await openSftp(await signIn(t, server));
  const content = randomBytes(8_000_000);
  const made = countLargeBuffers(t);
  await done((callback) => sftp.writeFile('/inbound/large', content, callback));
  // The client in this process asks for one for each 32 KiB that it sends, and gives none back.
  const own = Math.ceil(content.length / 32_768);
  t.ok(made.count < own * 1.2, `${made.count} buffers were made for ${own} packets of the client`);
});

function openSockets(): readonly Socket[] {
  const handles: unknown = Reflect.get(process, '_getActiveHandles');
  const open: unknown = typeof handles === 'function' ? handles.call(process) : [];
  return Array.isArray(open) ? open.filter((one) => one instanceof Socket) : [];
}

/** Counts the buffers of an SSH packet's length that are made from now on. */
function countLargeBuffers(t: { teardown: (work: () => void) => void }) {
  const real = Buffer.allocUnsafeSlow;
  const made = { count: 0 };
  Buffer.allocUnsafeSlow = (sizeBytes) => {
    if (sizeBytes === 33 * 1024) made.count += 1;
    return real(sizeBytes);
  };
  t.teardown(() => {
    Buffer.allocUnsafeSlow = real;
  });
  return made;
}
