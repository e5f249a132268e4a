// The replies that a request can have, and their bytes. Every request is answered exactly once, under its own id
// (draft-ietf-secsh-filexfer-02 section 7).

import type { FileRefusal } from '../domain/mailbox.ts';
import type { FolderEntry, NodeAttributes } from './file-system.ts';
import { printLongName } from './long-name.ts';
import { PacketWriter } from './packet-writer.ts';
import { packetType, type StatusCode, statusCode } from './protocol-numbers.ts';
import { statusOfRefusal } from './status-of-refusal.ts';
import { writeAttributes } from './wire-attributes.ts';

export type Reply =
  | FileRefusal
  | { readonly kind: 'ok' }
  | { readonly kind: 'end-of-file' }
  | { readonly kind: 'unsupported'; readonly why: string }
  | { readonly kind: 'handle'; readonly handle: Uint8Array }
  /** `packet` has room for the head, then `sizeBytes` of data (dataHeadBytes). */
  | { readonly kind: 'data'; readonly packet: Buffer; readonly sizeBytes: number }
  | { readonly kind: 'names'; readonly entries: readonly FolderEntry[]; readonly nowMs: number }
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'attributes'; readonly attributes: NodeAttributes }
  | { readonly kind: 'extended'; readonly write: (writer: PacketWriter) => void };

export const okReply: Reply = { kind: 'ok' };

/** uint32 length, byte type, uint32 id, uint32 length of the data. */
export const dataHeadBytes = 13;

/** Attributes of a name without any: a REALPATH reply has dummies (draft section 6.11). */
const noAttributes = 0;

/**
 * @param id the request's id
 * @param reply what to say
 * @returns the whole packet, length field included
 */
export function encodeReply(id: number, reply: Reply): Buffer {
  switch (reply.kind) {
    case 'ok':
      return encodeStatus(id, statusCode.ok, 'OK');
    case 'end-of-file':
      return encodeStatus(id, statusCode.endOfFile, 'End of file');
    case 'refused':
      return encodeStatus(id, statusOfRefusal(reply), reply.why);
    case 'unsupported':
      return encodeStatus(id, statusCode.operationUnsupported, reply.why);
    case 'handle':
      return new PacketWriter(packetType.handle).uint32(id).string(reply.handle).finish();
    case 'data':
      return encodeData(id, reply);
    case 'names':
      return encodeNames(id, reply);
    case 'path':
      return new PacketWriter(packetType.name)
        .uint32(id)
        .uint32(1)
        .string(reply.path)
        .string(reply.path)
        .uint32(noAttributes)
        .finish();
    case 'attributes': {
      const writer = new PacketWriter(packetType.attrs).uint32(id);
      writeAttributes(writer, reply.attributes);
      return writer.finish();
    }
    case 'extended': {
      const writer = new PacketWriter(packetType.extendedReply).uint32(id);
      reply.write(writer);
      return writer.finish();
    }
  }
}

/** Writes STATUS: code, sentence, language (RFC 3066). */
function encodeStatus(id: number, code: StatusCode, message: string): Buffer {
  return new PacketWriter(packetType.status).uint32(id).uint32(code).string(message).string('en').finish();
}

/** Fills in the head in front of bytes that are in place already: the data is not copied again. */
function encodeData(id: number, reply: { readonly packet: Buffer; readonly sizeBytes: number }): Buffer {
  const { packet, sizeBytes } = reply;
  packet.writeUInt32BE(dataHeadBytes - 4 + sizeBytes, 0);
  packet.writeUInt8(packetType.data, 4);
  packet.writeUInt32BE(id, 5);
  packet.writeUInt32BE(sizeBytes, 9);
  return packet.subarray(0, dataHeadBytes + sizeBytes);
}

function encodeNames(
  id: number,
  reply: { readonly entries: readonly FolderEntry[]; readonly nowMs: number },
): Buffer {
  const writer = new PacketWriter(packetType.name).uint32(id).uint32(reply.entries.length);
  for (const entry of reply.entries) {
    writer.string(entry.name).string(printLongName(entry, reply.nowMs));
    writeAttributes(writer, entry.attributes);
  }
  return writer.finish();
}
