// Requests on files: OPEN, CLOSE, READ, WRITE, FSTAT, FSETSTAT (draft-ietf-secsh-filexfer-02 sections 6.3 to 6.9) and
// fsync@openssh.com (OpenSSH PROTOCOL section 4.6). READ and WRITE of one handle run side by side unless their ranges
// meet; the others wait for everything before them on the handle.

import type { FileRefusal } from '../domain/mailbox.ts';
import type { AttributeChanges, SessionOpenOptions, SessionWritableFile } from './file-system.ts';
import { newHandleOrder, type OpenHandle, type ReadHandle, type WriteHandle } from './handle-table.ts';
import type { PacketReader } from './packet-reader.ts';
import { openFlag } from './protocol-numbers.ts';
import { dataHeadBytes, okReply, type Reply } from './reply.ts';
import {
  maxTransferBytes,
  noSuchHandle,
  observeTransfer,
  type SessionContext,
  sessionIsOver,
} from './session-context.ts';
import { readAttributes } from './wire-attributes.ts';

const tooManyHandles: FileRefusal = {
  kind: 'refused',
  reason: 'failure',
  why: 'Too many files are open in this session; close some first.',
};
const notForReading: FileRefusal = {
  kind: 'refused',
  reason: 'permission-denied',
  why: 'This file was not opened for reading.',
};
const notForWriting: FileRefusal = {
  kind: 'refused',
  reason: 'permission-denied',
  why: 'This file was not opened for writing.',
};
const readOnlySession: FileRefusal = {
  kind: 'refused',
  reason: 'permission-denied',
  why: 'This session may read but not write.',
};
const noAccessAsked: FileRefusal = {
  kind: 'refused',
  reason: 'failure',
  why: 'A file is opened for reading, for writing, or for both.',
};
/** Beyond this an offset plus a length is not exact any more (PacketReader.uint64). */
const maxOffsetBytes = 2 ** 52;
const offsetTooLarge: FileRefusal = {
  kind: 'refused',
  reason: 'failure',
  why: 'No file is as large as this offset.',
};

/** OPEN: uint32 id, string filename, uint32 pflags, ATTRS attrs (section 6.3). */
export async function openFile<Path>(context: SessionContext<Path>, request: PacketReader): Promise<Reply> {
  const place = context.files.parsePath(request.bytes());
  const flags = request.uint32();
  const { permissions } = readAttributes(request);
  if (place.kind === 'refused') return place;
  const writes = (flags & openFlag.write) !== 0;
  if (!writes && (flags & openFlag.read) === 0) return noAccessAsked;
  if (writes && context.readOnly) return readOnlySession;
  if (!context.handles.reserve()) return tooManyHandles;
  const { path } = place;
  return context.places.run([context.files.orderOf(path)], async () => {
    let opened: OpenHandle<Path> | FileRefusal | undefined;
    try {
      opened = writes
        ? await openForWrite(context, path, { flags, permissions })
        : await openForRead(context, path);
    } finally {
      if (opened === undefined || opened.kind === 'refused') context.handles.release();
    }
    if (opened.kind === 'refused') return opened;
    return { kind: 'handle', handle: context.handles.add(opened) };
  });
}

async function openForRead<Path>(
  context: SessionContext<Path>,
  path: Path,
): Promise<ReadHandle<Path> | FileRefusal> {
  const outcome = await context.files.openForRead(path);
  if (outcome.kind === 'refused') return outcome;
  return {
    kind: 'read',
    path,
    file: outcome.file,
    order: newHandleOrder(),
    openedAtMs: context.now(),
    bytesRead: 0,
  };
}

async function openForWrite<Path>(
  context: SessionContext<Path>,
  path: Path,
  asked: { readonly flags: number; readonly permissions: number | undefined },
): Promise<WriteHandle<Path> | FileRefusal> {
  const { flags, permissions } = asked;
  const create = (flags & openFlag.create) !== 0;
  const options: SessionOpenOptions = {
    read: (flags & openFlag.read) !== 0,
    create,
    truncate: (flags & openFlag.truncate) !== 0,
    // Without CREAT there is nothing that EXCL could ask for (section 6.3).
    exclusive: create && (flags & openFlag.exclusive) !== 0,
    permissions,
  };
  const outcome = await context.files.openForWrite(path, options);
  if (outcome.kind === 'refused') return outcome;
  const { file } = outcome;
  const appendAtBytes = (flags & openFlag.append) === 0 ? undefined : await sizeOf(file);
  return {
    kind: 'write',
    path,
    file,
    mayRead: options.read,
    appendAtBytes,
    order: newHandleOrder(),
    openedAtMs: context.now(),
    bytesWritten: 0,
  };
}

/** The size of a file that was just opened; when even that fails, nobody will close it. */
async function sizeOf(file: SessionWritableFile): Promise<number> {
  try {
    return (await file.attributes()).sizeBytes;
  } catch (thrown) {
    await file.abandon();
    throw thrown;
  }
}

/** CLOSE: uint32 id, string handle (section 6.3). OK is said only when an upload is durable (invariant I2). */
export async function closeHandle<Path>(
  context: SessionContext<Path>,
  request: PacketReader,
): Promise<Reply> {
  const handle = context.handles.take(request.bytes());
  if (handle === undefined) return noSuchHandle;
  return context.places.run([context.files.orderOf(handle.path)], () =>
    handle.order.run({ kind: 'whole' }, () => finishHandle(context, handle)),
  );
}

async function finishHandle<Path>(context: SessionContext<Path>, handle: OpenHandle<Path>): Promise<Reply> {
  if (context.isOver()) {
    await letGo(context, handle);
    return sessionIsOver;
  }
  switch (handle.kind) {
    case 'folder':
      await handle.entries.return?.();
      return okReply;
    case 'read':
      await handle.file.close();
      observeTransfer(context, handle, 'complete');
      return okReply;
    case 'write': {
      let refusal: FileRefusal | undefined;
      try {
        refusal = await handle.file.close();
      } catch (thrown) {
        observeTransfer(context, handle, 'refused');
        await handle.file.abandon();
        throw thrown;
      }
      observeTransfer(context, handle, refusal === undefined ? 'complete' : 'refused');
      return refusal ?? okReply;
    }
  }
}

/** Ends a handle that the client did not close: what was uploaded stays interrupted (invariant I1). */
export async function letGo<Path>(context: SessionContext<Path>, handle: OpenHandle<Path>): Promise<void> {
  switch (handle.kind) {
    case 'folder':
      await handle.entries.return?.();
      break;
    case 'read':
      await handle.file.close();
      break;
    case 'write':
      await handle.file.abandon();
      break;
  }
  observeTransfer(context, handle, 'interrupted');
}

/** READ: uint32 id, string handle, uint64 offset, uint32 length (section 6.4). */
export async function readFile<Path>(context: SessionContext<Path>, request: PacketReader): Promise<Reply> {
  const handle = context.handles.find(request.bytes());
  const fromBytes = request.uint64();
  const length = Math.min(request.uint32(), maxTransferBytes(context.limits));
  if (handle === undefined || handle.kind === 'folder') return noSuchHandle;
  if (handle.kind === 'write' && !handle.mayRead) return notForReading;
  if (fromBytes > maxOffsetBytes) return { kind: 'end-of-file' };
  const { file } = handle;
  const claim = { kind: 'range', fromBytes, toBytes: fromBytes + length, writes: false } as const;
  return handle.order.run(claim, async () => {
    const packet = context.pool.take(dataHeadBytes + length);
    const sizeBytes = await file.read(packet.subarray(dataHeadBytes), fromBytes);
    if (sizeBytes === 0 && length > 0) return { kind: 'end-of-file' };
    if (handle.kind === 'read') handle.bytesRead += sizeBytes;
    return { kind: 'data', packet, sizeBytes };
  });
}

/** WRITE: uint32 id, string handle, uint64 offset, string data (section 6.4). */
export async function writeFile<Path>(context: SessionContext<Path>, request: PacketReader): Promise<Reply> {
  const handle = context.handles.find(request.bytes());
  const offsetBytes = request.uint64();
  const data = request.bytes();
  if (handle === undefined || handle.kind === 'folder') return noSuchHandle;
  if (handle.kind === 'read') return notForWriting;
  if (offsetBytes > maxOffsetBytes) return offsetTooLarge;
  if (data.length === 0) return okReply;
  const fromBytes = handle.appendAtBytes ?? offsetBytes;
  const toBytes = fromBytes + data.length;
  if (handle.appendAtBytes !== undefined) handle.appendAtBytes = toBytes;
  return handle.order.run({ kind: 'range', fromBytes, toBytes, writes: true }, async () => {
    const refusal = await handle.file.write(data, fromBytes);
    if (refusal !== undefined) return refusal;
    handle.bytesWritten += data.length;
    return okReply;
  });
}

/** FSTAT: uint32 id, string handle (section 6.8). */
export async function statHandle<Path>(context: SessionContext<Path>, request: PacketReader): Promise<Reply> {
  const handle = context.handles.find(request.bytes());
  if (handle === undefined) return noSuchHandle;
  if (handle.kind === 'folder') return context.files.stat(handle.path, 'followed').then(attributesOf);
  const { file } = handle;
  return handle.order.run({ kind: 'whole' }, async () => ({
    kind: 'attributes',
    attributes: await file.attributes(),
  }));
}

function attributesOf(outcome: Awaited<ReturnType<SessionContext<unknown>['files']['stat']>>): Reply {
  return outcome.kind === 'ok' ? { kind: 'attributes', attributes: outcome.attributes } : outcome;
}

/** FSETSTAT: uint32 id, string handle, ATTRS attrs (section 6.9). */
export async function setHandleAttributes<Path>(
  context: SessionContext<Path>,
  request: PacketReader,
): Promise<Reply> {
  const handle = context.handles.find(request.bytes());
  const wanted = readAttributes(request);
  if (handle === undefined) return noSuchHandle;
  if (handle.kind === 'write')
    return handle.order.run({ kind: 'whole' }, () => applyToOpenFile(handle, wanted));
  if (wanted.sizeBytes !== undefined) return notForWriting;
  if (handle.kind === 'folder') return setFolderAttributes(context, handle.path, wanted);
  return handle.order.run(
    { kind: 'whole' },
    async () => (await handle.file.setAttributes?.(wanted)) ?? okReply,
  );
}

async function applyToOpenFile<Path>(handle: WriteHandle<Path>, wanted: AttributeChanges): Promise<Reply> {
  const refusal = await handle.file.setAttributes(wanted);
  if (refusal !== undefined) return refusal;
  if (handle.appendAtBytes !== undefined) handle.appendAtBytes = wanted.sizeBytes ?? handle.appendAtBytes;
  return okReply;
}

async function setFolderAttributes<Path>(
  context: SessionContext<Path>,
  path: Path,
  wanted: AttributeChanges,
): Promise<Reply> {
  return context.places.run(
    [context.files.orderOf(path)],
    async () => (await context.files.setAttributes(path, wanted, 'followed')) ?? okReply,
  );
}

/** fsync@openssh.com: string handle (OpenSSH PROTOCOL section 4.6). */
export async function syncHandle<Path>(context: SessionContext<Path>, request: PacketReader): Promise<Reply> {
  const handle = context.handles.find(request.bytes());
  if (handle === undefined || handle.kind === 'folder') return noSuchHandle;
  if (handle.kind === 'read') return okReply;
  return handle.order.run({ kind: 'whole' }, async () => {
    await handle.file.sync();
    return okReply;
  });
}
