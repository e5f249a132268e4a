// Requests on folders: OPENDIR, READDIR, MKDIR and RMDIR (draft-ietf-secsh-filexfer-02 sections 6.6 and 6.7). Entries come from the file system
// one at a time and leave in pages, so a folder of any size costs one page of memory.

import type { FolderEntry } from './file-system.ts';
import { type FolderHandle, newHandleOrder } from './handle-table.ts';
import type { PacketReader } from './packet-reader.ts';
import { okReply, type Reply } from './reply.ts';
import { noSuchHandle, type SessionContext } from './session-context.ts';
import { readAttributes } from './wire-attributes.ts';

/** Draft section 3: clients need not take packets above 34,000 bytes; a page stops well before. */
const pageBytes = 30_000;
/** What an entry costs beside its name, which stands in it twice: lengths, `ls -l` columns, ATTRS. */
const entryOverheadBytes = 104;

/** OPENDIR: uint32 id, string path. */
export async function openFolder<Path>(context: SessionContext<Path>, request: PacketReader): Promise<Reply> {
  const place = context.files.parsePath(request.bytes());
  if (place.kind === 'refused') return place;
  if (!context.handles.reserve()) {
    return { kind: 'refused', reason: 'failure', why: 'Too many folders are open in this session.' };
  }
  const { path } = place;
  return context.places.run([context.files.orderOf(path)], async () => {
    let handle: FolderHandle<Path> | undefined;
    try {
      const outcome = await context.files.list(path);
      if (outcome.kind === 'refused') return outcome;
      handle = {
        kind: 'folder',
        path,
        entries: outcome.entries[Symbol.asyncIterator](),
        order: newHandleOrder(),
        openedAtMs: context.now(),
        finished: false,
      };
    } finally {
      if (handle === undefined) context.handles.release();
    }
    return { kind: 'handle', handle: context.handles.add(handle) };
  });
}

/** READDIR: uint32 id, string handle. */
export async function readFolder<Path>(context: SessionContext<Path>, request: PacketReader): Promise<Reply> {
  const handle = context.handles.find(request.bytes());
  if (handle === undefined || handle.kind !== 'folder') return noSuchHandle;
  return handle.order.run({ kind: 'whole' }, async () => {
    const entries = await nextPage(handle, context.limits.namesPerReply);
    if (entries.length === 0) return { kind: 'end-of-file' };
    return { kind: 'names', entries, nowMs: context.now() };
  });
}

async function nextPage<Path>(handle: FolderHandle<Path>, maxEntries: number): Promise<FolderEntry[]> {
  const page: FolderEntry[] = [];
  let bytes = 0;
  while (!handle.finished && page.length < maxEntries && bytes < pageBytes) {
    const step = await handle.entries.next();
    if (step.done === true) {
      handle.finished = true;
      break;
    }
    page.push(step.value);
    bytes += entryOverheadBytes + 2 * Buffer.byteLength(step.value.name);
  }
  return page;
}

/** MKDIR: uint32 id, string path, ATTRS attrs (section 6.6). */
export async function makeFolder<Path>(context: SessionContext<Path>, request: PacketReader): Promise<Reply> {
  const place = context.files.parsePath(request.bytes());
  const { permissions } = readAttributes(request);
  if (place.kind === 'refused') return place;
  const { path } = place;
  return context.places.run(
    [context.files.orderOf(path)],
    async () => (await context.files.makeFolder(path, permissions)) ?? okReply,
  );
}

/** RMDIR: uint32 id, string path (section 6.6). */
export async function removeFolder<Path>(
  context: SessionContext<Path>,
  request: PacketReader,
): Promise<Reply> {
  const place = context.files.parsePath(request.bytes());
  if (place.kind === 'refused') return place;
  const { path } = place;
  return context.places.run(
    [context.files.orderOf(path)],
    async () => (await context.files.removeFolder(path)) ?? okReply,
  );
}
