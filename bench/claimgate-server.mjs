// The product to be measured: `claimgate serve` from dist/ as one process, with one user who may sign in.

import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import SqliteFile from 'better-sqlite3';
import { productNodeOptions } from './node-options.mjs';
import { removeLargeFiles } from './sftp-files.mjs';

const dist = new URL('../dist/', import.meta.url);
const user = 'bench.user';
const partner = 'bench';
const password = 'Violet-Otter-9-River';

/** Starts it in a folder; the caller closes it. */
export async function startClaimgate(
  root,
  { keyFile, roles, workers, sftp = {}, hooks = {}, nodeOptions = [] },
) {
  const dataDirectory = join(root, 'data');
  const logFile = join(root, 'claimgate.log');
  const settings = {
    dataDirectory,
    roles,
    sftp: { port: 0, ...sftp, ...(workers === undefined ? {} : { workers }) },
    portal: { port: 0 },
    hooks,
    log: { level: 'info', file: logFile },
  };
  const configFile = join(root, 'claimgate.yaml');
  writeFileSync(configFile, JSON.stringify(settings));
  await addUser(settings, readFileSync(`${keyFile}.pub`, 'utf8'));
  const program = fileURLToPath(new URL('admin/main.js', dist));
  // As `npm start` and the installed command run it (the first line of admin/main.ts).
  const node = [...productNodeOptions, ...nodeOptions, program];
  const child = spawn(process.execPath, [...node, 'serve', '--config', configFile], { stdio: 'inherit' });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const log = await waitForLog(logFile, child);
  return {
    name: 'claimgate',
    pid: child.pid,
    host: '127.0.0.1',
    port: log.find(({ event }) => event === 'sftp.listening').port,
    user,
    folder: '/inbound',
    password,
    keyFile,
    /** Resolves when nothing is left to do of what was sent, so that it does not disturb the next measurement. */
    settled: async () => {
      await waitForReceiveLog(join(dataDirectory, 'receive-log'));
      await waitForDigests(join(dataDirectory, 'claimgate.db'));
      if (roles.includes('intake')) await waitForEvents(logFile, ['intake.answered', 'intake.quarantined']);
    },
    /** Frees the disk of what was measured. */
    forget() {
      for (const folder of ['originals', `mailboxes/${partner}/inbound`])
        removeLargeFiles(join(dataDirectory, folder));
    },
    /** Puts so many events into the outbox, as another process does. */
    makeEvents: (count) => makeEvents(settings, count),
    async close() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** What an administrator and the setup step do. The product is loaded when it is built, which it may not be yet. */
async function addUser(settings, publicKey) {
  const load = (path) => import(new URL(path, dist).href);
  const { configSchema } = await load('config/schema.js');
  const { openCore } = await load('core.js');
  const { addPartner } = await load('storage/partner-store.js');
  const core = openCore({ config: configSchema.parse(settings), observe: () => undefined });
  const actor = { kind: 'administrator', name: 'bench' };
  await addPartner(core.database, { id: partner, name: 'Bench', submitterId: 'BENCH', actor });
  const { everyRight: rights } = await load('domain/right.js');
  const person = {
    rights,
    firstName: 'Bench',
    lastName: 'User',
    email: 'bench@example.org',
    role: 'general-user',
  };
  await core.users.add({ id: user, partnerId: partner, ...person, password, actor });
  const step = { userName: user, password, attested: true, publicKey, address: '127.0.0.1' };
  const outcome = await core.accountSetup.perform({ signedIn: user, ...step });
  await core.close();
  if (outcome.kind !== 'set-up') throw new Error(`The setup step was refused: ${JSON.stringify(outcome)}`);
}

async function makeEvents(settings, count) {
  const load = (path) => import(new URL(path, dist).href);
  const { configSchema } = await load('config/schema.js');
  const { openCore } = await load('core.js');
  const core = openCore({ config: configSchema.parse(settings), observe: () => undefined });
  for (let made = 0; made < count; made += 500) {
    await core.database.transaction(async (transaction) => {
      for (let index = made; index < Math.min(count, made + 500); index += 1)
        await transaction.event({ kind: 'partner.created', partnerId: `p${index % 200}` });
    });
  }
  await core.close();
}

function readLog(file) {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

async function waitForLog(file, child) {
  for (;;) {
    const log = readLog(file);
    if (log.some(({ event }) => event === 'gateway.started')) return log;
    if (child.exitCode !== null) throw new Error(`claimgate serve ended with ${child.exitCode}.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Until all small files of a crowd are in the journal. */
async function waitForReceiveLog(folder) {
  const { readLog } = await import(new URL('storage/receive-log-format.js', dist).href);
  const isDone = () =>
    readdirSync(folder).every((name) => readLog(readFileSync(join(folder, name))).uploads.length === 0);
  while (!isDone()) await new Promise((resolve) => setTimeout(resolve, 50));
}

/** Until all large files are hashed. */
async function waitForDigests(file) {
  const database = new SqliteFile(file, { readonly: true });
  try {
    const late = database.prepare(
      "select count(*) from transmissions where state = 'received' and sha256 is null",
    );
    while (late.pluck().get() > 0) await new Promise((resolve) => setTimeout(resolve, 50));
  } finally {
    database.close();
  }
}

/** As many ends of intake as there were arrivals. */
async function waitForEvents(file, ends) {
  for (;;) {
    const log = readLog(file);
    const arrived = log.filter(({ event }) => event === 'transmission.received').length;
    if (log.filter(({ event }) => ends.includes(event)).length >= arrived) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
