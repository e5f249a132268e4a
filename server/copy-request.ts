// copy-data (draft-ietf-secsh-filexfer-extensions-00 section 7, as OpenSSH's client speaks it for `cp`): bytes of one
// open file into another without a way over the wire.

import type { FileRefusal } from '../domain/mailbox.ts';
import type { OpenHandle, WriteHandle } from './handle-table.ts';
import type { PacketReader } from './packet-reader.ts';
import { okReply, type Reply } from './reply.ts';
import { noSuchHandle, type SessionContext, sessionIsOver } from './session-context.ts';

/** What is held in memory at once, in bytes. */
const blockBytes = 256 * 1024;
const maxCopyBytes = 2 ** 52;

const notForCopying: FileRefusal = {
  kind: 'refused',
  reason: 'failure',
  why: 'Bytes are copied from a file that is open for reading into another that is open for writing.',
};

interface Copy {
  readonly fromOffset: number;
  readonly toOffset: number;
  readonly endOffset: number;
}

/**
 * copy-data: string read-from-handle, uint64 read-from-offset, uint64 read-data-length (0: to the end), string
 * write-to-handle, uint64 write-to-offset.
 */
export async function copyData<Path>(context: SessionContext<Path>, request: PacketReader): Promise<Reply> {
  if (!context.files.extensions.has('copy-data'))
    return { kind: 'unsupported', why: 'This request is not supported.' };
  const from = context.handles.find(request.bytes());
  const fromOffset = request.uint64();
  const length = request.uint64();
  const to = context.handles.find(request.bytes());
  const toOffset = request.uint64();
  if (from === undefined || to === undefined) return noSuchHandle;
  // One handle would wait for itself; OpenSSH refuses it too.
  if (from === to || !isReadable(from) || to.kind !== 'write') return notForCopying;
  const endOffset = length === 0 ? maxCopyBytes : fromOffset + length;
  // Both places are taken at once: OPEN, CLOSE and the like wait, and so do two copies that cross.
  return context.places.run([context.files.orderOf(from.path), context.files.orderOf(to.path)], () =>
    from.order.run({ kind: 'whole' }, () =>
      to.order.run({ kind: 'whole' }, () => copy(context, { from, to }, { fromOffset, toOffset, endOffset })),
    ),
  );
}

type Readable<Path> = Exclude<OpenHandle<Path>, { readonly kind: 'folder' }>;

function isReadable<Path>(handle: OpenHandle<Path>): handle is Readable<Path> {
  return handle.kind === 'read' || (handle.kind === 'write' && handle.mayRead);
}

async function copy<Path>(
  context: SessionContext<Path>,
  { from, to }: { readonly from: Readable<Path>; readonly to: WriteHandle<Path> },
  { fromOffset, toOffset, endOffset }: Copy,
): Promise<Reply> {
  const block = Buffer.allocUnsafe(blockBytes);
  for (let at = fromOffset; at < endOffset; ) {
    if (context.isOver()) return sessionIsOver;
    const wanted = block.subarray(0, Math.min(blockBytes, endOffset - at));
    const count = await from.file.read(wanted, at);
    if (count === 0) break;
    const target = to.appendAtBytes ?? toOffset + (at - fromOffset);
    const refusal = await to.file.write(block.subarray(0, count), target);
    if (refusal !== undefined) return refusal;
    if (to.appendAtBytes !== undefined) to.appendAtBytes += count;
    to.bytesWritten += count;
    at += count;
  }
  return okReply;
}
