// What the crash tests do to a gateway until it dies, and what must hold afterwards: nothing that was acknowledged is
// lost, each file has one answer, and journal and disk agree.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { type Core, openCore } from '../../core.ts';
import { inspectReceiveLog } from '../../storage/apply-receive-log.ts';
import { verifyAuditTrail } from '../../storage/audit-trail.ts';
import { findMismatches } from '../../storage/find-mismatches.ts';
import { readClaims } from '../support/claims.ts';
import { addReadyUserByHand, answersTo, firstPassword, testConfig } from '../support/gateway.ts';
import { dropOutgoing, outgoingFile } from '../support/outgoing.ts';
import { openPlainBrowser, type PlainBrowser } from '../support/portal.ts';
import { readLog, type ServeProcess, startServe } from '../support/serve-process.ts';
import { call, connectSsh, putFile } from '../support/ssh-client.ts';
import { makeTestFolder } from '../support/test-folder.ts';
import { until, within } from '../support/until.ts';

const partner = 'acme-dental';
const user = 'mfranklin';
const roles = ['sftp', 'intake', 'portal'];

/** One file as its client knows it. */
interface Sent {
  readonly name: string;
  /** How often the client heard OK, or another program had put it into `inbound`. */
  acknowledged: number;
  /** How many transmissions of this name there may be at most: one more for each time that it was sent again. */
  readonly most: number;
}

export interface CrashHouse {
  readonly root: string;
  readonly core: Core;
  /** Everything that clients sent so far, by name. */
  readonly sent: Map<string, Sent>;
  /** What the back end dropped into `outgoing`, by name. */
  readonly dispatched: Map<string, string>;
  /** Of the one who sends by the portal. */
  readonly cookies: Map<string, string>;
  start(nodeArguments?: readonly string[]): Promise<ServeProcess>;
  /** A control number that no file has had. */
  nextNumber(): number;
}

/**
 * @param options.receiveLogFiles by the number of a start: 1 has each small upload go by the receive log, 0 none
 */
export async function openCrashHouse(
  t: Test,
  options: { readonly receiveLogFiles: (start: number) => number } = {
    receiveLogFiles: (start) => start % 2,
  },
): Promise<CrashHouse> {
  const root = makeTestFolder(t);
  const core = openCore({ config: testConfig(join(root, 'data')), observe: () => undefined });
  t.teardown(() => core.close());
  await addReadyUserByHand(core, { partner, user });
  let starts = 0;
  let numbers = 0;
  return {
    root,
    core,
    sent: new Map(),
    dispatched: new Map(),
    cookies: new Map(),
    nextNumber() {
      numbers += 1;
      return numbers;
    },
    start(nodeArguments = []) {
      starts += 1;
      const storage = { receiveLogFiles: options.receiveLogFiles(starts) };
      return startServe(t, { root, name: `serve-${starts}`, nodeArguments, config: { roles, storage } });
    },
  };
}

/** Notes a file before it is sent, and that it was acknowledged afterwards. */
async function send(
  house: CrashHouse,
  name: string,
  works: readonly (() => Promise<unknown>)[],
): Promise<void> {
  const sent: Sent = { name, acknowledged: 0, most: works.length };
  house.sent.set(name, sent);
  for (const work of works) {
    await work();
    sent.acknowledged += 1;
  }
}

const largeBytes = 9 * 1024 * 1024;

const claims = (house: CrashHouse): string => readClaims('p-00-valid', house.nextNumber());

/** Each way in which a client can send a file, as one piece of work that may be cut off anywhere. */
type Sftp = Awaited<ReturnType<typeof connectSsh>>['sftp'];
interface Senders {
  readonly sftp: Sftp;
  readonly browser: PlainBrowser;
}
const ways: Readonly<Record<string, (house: CrashHouse, by: Senders, name: string) => Promise<void>>> = {
  upload: (house, { sftp }, name) =>
    send(house, name, [() => putFile(sftp, `/inbound/${name}`, claims(house))]),
  quarantined: (house, { sftp }, name) =>
    send(house, name, [() => putFile(sftp, `/inbound/${name}`, 'no X12')]),
  // So large that it is hashed behind its CLOSE.
  large: (house, { sftp }, name) =>
    send(house, name, [() => putFile(sftp, `/inbound/${name}`, 'no X12'.padEnd(largeBytes))]),
  renamed: (house, { sftp }, name) =>
    send(house, name, [
      async () => {
        await putFile(sftp, `/inbound/${name}.filepart`, claims(house));
        await call((done) => sftp.rename(`/inbound/${name}.filepart`, `/inbound/${name}`, done));
      },
    ]),
  overwritten: (house, { sftp }, name) => {
    const put = () => putFile(sftp, `/inbound/${name}`, claims(house));
    return send(house, name, [put, put]);
  },
  resumed: (house, { sftp }, name) =>
    send(house, name, [() => resume(sftp, name, Buffer.from(claims(house)))]),
  portal: (house, { browser }, name) => send(house, name, [() => postFile(browser, name, claims(house))]),
  dropped: (house, _by, name) =>
    send(house, name, [
      async () => writeFileSync(join(house.root, 'data/mailboxes', partner, 'inbound', name), claims(house)),
    ]),
};

/** The back end drops a file for the partner, while all others send. */
function dispatch({ root, dispatched, nextNumber }: CrashHouse, label: string): void {
  const name = `${label}-dispatch.x12`;
  const content = outgoingFile('835', { control: nextNumber() });
  dispatched.set(name, content);
  dropOutgoing(join(root, 'data'), partner, name, content);
}

const batch = '/trading-partner/batch-transfer';

/** Batch Transfer; resolves when the receipt is shown. */
async function postFile(browser: PlainBrowser, name: string, content: string): Promise<void> {
  const token = /name="form_token" value="([^"]*)"/.exec((await browser.get(batch)).html)?.[1] ?? '';
  const body = new FormData();
  body.append('form_token', token);
  body.append('files', new Blob([content]), name);
  const { status, text } = await browser.get(batch, { method: 'POST', body });
  if (status !== 303) throw new Error(`Batch Transfer said ${status}: ${text}`);
}

/** A browser that is signed in: the session is in the database, and outlives the gateway. */
async function openBrowser(house: CrashHouse, serve: ServeProcess): Promise<PlainBrowser> {
  const browser = openPlainBrowser(`http://127.0.0.1:${serve.portalPort}`);
  if (house.cookies.size === 0) await browser.signIn(user, firstPassword);
  else for (const [name, value] of house.cookies) browser.cookies.set(name, value);
  for (const [name, value] of browser.cookies) house.cookies.set(name, value);
  return browser;
}

/** Sends half a file, and the rest by another handle that takes the upload over. */
async function resume(sftp: Sftp, name: string, bytes: Buffer): Promise<void> {
  const half = Math.floor(bytes.length / 2);
  const first = await call<Buffer>((done) => sftp.open(`/inbound/${name}`, 'w', done));
  await call((done) => sftp.write(first, bytes, 0, half, 0, done));
  const second = await call<Buffer>((done) => sftp.open(`/inbound/${name}`, 'r+', done));
  await call((done) => sftp.write(second, bytes, half, bytes.length - half, half, done));
  await call((done) => sftp.close(second, done));
}

/**
 * Sends a file in every way there is, at once.
 * @param label of this round; names of files begin with it
 * @returns how many were acknowledged; a gateway that dies acknowledges no more
 */
export async function sendAll(t: Test, house: CrashHouse, serve: ServeProcess, label: string): Promise<void> {
  const by = await openBoth(t, house, serve);
  // Killed while they signed in: nothing was sent.
  if (by === undefined) return;
  dispatch(house, label);
  const work = Object.entries(ways).map(([way, send]) => send(house, by, `${label}-${way}.x12`));
  await Promise.race([Promise.allSettled(work), serve.ended]);
}

/** @returns undefined when the gateway ends while they sign in */
async function openBoth(t: Test, house: CrashHouse, serve: ServeProcess) {
  try {
    const browser = await openBrowser(house, serve);
    const { sftp } = await connectSsh(t, serve.target(user), firstPassword);
    return { sftp, browser };
  } catch (thrown) {
    await within('the end of the gateway', serve.ended, 5000).catch(() => {
      throw thrown;
    });
    return undefined;
  }
}

export async function waitUntilSettled({ core, root }: CrashHouse): Promise<void> {
  await until(
    'everything is answered, published and released',
    async () => {
      const { sql } = core.database;
      const queued = await sql
        .selectFrom('transmissions')
        .select('id')
        .where('state', 'in', ['received', 'processing'])
        .execute();
      const unpublished = await sql
        .selectFrom('acknowledgements')
        .select('id')
        .where('state', '=', 'written')
        .execute();
      const due = await sql.selectFrom('releases').select('id').where('state', '=', 'due').execute();
      const outgoing = readdirSync(join(root, 'data/backend/outgoing', partner));
      const { waiting } = await inspectReceiveLog(core);
      return waiting + queued.length + unpublished.length + due.length + outgoing.length === 0;
    },
    60_000,
  );
}

/** Dropped files are adopted after they have stopped growing: all of them have a row by then. */
export async function waitForAdoption({ core, sent }: CrashHouse): Promise<void> {
  const dropped = [...sent.keys()].filter((name) => name.endsWith('-dropped.x12'));
  await until(
    'every dropped file is adopted',
    async () => {
      const rows = await core.database.sql
        .selectFrom('transmissions')
        .select('name')
        .where('source', '=', 'adopted')
        .where('original_path', 'is not', null)
        .execute();
      const adopted = new Set(rows.map(({ name }) => name));
      return dropped.every((name) => adopted.has(name));
    },
    60_000,
  );
}

/** Checks all that must hold, on a gateway that runs and has settled. */
export async function checkNothingIsLost(t: Test, house: CrashHouse): Promise<void> {
  const { core, root, sent } = house;
  const { sql } = core.database;
  const wrong: string[] = [];
  const dataDirectory = join(root, 'data');
  let answers = 0;
  for (const { name, acknowledged, most } of sent.values()) {
    const rows = await sql
      .selectFrom('transmissions')
      .select(['id', 'state'])
      .where('name', '=', name)
      .where('original_path', 'is not', null)
      .execute();
    if (rows.length < acknowledged)
      wrong.push(`${name} was acknowledged ${acknowledged} times and is there ${rows.length} times`);
    if (rows.length > most) wrong.push(`${name} was received ${rows.length} times`);
    const unanswered = rows.filter(({ state }) => state !== 'answered' && state !== 'quarantined');
    if (unanswered.length > 0) wrong.push(`${name} is ${unanswered[0]?.state}`);
    const found = answersTo(dataDirectory, partner, name);
    answers += found.length;
    if (found.length !== rows.length)
      wrong.push(`${name} has ${found.length} answers to ${rows.length} transmissions`);
    const refused = found.filter(({ text }) => !/IK5\*A|NOT PROCESSED/.test(text));
    if (refused.length > 0) wrong.push(`${name} was answered: ${refused[0]?.text}`);
  }
  t.strictSame(wrong, [], `of ${sent.size} files, none is lost and each is answered once`);
  const outbound = join(dataDirectory, 'mailboxes', partner, 'outbound');
  const { dispatched } = house;
  const notOut = [...dispatched].filter(
    ([name, content]) =>
      !existsSync(join(outbound, name)) || readFileSync(join(outbound, name), 'latin1') !== content,
  );
  t.strictSame(notOut, [], `each of ${dispatched.size} dispatches is out, as it was dropped`);
  t.equal(readdirSync(outbound).length, answers + dispatched.size, 'nothing else stands in outbound');
  t.strictSame(await findMismatches({ ...core, settleMs: 500 }), [], 'journal and disk agree');
  t.match(await verifyAuditTrail(core.database), { kind: 'intact' });
  const numbers = await sql
    .selectFrom('acknowledgements')
    .select('control_number')
    .where('control_number', '!=', '')
    .execute();
  t.equal(new Set(numbers.map((row) => row.control_number)).size, numbers.length, 'no number twice');
  await checkEvents(t, house);
}

/** One event of each kind a transmission, and no fault in any log. */
async function checkEvents(t: Test, { core, root }: CrashHouse): Promise<void> {
  const events = await core.database.sql
    .selectFrom('events')
    .select(['kind', 'payload'])
    .where('kind', 'like', 'transmission.%')
    .execute();
  const keys = events.map(({ kind, payload }) => `${kind} ${JSON.parse(payload).transmissionId}`);
  t.strictSame(
    keys.filter((key, at) => keys.indexOf(key) !== at),
    [],
    'no event twice',
  );
  const received = await core.database.sql
    .selectFrom('transmissions')
    .select('id')
    .where('received_at_ms', 'is not', null)
    .execute();
  t.strictSame(
    received.filter(({ id }) => !keys.includes(`transmission.received ${id}`)),
    [],
    'what was received is told of',
  );
  const faults = readdirSync(root)
    .filter((name) => name.endsWith('.log') && name.startsWith('serve-'))
    .flatMap((name) => readLog(join(root, name)))
    .filter(({ event }) => /^(fault|intake.attempt-failed|storage.receive-log-.*)$/.test(String(event)));
  t.strictSame(faults, [], 'no start logged a fault');
}

/** Where `kill-at-step.mjs` writes each step. */
export const stepsFile = (root: string): string => join(root, 'steps.log');

/** The steps that a run made, by `kill-at-step.mjs`, each once with how often it was made. */
export function readSteps(root: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of readFileSync(stepsFile(root), 'utf8').split('\n'))
    if (name !== '') counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
