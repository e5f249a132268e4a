// The HTTP API of a real gateway, and a program that has a key for it.

import createClient, { type Client } from 'openapi-fetch';
import { createApiKey } from '../../auth/api-keys.ts';
import type { Core } from '../../core.ts';
import type { ApiScope } from '../../domain/api-key.ts';
import type { Gateway } from '../../gateway.ts';
import type { paths } from './api-types.ts';
import { administrator } from './gateway.ts';
import { partnerId } from './storage.ts';

export interface MadeKey {
  readonly id: string;
  readonly text: string;
}

const dayMs = 86_400_000;

/** What `claimgate key create` does. */
export async function makeKey(
  core: Core,
  scopes: readonly ApiScope[],
  options: { readonly partner?: string; readonly expiresAtMs?: number } = {},
): Promise<MadeKey> {
  const { database } = core;
  const outcome = await createApiKey(database, {
    name: 'test',
    scopes,
    partnerId: options.partner === undefined ? undefined : partnerId(options.partner),
    expiresAtMs: options.expiresAtMs ?? database.now() + dayMs,
    actor: administrator,
  });
  if (outcome.kind !== 'added') throw new Error(`No key was made: ${outcome.kind}.`);
  return { id: outcome.key.id, text: outcome.text };
}

/** @returns where the API is, without a slash at its end */
export function apiUrl({ api }: Pick<Gateway, 'api'>): string {
  if (api === undefined) throw new Error('This gateway has no API.');
  return `http://${api.host}:${api.port}/api/v1`;
}

export interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A request as a program sends it, with its answer read as JSON. */
export async function ask(
  url: string,
  key: string | undefined,
  init: RequestInit & { readonly json?: unknown } = {},
): Promise<Told> {
  const { json, ...rest } = init;
  const answer = await fetch(url, {
    ...rest,
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    headers: {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...(rest.headers as Record<string, string> | undefined),
    },
  });
  const text = await answer.text();
  const isJson = answer.headers.get('content-type')?.includes('json') === true;
  return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : { text } };
}

/** A program that uses the client which is generated from the description. */
export const openClient = (url: string, key: string): Client<paths> =>
  createClient<paths>({ baseUrl: url, headers: { authorization: `Bearer ${key}` } });
