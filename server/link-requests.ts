// Requests on links: READLINK and SYMLINK (draft-ietf-secsh-filexfer-02 section 6.10) and hardlink@openssh.com (OpenSSH
// PROTOCOL section 4.5).

import type { PacketReader } from './packet-reader.ts';
import { okReply, type Reply } from './reply.ts';
import type { SessionContext } from './session-context.ts';

/** READLINK: uint32 id, string path. */
export async function readLink<Path>(context: SessionContext<Path>, request: PacketReader): Promise<Reply> {
  const place = context.files.parsePath(request.bytes());
  if (place.kind === 'refused') return place;
  const { path } = place;
  return context.places.run([context.files.orderOf(path)], async () => {
    const outcome = await context.files.readLink(path);
    return outcome.kind === 'ok' ? { kind: 'path', path: outcome.text } : outcome;
  });
}

/**
 * SYMLINK: uint32 id, string targetpath, string linkpath. The draft has them the other way round; OpenSSH mixed them up
 * (PROTOCOL section 3.1), and every client of note followed it.
 */
export async function makeLink<Path>(context: SessionContext<Path>, request: PacketReader): Promise<Reply> {
  const target = request.bytes();
  const place = context.files.parsePath(request.bytes());
  if (place.kind === 'refused') return place;
  const { path } = place;
  return context.places.run(
    [context.files.orderOf(path)],
    async () => (await context.files.makeLink(path, target)) ?? okReply,
  );
}

/** hardlink@openssh.com: string oldpath, string newpath. */
export async function linkFile<Path>(context: SessionContext<Path>, request: PacketReader): Promise<Reply> {
  const from = context.files.parsePath(request.bytes());
  const to = context.files.parsePath(request.bytes());
  if (from.kind === 'refused') return from;
  if (to.kind === 'refused') return to;
  return context.places.run(
    [context.files.orderOf(from.path), context.files.orderOf(to.path)],
    async () => (await context.files.linkFile(from.path, to.path)) ?? okReply,
  );
}
