// Signed checkpoints of the audit trail: how many records there were at a time, and the hash of the last, signed with
// Ed25519 (RFC 8032). Whoever rewrites the trail with new hashes cannot sign them without the key, which is in data/keys
// and in no database; and a checkpoint that was carried elsewhere proves what was then, whatever became of this machine.

import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import type { Actor } from '../domain/audit.ts';
import type { DataDirectory } from './data-directory.ts';
import { readOrMakeKey } from './key-file.ts';
import type { AuditCheckpointRow } from './tables.ts';
import type { Database } from './transaction.ts';

export interface AuditCheckpoint {
  /** How many records the trail had: the number of the last. */
  readonly records: number;
  /** Of the last record, in hexadecimal. */
  readonly hash: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** Of the key that signed it: SubjectPublicKeyInfo in base64. */
  readonly publicKey: string;
  /** Of `signedText`, in base64. */
  readonly signature: string;
}

interface CheckpointDeps {
  readonly database: Database;
  readonly directory: DataDirectory;
}

export type WriteCheckpointOutcome =
  | { readonly kind: 'written'; readonly checkpoint: AuditCheckpoint }
  /** Nothing was recorded since this one but that it was written. */
  | { readonly kind: 'unchanged'; readonly checkpoint: AuditCheckpoint }
  | { readonly kind: 'nothing-recorded' };

/**
 * Signs the trail as it stands now. That it was is recorded in the trail itself, so that a checkpoint cannot be taken away.
 * @param input.unlessSinceMs writes none when there is one from this time or later; milliseconds since 1970
 */
export async function writeAuditCheckpoint(
  { database, directory }: CheckpointDeps,
  input: { readonly actor: Actor; readonly unlessSinceMs?: number },
): Promise<WriteCheckpointOutcome> {
  const key = readSigningKey(directory);
  return database.transaction(async (transaction) => {
    const { sql, nowMs } = transaction;
    const [last] = await sql
      .selectFrom('audit_records')
      .select(['sequence', 'hash'])
      .orderBy('sequence', 'desc')
      .limit(1)
      .execute();
    if (last === undefined) return { kind: 'nothing-recorded' };
    const [before] = await sql
      .selectFrom('audit_checkpoints')
      .selectAll()
      .orderBy('sequence', 'desc')
      .limit(1)
      .execute();
    const records = Number(last.sequence);
    // The record that says that it was written comes after it.
    const isCovered = before !== undefined && Number(before.sequence) + 1 >= records;
    const isRecent = before !== undefined && Number(before.at_ms) >= (input.unlessSinceMs ?? Infinity);
    if (isCovered || isRecent) return { kind: 'unchanged', checkpoint: checkpointOf(before) };
    const state = { records, hash: last.hash, atMs: nowMs };
    const signature = sign(null, signedText(state), key.privateKey).toString('base64');
    const checkpoint = { ...state, publicKey: key.publicKey, signature };
    await sql
      .insertInto('audit_checkpoints')
      .values({
        sequence: records,
        hash: state.hash,
        at_ms: nowMs,
        public_key: key.publicKey,
        signature,
      })
      .execute();
    await transaction.audit({
      actor: input.actor,
      action: 'audit.checkpoint',
      subject: `audit:${records}`,
      detail: { records, hash: state.hash },
    });
    return { kind: 'written', checkpoint };
  });
}

/** @returns all of them, the oldest first */
export async function listAuditCheckpoints(database: Database): Promise<readonly AuditCheckpoint[]> {
  const rows = await database.sql.selectFrom('audit_checkpoints').selectAll().orderBy('sequence').execute();
  return rows.map(checkpointOf);
}

export type CheckpointVerification =
  | { readonly kind: 'hold'; readonly checkpoints: number }
  | { readonly kind: 'broken'; readonly atRecord: number; readonly why: string };

/**
 * Holds checkpoints against the trail. The chain itself is for `verifyAuditTrail`.
 * @param carried checkpoints that were kept elsewhere, beside those of the database
 */
export async function verifyAuditCheckpoints(
  { database, directory }: CheckpointDeps,
  carried: readonly AuditCheckpoint[] = [],
): Promise<CheckpointVerification> {
  const own = readSigningKey(directory).publicKey;
  const kept = await listAuditCheckpoints(database);
  const all = [...kept, ...carried];
  for (const checkpoint of all) {
    const why = whyNotSigned(checkpoint, own) ?? (await whyNotOfTrail(database, checkpoint));
    if (why !== undefined) return { kind: 'broken', atRecord: checkpoint.records, why };
  }
  const missing = await findRemoved(database, new Set(kept.map(({ records }) => records)));
  if (missing !== undefined)
    return { kind: 'broken', atRecord: missing, why: 'the trail says that it was written, and it is gone' };
  return { kind: 'hold', checkpoints: all.length };
}

function whyNotSigned(checkpoint: AuditCheckpoint, ownKey: string): string | undefined {
  if (checkpoint.publicKey !== ownKey)
    return 'it is signed by another key than data/keys/audit-signing, or that key was replaced';
  const key = createPublicKey({ key: Buffer.from(ownKey, 'base64'), format: 'der', type: 'spki' });
  const isGood = verify(null, signedText(checkpoint), key, Buffer.from(checkpoint.signature, 'base64'));
  return isGood ? undefined : 'it was changed after it was signed';
}

async function whyNotOfTrail({ sql }: Database, checkpoint: AuditCheckpoint): Promise<string | undefined> {
  const record = await sql
    .selectFrom('audit_records')
    .select('hash')
    .where('sequence', '=', checkpoint.records)
    .executeTakeFirst();
  if (record === undefined) return 'the record that it ends with is gone';
  return record.hash === checkpoint.hash ? undefined : 'the trail was another one when it was signed';
}

/** @returns the number of a checkpoint that the trail tells of and that is not there */
async function findRemoved({ sql }: Database, kept: ReadonlySet<number>): Promise<number | undefined> {
  const told = await sql
    .selectFrom('audit_records')
    .select('subject')
    .where('action', '=', 'audit.checkpoint')
    .execute();
  return told
    .map(({ subject }) => Number(subject.replace(/^audit:/, '')))
    .find((number) => !kept.has(number));
}

const signedText = ({ records, hash, atMs }: Pick<AuditCheckpoint, 'records' | 'hash' | 'atMs'>): Buffer =>
  Buffer.from(JSON.stringify(['claimgate-audit-checkpoint-1', records, hash, atMs]));

/** @throws OpenSecretError */
function readSigningKey(directory: DataDirectory) {
  const make = () => generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' });
  const privateKey = createPrivateKey(readOrMakeKey(directory, { name: 'audit-signing', make }));
  const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).toString('base64');
  return { privateKey, publicKey };
}

const checkpointOf = (row: AuditCheckpointRow): AuditCheckpoint => ({
  records: Number(row.sequence),
  hash: row.hash,
  atMs: Number(row.at_ms),
  publicKey: row.public_key,
  signature: row.signature,
});
