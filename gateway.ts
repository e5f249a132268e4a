// The one place where Claimgate is put together: configuration -> open -> start -> run until told -> close in reverse.
// Tests and `claimgate demo` start the same gateway that `claimgate serve` does.

import { type Core, type CoreDeps, openCore } from './core.ts';
import type { Observe } from './domain/observation.ts';
import { readVersion } from './observe.ts';
import type { ConnectionFacts } from './portal/portal-settings.ts';
import { startCounting } from './roles/activity.ts';
import { startApiRole } from './roles/api-role.ts';
import type { Closable } from './roles/closable.ts';
import { forwardObservations } from './roles/forward-observations.ts';
import { configuredGates } from './roles/hook-parts.ts';
import { startHooksRole } from './roles/hooks-role.ts';
import { startHousekeeping } from './roles/housekeeping.ts';
import { startIntakeRole } from './roles/intake-role.ts';
import type { Monitoring } from './roles/monitoring.ts';
import { connectionFacts, followCertificate, portalUrl, startPortalRole } from './roles/portal-role.ts';
import {
  readHostKeys,
  type SftpService,
  serveSftp,
  startSftpRole,
  workerVariable,
} from './roles/sftp-role.ts';
import type { WorkerObservations } from './server/worker-pool.ts';
import { takeRole } from './storage/role-lock.ts';

export { workerVariable };

export interface Gateway {
  readonly core: Core;
  /** Where the SFTP daemon listens; undefined without that role. */
  readonly sftp:
    | { readonly host: string; readonly port: number; readonly fingerprints: readonly string[] }
    | undefined;
  /** Where the portal listens; undefined without that role. */
  readonly portal: { readonly host: string; readonly port: number } | undefined;
  /** Where the HTTP API listens; undefined without that role, or without a port for it. */
  readonly api: { readonly host: string; readonly port: number } | undefined;
  /** Where metrics and health are asked for; undefined where the configuration does not want it. */
  readonly monitoring: { readonly host: string; readonly port: number } | undefined;
  /** What the portal tells partners of the SFTP daemon. */
  readonly connection: () => ConnectionFacts;
  /** Stops everything in the reverse order of its start. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * Starts the roles that the configuration names.
 * @throws RoleTakenError when another process has one of them; Error when a port cannot be listened on. What was
 *   started before is closed again.
 */
export async function startGateway(deps: CoreDeps): Promise<Gateway> {
  const opened: Closable[] = [];
  const closeAll = async (): Promise<void> => {
    for (let last = opened.pop(); last !== undefined; last = opened.pop()) await last.close();
  };
  try {
    return await start(deps, opened, closeAll);
  } catch (thrown) {
    await closeAll();
    throw thrown;
  }
}

/**
 * Serves SFTP as one of several workers of a gateway that has the role. The caller closes it.
 * @param tellParent hands on what the parent counts
 * @throws Error when the port cannot be listened on
 */
export async function startSftpWorker(
  deps: CoreDeps,
  tellParent: (message: WorkerObservations) => void,
): Promise<SftpService> {
  const forward = deps.config.monitoring.enabled ? forwardObservations(tellParent) : undefined;
  const observe: Observe = (observation) => {
    deps.observe(observation);
    forward?.observe(observation);
  };
  const core = openCore({ ...deps, observe, openGates: configuredGates });
  try {
    const service = await serveSftp(core, { workers: core.config.sftp.workers });
    return {
      ...service,
      async close() {
        await service.close();
        await core.close();
        await forward?.close();
      },
    };
  } catch (thrown) {
    await core.close();
    throw thrown;
  }
}

async function start(deps: CoreDeps, opened: Closable[], closeAll: () => Promise<void>): Promise<Gateway> {
  const watched = await watchOver(deps);
  const core = openCore({ ...deps, observe: watched.observe, openGates: configuredGates });
  opened.push(core);
  const { config, directory, observe } = core;
  // First, so that it is there while everything else starts, and last to go.
  const monitoring = await watched.start(core);
  if (monitoring !== undefined) opened.push(monitoring);
  // A gateway that has no port for the API does not have the role.
  const roles = config.roles.filter((role) => role !== 'api' || config.api.port !== undefined);
  for (const role of roles) opened.push(takeRole(directory, role));
  // All of them are made at once, whatever the role: the portal shows what the daemon uses.
  readHostKeys(core);
  let sftp: Gateway['sftp'];
  let isTransferring = () => false;
  const connection = () => connectionFacts(config, readHostKeys(core), sftp?.port);
  if (config.roles.includes('intake')) opened.push(await startIntakeRole(core));
  if (config.roles.includes('sftp')) {
    const server = await startSftpRole(core, {
      commandLine: deps.workerCommandLine,
      count: watched.count,
    });
    opened.push(server);
    isTransferring = server.isTransferring;
    sftp = server;
  }
  let portal: Gateway['portal'];
  if (config.roles.includes('portal')) {
    const started = await startPortalRole(core, connection);
    opened.push(started);
    opened.push(followCertificate(core, config.portal, started));
    opened.push(startCounting(core));
    portal = started;
  }
  if (config.roles.includes('hooks'))
    opened.push(
      startHooksRole(core, {
        url: () => portalUrl(config, portal?.port),
        isTransferring: () => isTransferring(),
      }),
    );
  let api: Gateway['api'];
  if (config.roles.includes('api') && config.api.port !== undefined) {
    const started = await startApiRole(core, { port: config.api.port, version: readVersion() });
    opened.push(started);
    opened.push(followCertificate(core, config.api, started));
    api = started;
  }
  opened.push(startHousekeeping(core));
  observe({
    kind: 'gateway.started',
    version: readVersion(),
    roles,
    dataDirectory: directory.root,
  });
  monitoring?.become('serving');
  let closing: Promise<void> | undefined;
  return {
    core,
    monitoring,
    sftp,
    portal,
    api,
    connection,
    close() {
      monitoring?.become('stopping');
      closing ??= closeAll().then(() => observe({ kind: 'gateway.stopped' }));
      return closing;
    },
  };
}

interface Watch {
  /** Tells the log and counts. */
  readonly observe: Observe;
  /** Counts alone: what another process of ours has told the log. */
  readonly count: Observe;
  start(core: Core): Promise<Monitoring | undefined>;
}

/** Metrics and health, where they are wanted; else nothing of them is even loaded. */
async function watchOver({ config, observe }: CoreDeps): Promise<Watch> {
  if (!config.monitoring.enabled) return { observe, count: () => undefined, start: async () => undefined };
  const { createMetrics } = await import('./metrics/metrics.ts');
  const { startMonitoring } = await import('./roles/monitoring.ts');
  const metrics = createMetrics({ version: readVersion(), roles: config.roles });
  return {
    observe(observation) {
      observe(observation);
      metrics.count(observation);
    },
    count: metrics.count,
    start: (core) => startMonitoring(core, metrics),
  };
}
