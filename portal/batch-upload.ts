// Files from the browser into the mailbox, by the same road as SFTP: staging, CLOSE, journal. A file counts only when
// the boundary after it has come: one that was cut off stays interrupted, and expires (invariant I1).

import type { MultipartFile } from '@fastify/multipart';
import type { TransmissionId } from '../domain/ids.ts';
import type { Mailbox, WritableFile } from '../domain/mailbox.ts';
import { isTemporaryName, parseEntryName, whyNotEntryName } from '../domain/virtual-path.ts';

export type UploadOutcome =
  | { readonly kind: 'received'; readonly name: string; readonly id: TransmissionId }
  /** Nothing of it was taken. `why` is a sentence for the person. */
  | { readonly kind: 'refused'; readonly name: string; readonly why: string };

interface PendingFile {
  readonly name: string;
  readonly file: WritableFile;
  readonly id: TransmissionId;
}

/**
 * Takes the files of one request, one after the other.
 * @param input.parts the request's parts after its token
 * @param input.isWhole whether all of the request has arrived, asked when the parts have ended
 * @returns what became of each file, in the order in which they came
 * @throws Error when the request was cut off; files that were whole before are taken, and the last one is not
 */
export async function takeUploads(input: {
  readonly mailbox: Mailbox;
  readonly parts: AsyncIterator<unknown>;
  readonly isWhole: () => boolean;
}): Promise<readonly UploadOutcome[]> {
  const outcomes: UploadOutcome[] = [];
  let pending: PendingFile | undefined;
  const finish = async (): Promise<void> => {
    if (pending === undefined) return;
    const { name, file, id } = pending;
    pending = undefined;
    const refused = await file.close();
    outcomes.push(
      refused === undefined ? { kind: 'received', name, id } : { kind: 'refused', name, why: refused.why },
    );
  };
  try {
    for (;;) {
      const next = await input.parts.next();
      if (next.done === true && !input.isWhole()) throw new Error('The upload was cut off.');
      await finish();
      if (next.done === true) return outcomes;
      if (!isFile(next.value)) continue;
      const taken = await takeFile(input.mailbox, next.value);
      if (taken === undefined) continue;
      if ('file' in taken) pending = taken;
      else outcomes.push(taken);
    }
  } finally {
    await pending?.file.abandon();
  }
}

function isFile(part: unknown): part is MultipartFile {
  return typeof part === 'object' && part !== null && 'type' in part && part.type === 'file';
}

/** Writes one file's bytes. @returns the open file, or why it is not taken; undefined for a field left empty */
async function takeFile(
  mailbox: Mailbox,
  part: MultipartFile,
): Promise<PendingFile | Extract<UploadOutcome, { kind: 'refused' }> | undefined> {
  const name = part.filename ?? '';
  const chunks = part.file[Symbol.asyncIterator]();
  const first = await chunks.next();
  if (name === '' && first.done === true) return undefined;
  const refuse = async (why: string) => {
    for (let rest = first; rest.done !== true; ) rest = await chunks.next();
    return { kind: 'refused', name, why } as const;
  };
  const why = whyNotName(name) ?? (first.done === true ? 'The file is empty.' : undefined);
  const entry = parseEntryName(name);
  if (why !== undefined || entry === undefined) return refuse(why ?? 'The file name cannot be used.');
  const opened = await mailbox.openForWrite(
    { kind: 'entry', folder: 'inbound', name: entry },
    { create: true, truncate: true, exclusive: false },
  );
  if (opened.kind === 'refused') return refuse(opened.why);
  const { file, transmissionId: id } = opened;
  try {
    const refused = await writeChunks(file, first, chunks);
    const tooLarge = part.file.truncated ? 'The file is larger than the portal takes.' : undefined;
    const reason = refused ?? tooLarge;
    if (reason === undefined && id !== undefined) return { name, file, id };
    await file.abandon();
    return await refuse(reason ?? 'The file cannot be followed in the journal.');
  } catch (thrown) {
    await file.abandon();
    throw thrown;
  }
}

/** @returns why the rest cannot be written; undefined when all of it was */
async function writeChunks(
  file: WritableFile,
  first: IteratorResult<Uint8Array>,
  chunks: AsyncIterator<Uint8Array>,
): Promise<string | undefined> {
  let offsetBytes = 0;
  let refused: string | undefined;
  for (let next = first; next.done !== true; next = await chunks.next()) {
    // What follows a refusal is read and dropped, so that the browser gets to read the answer.
    if (refused !== undefined) continue;
    refused = (await file.write(next.value, offsetBytes))?.why;
    offsetBytes += next.value.length;
  }
  return refused;
}

/** Why a browser's file name cannot be used, in a sentence; nothing when it can. */
function whyNotName(name: string): string | undefined {
  const why = whyNotEntryName(name);
  if (why !== undefined) return why;
  const entry = parseEntryName(name);
  // SFTP clients rename when they are done; a browser never will.
  return entry !== undefined && isTemporaryName(entry)
    ? 'The name is that of an unfinished file (it begins with a dot, or ends in .part, .tmp or the like). Rename the file and send it again.'
    : undefined;
}
