// `claimgate serve`: runs the gateway until it is told to stop.

import type { CommandModule } from 'yargs';
import type { CoreDeps } from '../core.ts';
import { describeFault, type Observe } from '../domain/observation.ts';
import { openLog } from '../observe.ts';
import { CommandFailure } from './command-failure.ts';
import { type GlobalOptions, loadConfigOf } from './global-options.ts';

interface ServeOptions extends GlobalOptions {
  readonly roles?: string | undefined;
  readonly workers?: number | undefined;
}

export const serveCommand: CommandModule<GlobalOptions, ServeOptions> = {
  command: 'serve',
  describe: 'Run the gateway',
  builder: (yargs) =>
    yargs
      .option('roles', {
        type: 'string',
        requiresArg: true,
        describe: 'What this process does: sftp,intake,portal,hooks,api (all)',
      })
      .option('workers', {
        type: 'number',
        requiresArg: true,
        describe: 'SFTP processes that share the port (sftp.workers)',
      })
      .example('$0 serve', 'on loopback: SFTP on 2022, the portal on 8080')
      .example('$0 serve --config /etc/claimgate/claimgate.yaml', '')
      .example('$0 serve --roles sftp,intake', 'without the portal'),
  handler: async (options) => {
    const { roles, workers } = options;
    const { config } = loadConfigOf(options, {
      roles: roles?.split(',').map((role) => role.trim()),
      ...(workers === undefined ? {} : { sftp: { workers } }),
    });
    // Here and not at the top: what only a gateway needs shall not keep every other command waiting.
    const { startGateway, startSftpWorker, workerVariable } = await import('../gateway.ts');
    const log = openLog(config.log);
    // What rotates logs has moved the file away; certificates are looked at on the same signal.
    process.on('SIGHUP', log.reopen);
    const processName = process.env[workerVariable];
    if (processName !== undefined && process.send !== undefined) {
      await serveAsWorker(startSftpWorker, { config, observe: log.observe, processName });
      log.close();
      return;
    }
    const stopping = waitForSignal(log.observe);
    const gateway = await startGateway({
      config,
      observe: log.observe,
      workerCommandLine: process.argv.slice(2),
    }).catch((thrown: unknown) => {
      throw explainStart(thrown);
    });
    const { sftp, portal, api, monitoring } = gateway;
    if (process.stderr.isTTY) {
      if (sftp !== undefined) process.stderr.write(`SFTP on ${sftp.host}:${sftp.port}\n`);
      if (portal !== undefined) process.stderr.write(`Portal on http://${portal.host}:${portal.port}/\n`);
      if (api !== undefined) process.stderr.write(`API on ${api.host}:${api.port}\n`);
      if (monitoring !== undefined)
        process.stderr.write(`Metrics on ${monitoring.host}:${monitoring.port}/metrics\n`);
    }
    const signal = await stopping;
    log.observe({ kind: 'gateway.stopping', signal });
    await gateway.close();
    log.close();
  },
};

/** Serves until the parent says that it is over: signals are the parent's to answer, though all of a group may get them. */
async function serveAsWorker(
  startSftpWorker: typeof import('../gateway.ts').startSftpWorker,
  deps: CoreDeps,
): Promise<void> {
  const tell = (news: object) => process.send?.(news);
  const told = new Promise<void>((resolve) => process.once('message', () => resolve()));
  const failed = new Promise<void>((resolve) => {
    process.once('uncaughtException', (thrown) => {
      deps.observe({ kind: 'fault', where: 'process.uncaught-exception', fault: describeFault(thrown) });
      process.exitCode = 1;
      resolve();
    });
  });
  process.on('unhandledRejection', (thrown) => {
    deps.observe({ kind: 'fault', where: 'process.unhandled-rejection', fault: describeFault(thrown) });
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
  try {
    const { host, port, fingerprints, close } = await startSftpWorker(deps, tell);
    tell({ kind: 'listening', host, port, fingerprints });
    await Promise.race([told, failed]);
    await close();
  } catch (thrown) {
    const { message, code } = describeFault(thrown);
    tell({ kind: 'failed', message, code });
    process.exitCode = 1;
  }
  // Nothing is open any more but the channel to the parent.
  process.disconnect();
}

function waitForSignal(observe: Observe): Promise<string> {
  return new Promise((resolve) => {
    // A promise that no one awaited is a mistake of ours, and no reason to end everyone's transfers.
    process.on('unhandledRejection', (thrown) => {
      observe({ kind: 'fault', where: 'process.unhandled-rejection', fault: describeFault(thrown) });
    });
    // After an exception that nothing caught the state is unknown: close in order, and let the supervisor start anew.
    process.once('uncaughtException', (thrown) => {
      observe({ kind: 'fault', where: 'process.uncaught-exception', fault: describeFault(thrown) });
      process.exitCode = 1;
      resolve('uncaughtException');
    });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(signal));
  });
}

/** What goes wrong at start is told as a sentence with its cure, not as a stack. */
function explainStart(thrown: unknown): CommandFailure {
  const fault = describeFault(thrown);
  switch (fault.code) {
    case 'EADDRINUSE':
      return new CommandFailure(
        `${fault.message}. Another program listens there: stop it, or set sftp.port, portal.port, api.port or monitoring.port.`,
        2,
      );
    case 'EACCES':
    case 'EPERM':
      return new CommandFailure(
        `${fault.message}. Give this user the right to it (data directory, key files, ports below 1024).`,
        2,
      );
    default:
      return new CommandFailure(fault.message, 2);
  }
}
