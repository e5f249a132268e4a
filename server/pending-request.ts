// A request between its packet and its reply: which row of the table it is, what it holds, and what it named.

import { PacketReader } from './packet-reader.ts';
import { packetType } from './protocol-numbers.ts';
import { type RequestRow, rowOfExtension, rowOfType } from './requests.ts';
import { maxTransferBytes, type SessionContext, type SessionLimits } from './session-context.ts';

export type Work = Pick<RequestRow, 'request' | 'writes' | 'names' | 'handle'>;

export interface Pending {
  readonly id: number;
  /** What it takes of the bytes in flight. */
  readonly costBytes: number;
  readonly work: Work;
  readonly packet: Buffer;
}

/** Extensions that are known have shorter names. */
const maxExtensionBytes = 64;

/**
 * Finds the row of a request. Of an extension the name is read as well.
 * @param request standing after the id
 * @throws MalformedPacket when there is no name
 */
export function workOf(type: number, request: PacketReader): Work {
  if (type !== packetType.extended) return rowOfType.get(type) ?? unknownRequest(`type ${type}`);
  const name = request.bytes().subarray(0, maxExtensionBytes).toString('latin1');
  return rowOfExtension.get(name) ?? unknownRequest('extension');
}

function unknownRequest(what: string): Work {
  return {
    request: what,
    writes: false,
    names: 'nothing',
    handle: async () => ({ kind: 'unsupported', why: 'This request is not supported.' }),
  };
}

/** What the reply of a READ will hold, known from its last field; other replies are small. */
export function replyBytes(type: number, packet: Buffer, limits: SessionLimits): number {
  if (type !== packetType.read || packet.length < 4) return 0;
  return Math.min(packet.readUInt32BE(packet.length - 4), maxTransferBytes(limits));
}

/** The path that a request named, canonical; empty when it named none that can be read. */
export function pathOf<Path>(context: SessionContext<Path>, { work, packet }: Pending): string {
  if (work.names === 'nothing') return '';
  try {
    const reader = new PacketReader(packet);
    const isExtension = reader.byte() === packetType.extended;
    reader.skip(4);
    if (isExtension) reader.bytes();
    if (work.names === 'second-path') reader.bytes();
    const named = reader.bytes();
    if (work.names === 'handle') {
      const handle = context.handles.find(named);
      return handle === undefined ? '' : context.files.printPath(handle.path);
    }
    const place = context.files.parsePath(named);
    return place.kind === 'ok' ? context.files.printPath(place.path) : '';
  } catch {
    return '';
  }
}
