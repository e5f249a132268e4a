// An SSH client that sends what it is told to, also what no real client would: ssh2's own transport in client mode, with
// payloads written by hand and every message of the server written down.

import { createRequire } from 'node:module';
import { connect, type Socket } from 'node:net';
import type { Test } from 'tap';

interface Transport {
  start(): void;
  parse(data: Buffer, from: number, to: number): void;
  _authsQueue: string[];
  _kex: { sessionID: Buffer };
  _packetRW: { write: { allocStart: number; alloc(size: number): Buffer; finalize(packet: Buffer): Buffer } };
}

const load = createRequire(import.meta.url);
const Protocol: new (config: object) => Transport = load('ssh2/lib/protocol/Protocol.js');
const { sendPacket }: { sendPacket: (transport: Transport, packet: Buffer) => void } = load(
  'ssh2/lib/protocol/utils.js',
);

interface Message {
  readonly name: string;
  readonly args: readonly unknown[];
}

export interface RawSsh {
  readonly socket: Socket;
  readonly sessionId: () => Buffer;
  /** The host key that the server proved itself with. */
  readonly hostKeyBlob: () => Buffer;
  /** Sends one message. A number is a byte, a boolean a byte, everything else a string; use `word` for a uint32. */
  readonly send: (...fields: (number | boolean | string | Buffer | Word)[]) => void;
  /** Waits for the next message of one of these names, or for `CLOSED`, the end of the connection. */
  readonly next: (...names: string[]) => Promise<Message>;
}

interface Word {
  readonly word: number;
}

export function word(value: number): Word {
  return { word: value };
}

const recorded = [
  'EXT_INFO',
  'DISCONNECT',
  'SERVICE_ACCEPT',
  'USERAUTH_FAILURE',
  'USERAUTH_SUCCESS',
  'USERAUTH_PK_OK',
  'USERAUTH_BANNER',
  'USERAUTH_INFO_REQUEST',
  'USERAUTH_PASSWD_CHANGEREQ',
  'CHANNEL_OPEN_CONFIRMATION',
  'CHANNEL_OPEN_FAILURE',
  'CHANNEL_SUCCESS',
  'CHANNEL_FAILURE',
  'CHANNEL_DATA',
  'CHANNEL_CLOSE',
  'REQUEST_FAILURE',
  'REQUEST_SUCCESS',
];

/** Connects and exchanges keys; then asks for nothing. */
export async function rawSsh(
  t: Test,
  server: { readonly host: string; readonly port: number },
): Promise<RawSsh> {
  const socket = connect(server.port, server.host);
  t.teardown(() => socket.destroy());
  const messages: Message[] = [];
  const waiting = new Set<() => void>();
  const record = (name: string, args: readonly unknown[]) => {
    messages.push({ name, args });
    for (const wake of waiting) wake();
  };
  const messageHandlers = Object.fromEntries(
    recorded.map((name) => [name, (_transport: unknown, ...args: unknown[]) => record(name, args)]),
  );
  socket.on('error', () => undefined);
  socket.on('close', () => record('CLOSED', []));
  let hostKey = Buffer.alloc(0);
  const transport = await new Promise<Transport>((resolve, reject) => {
    const fresh = new Protocol({
      onWrite: (data: Buffer) => socket.write(data),
      onError: (error: Error) => {
        record('CLOSED', [error]);
        reject(error);
      },
      onHandshakeComplete: () => resolve(fresh),
      hostVerifier: (blob: Buffer, accept: (yes: boolean) => void) => {
        hostKey = Buffer.from(blob);
        accept(true);
      },
      messageHandlers,
    });
    socket.on('connect', () => fresh.start());
    socket.on('data', (data) => fresh.parse(data, 0, data.length));
  });
  return {
    socket,
    hostKeyBlob: () => hostKey,
    sessionId: () => transport._kex.sessionID,
    send(...fields) {
      const payload = Buffer.concat(fields.map(encode));
      // ssh2 takes an answer to an authentication request only when it remembers the request's method.
      if (payload[0] === 50 && typeof fields[3] === 'string') transport._authsQueue.push(fields[3]);
      const { write } = transport._packetRW;
      const packet = write.alloc(payload.length);
      packet.set(payload, write.allocStart);
      sendPacket(transport, write.finalize(packet));
    },
    next: (...names) =>
      new Promise((resolve) => {
        const look = () => {
          const index = messages.findIndex(({ name }) => names.includes(name) || name === 'CLOSED');
          const found = messages[index];
          // Once closed, closed for ever.
          if (found !== undefined && found.name !== 'CLOSED') messages.splice(index, 1);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
  };
}

function encode(field: number | boolean | string | Buffer | Word): Buffer {
  if (typeof field === 'number') return Buffer.from([field]);
  if (typeof field === 'boolean') return Buffer.from([field ? 1 : 0]);
  const bytes = Buffer.alloc(4);
  if (typeof field === 'object' && !Buffer.isBuffer(field)) {
    bytes.writeUInt32BE(field.word);
    return bytes;
  }
  const text = Buffer.from(field);
  bytes.writeUInt32BE(text.length);
  return Buffer.concat([bytes, text]);
}
