// `npm run bench -- intake`: how long from CLOSE to the 999 in `outbound`. 50 trading partners send a 100 KB file each at
// the same moment, again and again; one sends 50 MB; and small ones are sent while large ones are being read. The clock
// starts when CLOSE is sent, and stops when the name of the answer stands in the folder, as the kernel tells (inotify).

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ssh2 from 'ssh2';
import { writeInput } from './edi-input.mjs';
import { productNodeOptions } from './node-options.mjs';

const dist = new URL('../dist/', import.meta.url);
const load = (path) => import(new URL(path, dist).href);
const partners = 50;
const password = 'Violet-Otter-9-River';
const warmingRounds = 16;
const small = { name: '100 KB', bytes: 100_000 };
const large = { name: '50 MB', bytes: 50_000_000 };

export async function benchIntake({ report, json, quick, runs, nodeOptions }) {
  const root = mkdtempSync(join(tmpdir(), 'claimgate-bench-'));
  const gateway = await startGateway(root, nodeOptions);
  const clients = [];
  try {
    report.note(`${partners} trading partners sign in`);
    for (const name of gateway.names) clients.push(await connect(gateway, name));
    await atOnce(clients, small, 1); // compiles the guides
    const rounds = quick ? 3 : runs * 4;
    const early = await atOnce(clients, small, rounds);
    tell({ report, json }, `intake ${small.name}, ${partners} partners at once, just started`, early);
    // V8 has compiled what is run often only after some hundred files.
    await atOnce(clients, small, warmingRounds);
    const crowd = await atOnce(clients, small, rounds);
    tell({ report, json }, `intake ${small.name}, ${partners} partners at once`, crowd);
    tell(
      { report, json },
      `intake ${small.name}, ${partners} partners at once, from OPEN`,
      crowd,
      'fromOpenMs',
    );
    const alone = [];
    for (let round = 0; round < rounds; round += 1) alone.push(await send(clients[0], small));
    tell({ report, json }, `intake ${small.name}, one partner alone`, alone);
    const big = [];
    for (let round = 0; round < (quick ? 1 : runs); round += 1) big.push(await send(clients[0], large));
    tell({ report, json }, `intake ${large.name}`, big);
    tell({ report, json }, `intake ${small.name} beside two of ${large.name}`, await beside(clients));
  } finally {
    for (const client of clients) client.close();
    await gateway.close();
    rmSync(root, { recursive: true });
  }
}

/** Median, 95th and 99th percentile and the longest, each as a measurement of its own. */
function tell({ report, json }, name, times, from = 'fromCloseMs') {
  const sorted = times.map((time) => time[from]).sort((one, other) => one - other);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  const values = { median: at(0.5), p95: at(0.95), p99: at(0.99), longest: sorted.at(-1) };
  for (const [what, value] of Object.entries(values))
    report.measured({ name: `${name}: ${what} of ${times.length}`, unit: 'ms', ours: [value], peer: [] });
  if (!json) console.log('');
}

async function atOnce(clients, size, rounds) {
  const times = [];
  for (let round = 0; round < rounds; round += 1)
    times.push(...(await Promise.all(clients.map((client) => send(client, size)))));
  return times;
}

/** Small files of all others, one after the other, until both large ones are answered. */
async function beside(clients) {
  let reading = true;
  const two = Promise.all(clients.slice(0, 2).map((client) => send(client, large))).then(() => {
    reading = false;
  });
  const times = [];
  const others = clients.slice(2, 12).map(async (client) => {
    while (reading) times.push(await send(client, small));
  });
  await Promise.all([two, ...others]);
  return times;
}

let numbers = 0;
const contents = new Map();

/** A file of a size, under a control number that none has had. */
function contentOf({ bytes }) {
  if (!contents.has(bytes)) {
    const file = join(tmpdir(), `claimgate-bench-${process.pid}.x12`);
    writeInput({ file, kind: '837P', sizeBytes: bytes, faulty: false });
    contents.set(bytes, readFileSync(file, 'latin1'));
    rmSync(file);
  }
  numbers += 1;
  const number = String(numbers).padStart(9, '0');
  const isa13At = 90;
  const text = contents.get(bytes);
  const tail = text.slice(-200).replace(/(IEA\*\d+\*)\d{9}/, `$1${number}`);
  return Buffer.from(`${text.slice(0, isa13At)}${number}${text.slice(isa13At + 9, -200)}${tail}`, 'latin1');
}

/** @returns milliseconds from CLOSE to the 999, and from OPEN to it: whoever waits for a turn waits before CLOSE */
async function send(client, size) {
  const name = `claims-${numbers + 1}.x12`;
  const content = contentOf(size);
  const { sftp } = client;
  const answered = client.answerTo(name);
  const openedAtMs = performance.now();
  const handle = await promised((done) => sftp.open(`/inbound/${name}`, 'w', done));
  const pieceBytes = 256 * 1024;
  for (let at = 0; at < content.length; at += pieceBytes) {
    const length = Math.min(pieceBytes, content.length - at);
    await promised((done) => sftp.write(handle, content, at, length, at, done));
  }
  const closedAtMs = performance.now();
  await promised((done) => sftp.close(handle, done));
  const answeredAtMs = await answered;
  return { fromCloseMs: answeredAtMs - closedAtMs, fromOpenMs: answeredAtMs - openedAtMs };
}

const promised = (work) =>
  new Promise((resolve, reject) => work((error, result) => (error ? reject(error) : resolve(result))));

async function connect(gateway, name) {
  const client = new ssh2.Client();
  await new Promise((resolve, reject) => {
    client.once('ready', resolve).once('error', reject);
    client.connect({ host: '127.0.0.1', port: gateway.port, username: `${name}.user`, password });
  });
  const sftp = await promised((done) => client.sftp(done));
  const waiting = new Map();
  const watcher = watch(join(gateway.dataDirectory, 'mailboxes', name, 'outbound'), (_kind, file) => {
    for (const [sent, resolve] of waiting)
      if (file?.startsWith(`${sent}.`)) {
        waiting.delete(sent);
        resolve(performance.now());
      }
  });
  return {
    sftp,
    answerTo: (file) => new Promise((resolve) => waiting.set(file, resolve)),
    close() {
      watcher.close();
      client.end();
    },
  };
}

async function startGateway(root, nodeOptions) {
  const dataDirectory = join(root, 'data');
  const logFile = join(root, 'claimgate.log');
  const configFile = join(root, 'claimgate.yaml');
  const settings = {
    dataDirectory,
    roles: ['sftp', 'intake'],
    sftp: { port: 0, maxConnectionsPerAddress: partners * 2 },
    auth: { bcryptCost: 10 },
    intake: { checkSenderId: false },
    log: { level: 'info', file: logFile },
  };
  writeFileSync(configFile, JSON.stringify(settings));
  const names = await addPartners(settings);
  const program = fileURLToPath(new URL('admin/main.js', dist));
  const child = spawn(
    process.execPath,
    [...productNodeOptions, ...nodeOptions, program, 'serve', '--config', configFile],
    {
      stdio: 'inherit',
    },
  );
  const ended = new Promise((resolve) => child.once('close', resolve));
  for (;;) {
    const text = existsSync(logFile) ? readFileSync(logFile, 'utf8') : '';
    const lines = text.split('\n').filter((line) => line !== '');
    const listening = lines.map((line) => JSON.parse(line)).find(({ event }) => event === 'sftp.listening');
    if (listening !== undefined)
      return {
        dataDirectory,
        names,
        port: listening.port,
        async close() {
          child.kill('SIGTERM');
          await ended;
        },
      };
    if (child.exitCode !== null) throw new Error(`claimgate serve ended with ${child.exitCode}.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** What an administrator and the setup step do, for every trading partner. */
async function addPartners(settings) {
  const { configSchema } = await load('config/schema.js');
  const { openCore } = await load('core.js');
  const { addPartner } = await load('storage/partner-store.js');
  const { makePartnerFolders } = await load('storage/data-directory.js');
  const { everyRight: rights } = await load('domain/right.js');
  const core = openCore({ config: configSchema.parse(settings), observe: () => undefined });
  const actor = { kind: 'administrator', name: 'bench' };
  const names = Array.from({ length: partners }, (_, at) => `bench-${at + 1}`);
  for (const id of names) {
    await addPartner(core.database, { id, name: id, submitterId: id.toUpperCase(), actor });
    await makePartnerFolders(core.directory, id);
    const person = { firstName: 'Bench', lastName: 'User', email: `${id}@example.org`, role: 'general-user' };
    await core.users.add({ id: `${id}.user`, partnerId: id, rights, ...person, password, actor });
    const step = { userName: `${id}.user`, password, attested: true, publicKey: '', address: '127.0.0.1' };
    const outcome = await core.accountSetup.perform({ signedIn: `${id}.user`, ...step });
    if (outcome.kind !== 'set-up') throw new Error(`The setup step was refused: ${JSON.stringify(outcome)}`);
  }
  await core.close();
  return names;
}
