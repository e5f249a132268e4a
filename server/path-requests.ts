// Requests on names: STAT, LSTAT, SETSTAT, REMOVE, RENAME, REALPATH (draft-ietf-secsh-filexfer-02 sections 6.5 to 6.11)
// and OpenSSH's posix-rename, lsetstat, statvfs, fstatvfs, limits and expand-path (OpenSSH PROTOCOL section 4).

import type { FileRefusal, SpaceOfVolume } from '../domain/mailbox.ts';
import type { LastLink } from './file-system.ts';
import type { PacketReader } from './packet-reader.ts';
import { okReply, type Reply } from './reply.ts';
import { maxTransferBytes, noSuchHandle, type SessionContext } from './session-context.ts';
import { readAttributes } from './wire-attributes.ts';

/** STAT: uint32 id, string path (section 6.8). */
export async function statPath<Path>(context: SessionContext<Path>, request: PacketReader): Promise<Reply> {
  return stat(context, request, 'followed');
}

/** LSTAT: uint32 id, string path (section 6.8): of a symbolic link, not of what it leads to. */
export async function statLink<Path>(context: SessionContext<Path>, request: PacketReader): Promise<Reply> {
  return stat(context, request, 'itself');
}

async function stat<Path>(
  context: SessionContext<Path>,
  request: PacketReader,
  lastLink: LastLink,
): Promise<Reply> {
  const place = context.files.parsePath(request.bytes());
  if (place.kind === 'refused') return place;
  const { path } = place;
  return context.places.run([context.files.orderOf(path)], async () => {
    const outcome = await context.files.stat(path, lastLink);
    return outcome.kind === 'ok' ? { kind: 'attributes', attributes: outcome.attributes } : outcome;
  });
}

/** SETSTAT: uint32 id, string path, ATTRS attrs (section 6.9). */
export async function setPathAttributes<Path>(
  context: SessionContext<Path>,
  request: PacketReader,
): Promise<Reply> {
  return setAttributes(context, request, 'followed');
}

/** lsetstat@openssh.com: string path, ATTRS attrs (OpenSSH PROTOCOL section 4.7). */
export async function setLinkAttributes<Path>(
  context: SessionContext<Path>,
  request: PacketReader,
): Promise<Reply> {
  return setAttributes(context, request, 'itself');
}

async function setAttributes<Path>(
  context: SessionContext<Path>,
  request: PacketReader,
  lastLink: LastLink,
): Promise<Reply> {
  const place = context.files.parsePath(request.bytes());
  const wanted = readAttributes(request);
  if (place.kind === 'refused') return place;
  const { path } = place;
  return context.places.run(
    [context.files.orderOf(path)],
    async () => (await context.files.setAttributes(path, wanted, lastLink)) ?? okReply,
  );
}

/** REMOVE: uint32 id, string filename (section 6.5). */
export async function removeFile<Path>(context: SessionContext<Path>, request: PacketReader): Promise<Reply> {
  const place = context.files.parsePath(request.bytes());
  if (place.kind === 'refused') return place;
  const { path } = place;
  return context.places.run(
    [context.files.orderOf(path)],
    async () => (await context.files.remove(path)) ?? okReply,
  );
}

/** RENAME: uint32 id, string oldpath, string newpath (section 6.5): refused when the new name is taken. */
export async function renameFile<Path>(context: SessionContext<Path>, request: PacketReader): Promise<Reply> {
  return rename(context, request, false);
}

/** posix-rename@openssh.com: string oldpath, string newpath (OpenSSH PROTOCOL section 4.3): replaces. */
export async function replaceFile<Path>(
  context: SessionContext<Path>,
  request: PacketReader,
): Promise<Reply> {
  return rename(context, request, true);
}

async function rename<Path>(
  context: SessionContext<Path>,
  request: PacketReader,
  overwrite: boolean,
): Promise<Reply> {
  const from = context.files.parsePath(request.bytes());
  const to = context.files.parsePath(request.bytes());
  if (from.kind === 'refused') return from;
  if (to.kind === 'refused') return to;
  const claim = [context.files.orderOf(from.path), context.files.orderOf(to.path)];
  return context.places.run(
    claim,
    async () => (await context.files.rename(from.path, to.path, { overwrite })) ?? okReply,
  );
}

/** REALPATH: uint32 id, string path (section 6.11). */
export async function realPath<Path>(context: SessionContext<Path>, request: PacketReader): Promise<Reply> {
  return answerPath(context, request.bytes());
}

const homesOfOthers: FileRefusal = {
  kind: 'refused',
  reason: 'no-such-file',
  why: 'Only your own folder (~) has a short name here.',
};

/** expand-path@openssh.com: string path (OpenSSH PROTOCOL section 4.9): `~` is where relative paths start. */
export async function expandPath<Path>(context: SessionContext<Path>, request: PacketReader): Promise<Reply> {
  const bytes = request.bytes();
  const [first, second] = bytes;
  if (first !== tilde) return answerPath(context, bytes);
  if (second !== undefined && second !== slash) return homesOfOthers;
  return answerPath(context, bytes.subarray(2));
}

const tilde = 0x7e;
const slash = 0x2f;

async function answerPath<Path>(context: SessionContext<Path>, bytes: Uint8Array): Promise<Reply> {
  const place = context.files.parsePath(bytes);
  if (place.kind === 'refused') return place;
  const outcome = await context.files.realPath(place.path);
  return outcome.kind === 'ok' ? { kind: 'path', path: outcome.text } : outcome;
}

/** statvfs@openssh.com: string path (OpenSSH PROTOCOL section 4.4). */
export async function pathSpace<Path>(context: SessionContext<Path>, request: PacketReader): Promise<Reply> {
  const place = context.files.parsePath(request.bytes());
  return place.kind === 'refused' ? place : spaceReply(await context.files.space(place.path));
}

/** fstatvfs@openssh.com: string handle (OpenSSH PROTOCOL section 4.4). */
export async function handleSpace<Path>(
  context: SessionContext<Path>,
  request: PacketReader,
): Promise<Reply> {
  const handle = context.handles.find(request.bytes());
  return handle === undefined ? noSuchHandle : spaceReply(await context.files.space(handle.path));
}

/** SSH2_FXE_STATVFS_ST_NOSUID (OpenSSH PROTOCOL section 4.4). */
const noSetuid = 2;
const maxNameBytes = 255;

function spaceReply(space: SpaceOfVolume | FileRefusal): Reply {
  if ('kind' in space) return space;
  return {
    kind: 'extended',
    write(writer) {
      const { blockBytes, blocksTotal, blocksFree } = space;
      for (const value of [blockBytes, blockBytes, blocksTotal, blocksFree, blocksFree]) writer.uint64(value);
      // Inodes (total, free, available) and the file system's id are nobody's business.
      for (const value of [0, 0, 0, 0, noSetuid, maxNameBytes]) writer.uint64(value);
    },
  };
}

/** limits@openssh.com: nothing (OpenSSH PROTOCOL section 4.8). */
export async function sessionLimits<Path>(context: SessionContext<Path>): Promise<Reply> {
  const { maxPacketBytes, maxHandlesPerSession } = context.limits;
  const transferBytes = maxTransferBytes(context.limits);
  return {
    kind: 'extended',
    write(writer) {
      writer.uint64(maxPacketBytes).uint64(transferBytes).uint64(transferBytes).uint64(maxHandlesPerSession);
    },
  };
}
