// ATTRS, as they travel (draft-ietf-secsh-filexfer-02 section 5), to and from the attributes of file-system.ts.

import type { AttributeChanges, NodeAttributes } from './file-system.ts';
import { MalformedPacket } from './malformed-packet.ts';
import type { PacketReader } from './packet-reader.ts';
import type { PacketWriter } from './packet-writer.ts';
import { attributeFlag, fileTypeBits } from './protocol-numbers.ts';

/** Pairs of extended attributes that are read past; nobody sends more, and each costs a loop. */
const maxExtendedPairs = 64;

/**
 * Reads ATTRS, as a client asks for them in OPEN, SETSTAT, FSETSTAT and MKDIR. Only what it named is there.
 * @throws MalformedPacket when the packet ends before it
 */
export function readAttributes(reader: PacketReader): AttributeChanges {
  const flags = reader.uint32();
  const has = (flag: number) => (flags & flag) !== 0;
  const size = has(attributeFlag.size) ? { sizeBytes: reader.uint64() } : {};
  const owner = has(attributeFlag.owner)
    ? { owner: { userId: reader.uint32(), groupId: reader.uint32() } }
    : {};
  const permissions = has(attributeFlag.permissions) ? { permissions: reader.uint32() & 0o7777 } : {};
  const times = has(attributeFlag.times)
    ? { accessedAtMs: reader.uint32() * 1000, modifiedAtMs: reader.uint32() * 1000 }
    : {};
  if (has(attributeFlag.extended)) skipExtended(reader);
  return { ...size, ...owner, ...permissions, ...times };
}

function skipExtended(reader: PacketReader): void {
  const pairs = reader.uint32();
  if (pairs > maxExtendedPairs) throw new MalformedPacket('There are too many extended attributes.');
  for (let index = 0; index < pairs * 2; index += 1) reader.bytes();
}

/** Writes ATTRS. Owner and group are left out where there are no accounts of the operating system to show. */
export function writeAttributes(writer: PacketWriter, attributes: NodeAttributes): void {
  const { owner } = attributes;
  const always = attributeFlag.size | attributeFlag.permissions | attributeFlag.times;
  writer.uint32(owner === undefined ? always : always | attributeFlag.owner).uint64(attributes.sizeBytes);
  if (owner !== undefined) writer.uint32(owner.userId).uint32(owner.groupId);
  writer
    .uint32(fileTypeBits[attributes.kind] | (attributes.permissions & 0o7777))
    .uint32(wireSeconds(attributes.accessedAtMs))
    .uint32(wireSeconds(attributes.modifiedAtMs));
}

/** Version 3 has unsigned 32-bit seconds, which end in 2106. */
function wireSeconds(milliseconds: number): number {
  return Math.min(0xffffffff, Math.max(0, Math.floor(milliseconds / 1000)));
}
