// What the handler of a request has at hand: the session as seen from inside.

import type { FileRefusal } from '../domain/mailbox.ts';
import type { BufferPool } from './buffer-pool.ts';
import type { SftpFileSystem } from './file-system.ts';
import type { HandleTable, OpenHandle } from './handle-table.ts';
import type { Reply } from './reply.ts';
import type { PlaceClaim, RequestOrder } from './request-order.ts';
import type { SftpServerSettings } from './settings.ts';

export type SessionLimits = Pick<
  SftpServerSettings,
  | 'maxHandlesPerSession'
  | 'maxRequestsInFlight'
  | 'bytesInFlightPerSession'
  | 'maxOutputBytes'
  | 'maxPacketBytes'
  | 'namesPerReply'
>;

/** What a session tells of itself; the connection adds who and from where. */
export interface SessionObserver {
  refused(refusal: { readonly request: string; readonly path: string; readonly reason: string }): void;
  transferred(transfer: {
    readonly direction: 'upload' | 'download';
    readonly path: string;
    readonly bytes: number;
    readonly durationMs: number;
    readonly outcome: 'complete' | 'interrupted' | 'refused';
  }): void;
  protocolError(message: string): void;
  fault(where: string, thrown: unknown): void;
}

export interface SessionContext<Path> {
  readonly files: SftpFileSystem<Path>;
  readonly handles: HandleTable<Path>;
  /** Where the buffers of DATA replies come from; the session gives them back when they have left. */
  readonly pool: Pick<BufferPool, 'take'>;
  readonly places: RequestOrder<PlaceClaim>;
  readonly limits: SessionLimits;
  readonly readOnly: boolean;
  readonly observer: SessionObserver;
  readonly now: () => number;
  /** Whether the connection was cut or ended: nothing more may be published. */
  readonly isOver: () => boolean;
}

/** How every handler looks: it takes its place in the order before it awaits anything. */
export type RequestHandler = <Path>(
  context: SessionContext<Path>,
  request: import('./packet-reader.ts').PacketReader,
) => Promise<Reply>;

export const noSuchHandle: FileRefusal = {
  kind: 'refused',
  reason: 'failure',
  why: 'This handle is not open.',
};

export const sessionIsOver: FileRefusal = {
  kind: 'refused',
  reason: 'failure',
  why: 'The session has ended.',
};

/** Reads the bytes that may follow a READ or a NAME: what is left of a packet beside the reply's own head. */
export function maxTransferBytes(limits: SessionLimits): number {
  // As OpenSSH's sftp-server: SFTP_MAX_MSG_LENGTH - 1024.
  return limits.maxPacketBytes - 1024;
}

/** Says what became of a transfer. Folders are not transfers. */
export function observeTransfer<Path>(
  context: SessionContext<Path>,
  handle: OpenHandle<Path>,
  outcome: 'complete' | 'interrupted' | 'refused',
): void {
  if (handle.kind === 'folder') return;
  context.observer.transferred({
    direction: handle.kind === 'read' ? 'download' : 'upload',
    path: context.files.printPath(handle.path),
    bytes: handle.kind === 'read' ? handle.bytesRead : handle.bytesWritten,
    durationMs: Math.max(0, context.now() - handle.openedAtMs),
    outcome,
  });
}
