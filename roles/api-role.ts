// The API role put together: the HTTP API for the operator's own programs.

import { createApiKeys } from '../auth/api-keys.ts';
import { createSignInThrottle } from '../auth/throttle.ts';
import type { Core } from '../core.ts';
import { createValidatorPool, type ValidatorPool } from '../intake/validator-pool.ts';
import type { ApiDeps, ApiSettings } from '../portal/api/api-deps.ts';
import { type ApiServer, startApi } from '../portal/api/api-server.ts';
import { forgetUnanswered } from '../storage/api-answer-store.ts';
import { createTransmissionFiles } from '../storage/transmission-files.ts';
import { dispatchInPool } from './dispatch.ts';
import { configuredHooks } from './hook-parts.ts';
import { certificateOf } from './portal-role.ts';

/** Threads that read what is to be dispatched. */
const dispatchThreads = 1;

/**
 * Starts the API. The caller closes it.
 * @throws Error when the port cannot be listened on
 */
export async function startApiRole(
  core: Core,
  input: { readonly port: number; readonly version: string },
): Promise<ApiServer> {
  const { config, database, directory, observe, firstPasswords } = core;
  // Made with the first file: who only reads needs no thread.
  let pool: ValidatorPool | undefined;
  const deps: ApiDeps = {
    version: input.version,
    database,
    directory,
    observe,
    firstPasswords,
    keys: createApiKeys({ database, throttle: createSignInThrottle(database, config.auth) }),
    files: createTransmissionFiles({ database, directory }),
    dispatch(file) {
      pool ??= createValidatorPool({ workers: dispatchThreads });
      return dispatchInPool(core, pool, { ...file, source: 'command' });
    },
    hooks: () => configuredHooks(core),
    settings: apiSettings(core, input.port),
  };
  await forgetUnanswered(database);
  const server = await startApi(deps);
  return {
    ...server,
    async close() {
      await server.close();
      await pool?.close();
    },
  };
}

function apiSettings({ config }: Core, port: number): ApiSettings {
  const { tlsCertificateFile, tlsKeyFile, ...settings } = config.api;
  const { maxFileBytes } = config.storage;
  return { ...settings, port, maxFileBytes, tls: certificateOf({ tlsCertificateFile, tlsKeyFile }) };
}
