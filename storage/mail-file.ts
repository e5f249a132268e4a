// The files of mails that were written into data/mail for want of a mail server.

import { readFile, unlink } from 'node:fs/promises';
import type { DataDirectory } from './data-directory.ts';
import { unlessMissing } from './disk-fault.ts';
import { pruneMails } from './mail-store.ts';
import type { Database } from './transaction.ts';

/** @returns the mail as it was written (RFC 5322), or undefined when it went to a mail server */
export function readMailFile(directory: DataDirectory, id: string): Promise<string | undefined> {
  return unlessMissing(() => readFile(directory.mail(id), 'utf8'), undefined);
}

/** Forgets mails that are done with and older than `beforeMs`, and removes their files. */
export async function removeOldMails(
  deps: { readonly database: Database; readonly directory: DataDirectory },
  beforeMs: number,
): Promise<void> {
  for (const id of await pruneMails(deps.database, beforeMs))
    await unlessMissing(() => unlink(deps.directory.mail(id)), undefined);
}
