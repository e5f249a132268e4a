// What a file of the receive log is made of (receive-log.ts): a head, then one record after the other, each a small upload
// whose CLOSE was answered, or was about to be.
//
//   head     "CGRECV1\n", then 16 random bytes: the file's mark
//   record   bytes 0-15    the mark
//            bytes 16-19   length of the facts, in bytes, big-endian
//            bytes 20-23   length of the upload, in bytes, big-endian
//            bytes 24-27   the CRC-32 of bytes 0-23 and the facts, big-endian
//            then          the facts as JSON, among them the upload's SHA-256
//            then          the upload's bytes
//
// A record counts when both checks hold. What does not was cut off while it was written, and then nobody was answered; or
// the disk has lost it, and then what follows it is read all the same. Nobody who sends a file knows the mark: what looks
// like a record within an upload is none, however the one around it ended.

import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import {
  type PartnerId,
  parsePartnerId,
  parseTransmissionId,
  parseUserId,
  type TransmissionId,
  type UserId,
} from '../domain/ids.ts';
import { type EntryName, parseEntryName } from '../domain/virtual-path.ts';

/** A small upload over SFTP that is whole. */
export interface LoggedUpload {
  readonly id: TransmissionId;
  readonly partnerId: PartnerId;
  readonly userId: UserId;
  readonly name: EntryName;
  /** In milliseconds since 1970. */
  readonly openedAtMs: number;
  /** When its CLOSE came, in milliseconds since 1970. */
  readonly receivedAtMs: number;
  /** What the client has set, in milliseconds since 1970. */
  readonly modifiedAtMs: number | undefined;
  /** In hexadecimal. */
  readonly sha256: string;
  readonly bytes: Uint8Array;
}

const magic = Buffer.from('CGRECV1\n');
export const markBytes = 16;
/** Of a file, before its first record. */
export const fileHeadBytes = magic.length + markBytes;
/** Of a record, before its facts. */
const fixedBytes = markBytes + 12;
/** Of facts: some ids and a name, which has at most 255 bytes. What says that it has more is none of ours. */
const maxFactsBytes = 4096;

/** @param random 16 bytes that nobody can guess */
export const fileHead = (random: Uint8Array): Buffer => Buffer.concat([magic, random]);

/** @returns a file's mark; undefined when it has none: then it was cut off before its first record, or is none of ours */
export function markOf(log: Buffer): Buffer | undefined {
  const isOurs = log.length >= fileHeadBytes && log.subarray(0, magic.length).equals(magic);
  return isOurs ? log.subarray(magic.length, fileHeadBytes) : undefined;
}

/** @returns the record up to the upload's bytes, which follow it */
export function recordHead(mark: Uint8Array, upload: LoggedUpload): Buffer {
  const { id, partnerId, userId, name, openedAtMs, receivedAtMs, modifiedAtMs, sha256, bytes } = upload;
  const facts = Buffer.from(
    JSON.stringify({ id, partnerId, userId, name, openedAtMs, receivedAtMs, modifiedAtMs, sha256 }),
  );
  const head = Buffer.allocUnsafe(fixedBytes + facts.length);
  head.set(mark);
  head.writeUInt32BE(facts.length, markBytes);
  head.writeUInt32BE(bytes.length, markBytes + 4);
  facts.copy(head, fixedBytes);
  head.writeUInt32BE(checkOf(head.subarray(0, markBytes + 8), facts), markBytes + 8);
  return head;
}

const checkOf = (beginning: Uint8Array, facts: Uint8Array): number => crc32(facts, crc32(beginning));

export interface ReadLog {
  readonly uploads: readonly LoggedUpload[];
  /** Bytes that belong to no record and stand before one: the disk has lost something. */
  readonly lostBytes: number;
  /** Bytes behind the last record: what was being written when the process ended, and what was there before. */
  readonly tornBytes: number;
}

/**
 * Reads what is left of a file of the log. Never throws, whatever the bytes are.
 * @returns its uploads in the order in which they were written; their bytes are parts of `log`
 */
export function readLog(log: Buffer): ReadLog {
  const uploads: LoggedUpload[] = [];
  const mark = markOf(log);
  if (mark === undefined) return { uploads, lostBytes: 0, tornBytes: log.length };
  let lostBytes = 0;
  let endBytes = fileHeadBytes;
  for (let at = log.indexOf(mark, endBytes); at >= 0; ) {
    const found = recordAt(log, { mark, at });
    if (found === undefined) {
      at = log.indexOf(mark, at + 1);
      continue;
    }
    lostBytes += at - endBytes;
    endBytes = found.endBytes;
    uploads.push(found.upload);
    at = log.indexOf(mark, endBytes);
  }
  return { uploads, lostBytes, tornBytes: log.length - endBytes };
}

function recordAt(
  log: Buffer,
  { mark, at }: { readonly mark: Buffer; readonly at: number },
): { readonly upload: LoggedUpload; readonly endBytes: number } | undefined {
  const fixed = log.subarray(at, at + fixedBytes);
  if (fixed.length < fixedBytes || !fixed.subarray(0, markBytes).equals(mark)) return undefined;
  const factsBytes = fixed.readUInt32BE(markBytes);
  const bodyAt = at + fixedBytes + factsBytes;
  const endBytes = bodyAt + fixed.readUInt32BE(markBytes + 4);
  if (factsBytes > maxFactsBytes || endBytes > log.length) return undefined;
  const facts = log.subarray(at + fixedBytes, bodyAt);
  const check = checkOf(fixed.subarray(0, markBytes + 8), facts);
  if (check !== fixed.readUInt32BE(markBytes + 8)) return undefined;
  const upload = uploadOf(facts.toString(), log.subarray(bodyAt, endBytes));
  return upload === undefined ? undefined : { upload, endBytes };
}

function uploadOf(text: string, bytes: Buffer): LoggedUpload | undefined {
  const facts = parseFacts(text);
  const { sha256 } = facts;
  const id = parseTransmissionId(String(facts.id));
  const partner = parsePartnerId(String(facts.partnerId));
  const user = parseUserId(String(facts.userId));
  const name = parseEntryName(String(facts.name));
  const openedAtMs = timeOf(facts.openedAtMs);
  const receivedAtMs = timeOf(facts.receivedAtMs);
  if (id.kind === 'invalid' || partner.kind === 'invalid' || user.kind === 'invalid') return undefined;
  if (name === undefined || openedAtMs === undefined || receivedAtMs === undefined) return undefined;
  if (typeof sha256 !== 'string' || hash('sha256', bytes, 'hex') !== sha256) return undefined;
  const modifiedAtMs = timeOf(facts.modifiedAtMs);
  const whose = { id: id.id, partnerId: partner.id, userId: user.id, name };
  return { ...whose, openedAtMs, receivedAtMs, modifiedAtMs, sha256, bytes };
}

function parseFacts(text: string): Partial<Record<keyof LoggedUpload, unknown>> {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
}

const timeOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;
