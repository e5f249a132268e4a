// SFTP spoken in packets over a real connection: for paths that no client library lets one send.

import type { ClientChannel } from 'ssh2';
import { PacketFramer } from '../../server/packet-framer.ts';
import { PacketReader } from '../../server/packet-reader.ts';
import { type Field, packet, type WireReply } from '../server/support/wire-session.ts';
import { call, connectSsh } from './ssh-client.ts';
import type { SftpTarget } from './stock-clients.ts';

export interface RawSftp {
  /** Sends a request under a fresh id. @returns its reply */
  ask(type: number, ...fields: readonly Field[]): Promise<WireReply>;
}

const maxReplyBytes = 1024 * 1024;
const initType = 1;
const version = 3;

/** Signs in, opens the subsystem and greets. */
export async function openRawSftp(
  t: { teardown(work: () => void): void },
  target: SftpTarget,
  password: string,
): Promise<RawSftp> {
  const { client } = await connectSsh(t, target, password);
  const channel = await call<ClientChannel>((done) => client.subsys('sftp', done));
  const framer = new PacketFramer({ maxPacketBytes: maxReplyBytes, pool: { take: Buffer.alloc } });
  const waiting = new Map<number, (reply: WireReply) => void>();
  let greeted: (() => void) | undefined;
  channel.on('data', (chunk: Buffer) => {
    framer.push(chunk);
    for (let bytes = framer.next(); bytes !== undefined; bytes = framer.next()) {
      const reader = new PacketReader(bytes);
      const reply = { type: reader.byte(), id: reader.uint32(), bytes: bytes.length, reader };
      // VERSION has no id; it is the first reply, and only one waits for it.
      greeted?.();
      greeted = undefined;
      waiting.get(reply.id)?.(reply);
      waiting.delete(reply.id);
    }
  });
  const closed = new Promise<never>((_, reject) =>
    channel.once('close', () => reject(new Error('The server closed the channel.'))),
  );
  closed.catch(() => undefined);
  const hello = new Promise<void>((resolve) => {
    greeted = resolve;
  });
  // INIT has no id either: its version stands where the id of other packets is.
  channel.write(packet(initType, version));
  await Promise.race([hello, closed]);
  let lastId = 1000;
  return {
    ask(type, ...fields) {
      lastId += 1;
      const id = lastId;
      const reply = new Promise<WireReply>((resolve) => waiting.set(id, resolve));
      channel.write(packet(type, id, ...fields));
      return Promise.race([reply, closed]);
    },
  };
}
