// A file that another program put straight into a mailbox's `outbound/`: the partner sees it already, so it is neither
// moved nor judged. It is put on record, so that lists show it and its collection is known.

import { constants } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import { uuidV7 } from '../domain/ids.ts';
import type { Observe } from '../domain/observation.ts';
import type { DataDirectory } from '../storage/data-directory.ts';
import { lookAtSource, sourceKeyOf } from '../storage/dispatch-folder.ts';
import { adoptDispatch, findDispatchBySource } from '../storage/dispatch-store.ts';
import { lookInto } from '../storage/outbound-content.ts';
import { inodeOf, readOutboundFiles } from '../storage/outbound-file-store.ts';
import type { Database } from '../storage/transaction.ts';
import { hashFile } from '../storage/upload.ts';
import { tellPublished } from './dispatch-file.ts';
import type { DroppedFile } from './watch-folder.ts';

export interface AdoptOutboundDeps {
  readonly database: Database;
  readonly directory: DataDirectory;
  readonly observe: Observe;
}

/** Puts one file of `outbound` on record, unless it is there already or changes meanwhile. */
export async function adoptOutbound(
  deps: AdoptOutboundDeps,
  { partnerId, name }: DroppedFile,
): Promise<void> {
  const { database, directory } = deps;
  const path = directory.entry(partnerId, 'outbound', name);
  const seen = await lookAtSource(path);
  if (seen === undefined || seen.nlink > 1n) return;
  const sourceKey = `outbound:${sourceKeyOf(seen)}`;
  if ((await findDispatchBySource(database, sourceKey)) !== undefined) return;
  const stats = await lstat(path);
  const inode = inodeOf(stats);
  const known = (await readOutboundFiles(database, { partnerId, name })).get(name);
  if (known?.inode === inode && known.kinds.length > 0) return;
  const kinds = await lookInto(new Map(), path, stats);
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  const sha256 = await hashFile(handle).finally(() => handle.close());
  const after = await lookAtSource(path);
  if (after === undefined || `outbound:${sourceKeyOf(after)}` !== sourceKey) return;
  const dispatch = {
    id: uuidV7(database.now(), database.randomBytes(10)),
    partnerId,
    source: 'adopted',
    originalName: name,
    name,
    transactions: kinds.length === 0 ? 'file' : kinds.join(' '),
    kinds,
    controlNumber: '',
    sha256,
    sizeBytes: stats.size,
    path: undefined,
    sourceKey,
  } as const;
  if (!(await adoptDispatch(database, { dispatch, name, inode }))) return;
  tellPublished(deps.observe, {
    ...dispatch,
    state: 'published',
    reason: undefined,
    report: undefined,
    dispatchedAtMs: database.now(),
  });
}
