// API keys as rows. Of a key only its id and the hash of its secret half are kept: whoever reads the database has none.

import type { Selectable } from 'kysely';
import { type ApiScope, isScope } from '../domain/api-key.ts';
import { type Actor, printActor } from '../domain/audit.ts';
import type { PartnerId } from '../domain/ids.ts';
import { storedPartnerId } from './partner-store.ts';
import type { ApiKeyRow } from './tables.ts';
import type { Database } from './transaction.ts';

export interface ApiKey {
  readonly id: string;
  readonly name: string;
  /** SHA-256 of its secret half, in hexadecimal. */
  readonly secretHash: string;
  readonly scopes: readonly ApiScope[];
  /** The only trading partner that it is good for; undefined: all. */
  readonly partnerId: PartnerId | undefined;
  readonly createdAtMs: number;
  readonly createdBy: string;
  readonly expiresAtMs: number;
  readonly lastUsedAtMs: number | undefined;
  readonly lastAddress: string | undefined;
  readonly revokedAtMs: number | undefined;
  readonly revokedBy: string | undefined;
}

export interface NewApiKey {
  readonly id: string;
  readonly name: string;
  readonly secretHash: string;
  readonly scopes: readonly ApiScope[];
  readonly partnerId: PartnerId | undefined;
  readonly expiresAtMs: number;
  readonly actor: Actor;
}

/** @returns the key, or that its trading partner is not there */
export async function addApiKey(
  database: Database,
  input: NewApiKey,
): Promise<{ readonly kind: 'added'; readonly key: ApiKey } | { readonly kind: 'no-such-partner' }> {
  return database.transaction(async (transaction) => {
    const { id, name, scopes, partnerId, expiresAtMs, actor } = input;
    const { sql, nowMs } = transaction;
    if (partnerId !== undefined) {
      const partner = await sql
        .selectFrom('partners')
        .select('id')
        .where('id', '=', partnerId)
        .executeTakeFirst();
      if (partner === undefined) return { kind: 'no-such-partner' };
    }
    const row = await sql
      .insertInto('api_keys')
      .values({
        id,
        name,
        secret_hash: input.secretHash,
        scopes: scopes.join(' '),
        partner_id: partnerId ?? null,
        created_at_ms: nowMs,
        created_by: printActor(actor),
        expires_at_ms: expiresAtMs,
        last_used_at_ms: null,
        last_address: null,
        revoked_at_ms: null,
        revoked_by: null,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    await transaction.event({ kind: 'api-key.created', partnerId, keyId: id, name, scopes, expiresAtMs });
    await transaction.audit({
      actor,
      action: 'api-key.create',
      subject: `api-key:${id}`,
      detail: { name, scopes: scopes.join(' '), partner: partnerId ?? '', expiresAtMs },
    });
    return { kind: 'added', key: apiKeyOf(row) };
  });
}

/** @returns the key of this id, whether it is still good or not */
export async function findApiKey(database: Database, id: string): Promise<ApiKey | undefined> {
  const row = await database.sql.selectFrom('api_keys').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : apiKeyOf(row);
}

/** @returns every key that was ever made, the newest first */
export async function listApiKeys(database: Database): Promise<readonly ApiKey[]> {
  const rows = await database.sql.selectFrom('api_keys').selectAll().orderBy('id', 'desc').execute();
  return rows.map(apiKeyOf);
}

/**
 * Revokes a key for good: the next request with it is refused, and streams that it holds open end.
 * @returns the key as it is now, and whether this has changed it; undefined when there is none of this id
 */
export async function revokeApiKey(
  database: Database,
  input: { readonly id: string; readonly actor: Actor },
): Promise<{ readonly key: ApiKey; readonly changed: boolean } | undefined> {
  return database.transaction(async (transaction) => {
    const { id, actor } = input;
    const { sql, nowMs } = transaction;
    const before = await sql.selectFrom('api_keys').selectAll().where('id', '=', id).executeTakeFirst();
    if (before === undefined) return undefined;
    if (before.revoked_at_ms !== null) return { key: apiKeyOf(before), changed: false };
    const row = await sql
      .updateTable('api_keys')
      .set({ revoked_at_ms: nowMs, revoked_by: printActor(actor) })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow();
    const key = apiKeyOf(row);
    const { name, partnerId } = key;
    await transaction.event({ kind: 'api-key.revoked', partnerId, keyId: id, name });
    await transaction.audit({ actor, action: 'api-key.revoke', subject: `api-key:${id}`, detail: { name } });
    return { key, changed: true };
  });
}

/** Writes down that a key was used. Losing the last of it to a power cut changes nothing. */
export async function noteApiKeyUse(
  database: Database,
  input: { readonly id: string; readonly address: string },
): Promise<void> {
  await database.transaction(
    async ({ sql, nowMs }) => {
      await sql
        .updateTable('api_keys')
        .set({ last_used_at_ms: nowMs, last_address: input.address })
        .where('id', '=', input.id)
        .execute();
    },
    { survives: 'process-end' },
  );
}

/** Records that a key of ours was shown when it was good no more. */
export async function recordRefusedKey(
  database: Database,
  input: { readonly key: ApiKey; readonly reason: 'expired' | 'revoked'; readonly address: string },
): Promise<void> {
  const { key, reason, address } = input;
  await database.transaction((transaction) =>
    transaction.audit({
      actor: { kind: 'api-key', id: key.id, name: key.name },
      action: 'api-key.refused',
      subject: `api-key:${key.id}`,
      address,
      detail: { reason },
    }),
  );
}

function apiKeyOf(row: Selectable<ApiKeyRow>): ApiKey {
  return {
    id: row.id,
    name: row.name,
    secretHash: row.secret_hash,
    scopes: row.scopes.split(' ').filter(isScope),
    partnerId: row.partner_id === null ? undefined : storedPartnerId(row.partner_id),
    createdAtMs: Number(row.created_at_ms),
    createdBy: row.created_by,
    expiresAtMs: Number(row.expires_at_ms),
    lastUsedAtMs: row.last_used_at_ms === null ? undefined : Number(row.last_used_at_ms),
    lastAddress: row.last_address ?? undefined,
    revokedAtMs: row.revoked_at_ms === null ? undefined : Number(row.revoked_at_ms),
    revokedBy: row.revoked_by ?? undefined,
  };
}
