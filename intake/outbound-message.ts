// A text of ours for a partner's mailbox: written, accepted and put out the way of a dispatch, once for its key.

import { createHash } from 'node:crypto';
import type { Actor } from '../domain/audit.ts';
import type { ContentKind } from '../domain/content-kind.ts';
import { type PartnerId, uuidV7 } from '../domain/ids.ts';
import type { Observe } from '../domain/observation.ts';
import type { EntryName } from '../domain/virtual-path.ts';
import type { DataDirectory } from '../storage/data-directory.ts';
import { publishDispatch } from '../storage/dispatch-folder.ts';
import { acceptDispatch, findDispatch, findDispatchBySource } from '../storage/dispatch-store.ts';
import { writeDurably } from '../storage/durable-file.ts';
import type { Database } from '../storage/transaction.ts';
import { tellPublished } from './dispatch-file.ts';

export interface MessageDeps {
  readonly database: Database;
  readonly directory: DataDirectory;
  readonly observe: Observe;
}

export interface OutboundMessage {
  readonly partnerId: PartnerId;
  /** What makes it the same message: with one key it goes out once. */
  readonly key: string;
  readonly name: EntryName;
  /** Who may see it. */
  readonly kind: ContentKind & ('report' | 'message');
  readonly text: string;
  readonly actor: Actor;
}

/**
 * Puts a message into `outbound`. Cut off, it is put there by the next call, or by a gateway that runs.
 * @returns false when it went out before
 */
export async function sendMessage(deps: MessageDeps, message: OutboundMessage): Promise<boolean> {
  const { database, directory } = deps;
  const known = await findDispatchBySource(database, message.key);
  if (known !== undefined && known.state !== 'accepted') return false;
  const id = known?.id ?? (await accept(deps, message));
  const dispatch = id === undefined ? undefined : await findDispatch(database, id);
  if (dispatch === undefined) return false;
  const isDue = dispatch.state === 'accepted';
  const name = isDue ? await publishDispatch({ database, directory }, dispatch) : undefined;
  if (name !== undefined) tellPublished(deps.observe, { ...dispatch, name });
  return true;
}

/** @returns the id of the dispatch that the message is; undefined when someone else has just accepted the same */
async function accept(
  { database, directory }: MessageDeps,
  message: OutboundMessage,
): Promise<string | undefined> {
  const { partnerId, key, name, kind, actor } = message;
  const atMs = database.now();
  const id = uuidV7(atMs, database.randomBytes(10));
  const path = directory.dispatchPath(id, atMs);
  const content = Buffer.from(message.text);
  await writeDurably(directory, { id, to: directory.stored(path), content });
  const sha256 = createHash('sha256').update(content).digest('hex');
  const named = { originalName: name, name, transactions: 'message', kinds: [kind], controlNumber: '' };
  const facts = { sizeBytes: content.length, sha256, path, sourceKey: key, source: 'message' as const };
  const dispatch = { id, partnerId, ...named, ...facts };
  const outcome = await acceptDispatch(database, { dispatch, actor, duplicateWindowMs: 0 });
  return outcome.kind === 'accepted' ? id : undefined;
}
