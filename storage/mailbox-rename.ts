// Renaming within `inbound`. For an upload that was held under a temporary name, getting its final name is what
// finishes it; for everything else a rename changes a name and nothing more.

import { link, lstat, open, rename, unlink } from 'node:fs/promises';
import type { FileRefusal } from '../domain/mailbox.ts';
import { isTemporaryName, type VirtualPath } from '../domain/virtual-path.ts';
import { syncFolder } from './data-directory.ts';
import { noSuchFile, refusalOf, refuse, unlessMissing } from './disk-fault.ts';
import { mayDigestLate } from './late-digests.ts';
import {
  dropUpload,
  findEntry,
  findOwnUpload,
  type MailboxDeps,
  type MailboxOwner,
  whyNotReplaceable,
  whyNotWritable,
} from './mailbox-entry.ts';
import { type Published, publishUpload } from './publish-upload.ts';
import type { UnfinishedUpload } from './unfinished-uploads.ts';
import { hashFile } from './upload.ts';
import { renameHeldUpload } from './upload-journal.ts';
import { askUploadTerms } from './upload-terms.ts';

type EntryPath = VirtualPath & { readonly kind: 'entry' };

/** @see Mailbox.rename */
export async function renameEntry(
  deps: MailboxDeps,
  owner: MailboxOwner,
  input: { readonly from: VirtualPath; readonly to: VirtualPath; readonly overwrite: boolean },
): Promise<FileRefusal | undefined> {
  const { from, to, overwrite } = input;
  const refused = whyNotMovable(from) ?? whyNotWritable(to);
  if (refused !== undefined || from.kind !== 'entry' || to.kind !== 'entry') return refused ?? noSuchFile;
  const replaced = from.name === to.name ? undefined : await findOwnUpload(deps, owner, to);
  const taken = from.name === to.name ? undefined : await whyTaken(deps, owner, { to, replaced, overwrite });
  if (taken !== undefined) return taken;
  try {
    const failed = await moveEntry(deps, owner, { from, to, overwrite });
    if (failed === undefined && replaced !== undefined) {
      await deps.openUploads.get(replaced.id)?.fence();
      await dropUpload(deps, replaced, 'overwritten by a rename');
    }
    return failed;
  } catch (thrown) {
    return refusalOf(thrown);
  }
}

function whyNotMovable(from: VirtualPath): FileRefusal | undefined {
  if (from.kind === 'nowhere') return noSuchFile;
  if (from.kind !== 'entry') return refuse('permission-denied', 'The folders of a mailbox keep their names.');
  return from.folder === 'inbound'
    ? undefined
    : refuse('permission-denied', 'Files in /outbound keep their names.');
}

async function whyTaken(
  deps: MailboxDeps,
  owner: MailboxOwner,
  input: {
    readonly to: EntryPath;
    readonly replaced: UnfinishedUpload | undefined;
    readonly overwrite: boolean;
  },
): Promise<FileRefusal | undefined> {
  const place = deps.directory.entry(owner.partnerId, 'inbound', input.to.name);
  const there = await unlessMissing(() => lstat(place), undefined);
  const { name } = input.to;
  const taken =
    there === undefined ? undefined : await whyNotReplaceable(deps, owner, { name, stats: there });
  if (taken !== undefined) return taken;
  return !input.overwrite && (there !== undefined || input.replaced !== undefined)
    ? refuse('already-exists', 'There is a file of that name already.')
    : undefined;
}

async function moveEntry(
  deps: MailboxDeps,
  owner: MailboxOwner,
  input: { readonly from: EntryPath; readonly to: EntryPath; readonly overwrite: boolean },
): Promise<FileRefusal | undefined> {
  const upload = await findOwnUpload(deps, owner, input.from);
  return upload === undefined
    ? renameFinished(deps, owner, input)
    : renameUpload(deps, owner, upload, input.to);
}

async function renameUpload(
  deps: MailboxDeps,
  owner: MailboxOwner,
  upload: UnfinishedUpload,
  to: EntryPath,
): Promise<FileRefusal | undefined> {
  switch (upload.state) {
    case 'receiving':
      return refuse('failure', 'The file is still being uploaded. Close it before you rename it.');
    case 'interrupted':
      // Renaming is how clients say that a file is whole, and this one is not (invariant I1).
      return refuse('failure', 'The upload was cut off before its end. Resume it or send it again.');
    case 'held':
      if (isTemporaryName(to.name)) {
        await renameHeldUpload(deps.database, { id: upload.id, name: to.name });
        return undefined;
      }
      return (await whyUnfit(deps, owner, to)) ?? publishHeld(deps, owner, upload, to);
  }
}

/** The final name must be one that is agreed on; until then the upload stays held. */
async function whyUnfit(
  deps: MailboxDeps,
  owner: MailboxOwner,
  to: EntryPath,
): Promise<FileRefusal | undefined> {
  const { partnerId } = owner;
  const terms = await askUploadTerms(deps, { partnerId, name: to.name, isNew: false });
  return terms.kind === 'refused' ? terms : undefined;
}

async function publishHeld(
  deps: MailboxDeps,
  owner: MailboxOwner,
  upload: UnfinishedUpload,
  to: EntryPath,
): Promise<FileRefusal | undefined> {
  const handle = await open(deps.directory.staged(upload.id), 'r');
  const { partnerId, userId, source } = owner;
  const { sha256, sizeBytes: heldBytes } = upload;
  const isLate = sha256 === undefined && mayDigestLate({ source, gate: deps.gate, sizeBytes: heldBytes });
  const hash = isLate ? undefined : async () => sha256 ?? hashFile(handle);
  let published: Published;
  try {
    const what = { id: upload.id, handle, writer: undefined, name: to.name, hash };
    published = await publishUpload(deps, { ...what, partnerId, userId, source });
  } finally {
    await handle.close();
  }
  if (published === undefined)
    return refuse('failure', 'The file was taken up by another connection of yours.');
  const { sizeBytes, refusal } = published;
  if (refusal !== undefined) return refuse('permission-denied', refusal.why);
  deps.observe({
    kind: 'transmission.received',
    transmissionId: upload.id,
    partnerId,
    name: to.name,
    sizeBytes,
    source,
  });
  return undefined;
}

async function renameFinished(
  deps: MailboxDeps,
  owner: MailboxOwner,
  input: { readonly from: EntryPath; readonly to: EntryPath; readonly overwrite: boolean },
): Promise<FileRefusal | undefined> {
  const { from, to } = input;
  const source = deps.directory.entry(owner.partnerId, 'inbound', from.name);
  const target = deps.directory.entry(owner.partnerId, 'inbound', to.name);
  if ((await findEntry(deps, owner, from)) === undefined) return noSuchFile;
  if (from.name === to.name) return undefined;
  if (input.overwrite) {
    await rename(source, target);
  } else {
    // link refuses an existing name and rename does not: two steps that never overwrite.
    await link(source, target);
    await unlink(source);
  }
  await syncFolder(deps.directory.mailboxFolder(owner.partnerId, 'inbound'));
  await deps.database.transaction((transaction) =>
    transaction.audit({
      actor: { kind: 'user', id: owner.userId },
      action: 'file.rename',
      subject: `mailbox:${owner.partnerId}`,
      detail: { from: from.name, to: to.name },
    }),
  );
  return undefined;
}
