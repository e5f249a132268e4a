// Loaded into `claimgate serve` before anything of it (node --import): counts what it does to the disk and the database,
// step by step and by name, and ends the process with SIGKILL right after the step that `kill-at-step.json` in its
// working directory names. The product knows nothing of it. Steps are what changes names on the disk and what commits:
// what a crash between any two lines can fall between.

import fs, { appendFileSync, existsSync, readFileSync, readlinkSync } from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';

const data = join(process.cwd(), 'data');
const wantedFile = join(process.cwd(), 'kill-at-step.json');
const wanted = existsSync(wantedFile) ? JSON.parse(readFileSync(wantedFile, 'utf8')) : undefined;
const stepsFile = join(process.cwd(), 'steps.log');
let met = 0;

/** A place in the data directory by its kind: without ids, days and names. */
function placeOf(path) {
  const text = String(path);
  if (!text.startsWith(`${data}/`)) return undefined;
  const place = text
    .slice(data.length + 1)
    .replace(/\d{4}\/\d{2}\/\d{2}/, 'DAY')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/, 'ID')
    .replace(/^receive-log\/\d+/, 'receive-log/N')
    .replace(/^mailboxes\/[^/]+\/(inbound|outbound)\/.*$/, '$1/NAME')
    .replace(/^backend\/(\w+)\/[^/]+\//, 'backend/$1/PARTNER/')
    .replace(/^(backend\/outgoing\/PARTNER)\/.*$/, '$1/NAME');
  return /^(locks|keys|claimgate\.db)/.test(place) ? undefined : place;
}

function step(name) {
  appendFileSync(stepsFile, `${name}\n`);
  if (wanted === undefined || name !== wanted.step) return;
  met += 1;
  if (met === wanted.occurrence) process.kill(process.pid, 'SIGKILL');
}

/** What a call is as a step; undefined for one that changes nothing of ours. */
function nameOf(call, [first, second]) {
  const from = placeOf(first);
  if (from === undefined) return undefined;
  if (call === 'open') return /[wax]/.test(String(second)) ? `make ${from}` : undefined;
  if (call === 'unlink' || call === 'rmdir') return `${call} ${from}`;
  const to = placeOf(second);
  return to === undefined ? undefined : `${call} ${from} to ${to}`;
}

function stepOfOpen(call, descriptor) {
  let place;
  try {
    place = placeOf(readlinkSync(`/proc/self/fd/${descriptor}`));
  } catch {
    return;
  }
  if (place !== undefined) step(`${call} ${place}`);
}

for (const call of ['link', 'rename', 'unlink', 'open', 'copyFile', 'rmdir']) {
  const later = promises[call];
  promises[call] = async (...args) => {
    const result = await later(...args);
    const name = nameOf(call, args);
    if (name !== undefined) step(name);
    return result;
  };
  const atOnce = fs[`${call}Sync`];
  fs[`${call}Sync`] = (...args) => {
    const result = atOnce(...args);
    const name = nameOf(call, args);
    if (name !== undefined) step(name);
    return result;
  };
}
// A file that is open by its number: what is made durable, which the receive log is before anybody is answered.
for (const call of ['writevSync', 'fsyncSync']) {
  const atOnce = fs[call];
  fs[call] = (descriptor, ...args) => {
    const result = atOnce(descriptor, ...args);
    stepOfOpen(call, descriptor);
    return result;
  };
}
const { fdatasync } = fs;
fs.fdatasync = (descriptor, done) =>
  fdatasync(descriptor, (...outcome) => {
    stepOfOpen('fdatasync', descriptor);
    done(...outcome);
  });
syncBuiltinESMExports();

if (isMainThread) {
  const { loadSqliteDriver } = await import('../../dist/storage/sqlite-driver.js');
  const Database = loadSqliteDriver();
  const { prepare } = Database.prototype;
  const touched = new Set();
  // Of a commit that several transactions share each is a step of its own, whichever came together this time.
  let members = [];
  const endMember = () => {
    if (touched.size > 0) members.push([...touched].sort().join('+'));
    touched.clear();
  };
  const follow = (text) => {
    if (text === 'savepoint beside' || text === 'release beside') endMember();
    if (text === 'rollback to beside' || text === 'rollback') touched.clear();
    if (text === 'rollback') members = [];
    if (text !== 'commit') return;
    endMember();
    const committed = members;
    members = [];
    for (const tables of committed) step(`commit ${tables}`);
  };
  Database.prototype.prepare = function prepareWatched(text) {
    const database = this;
    const statement = prepare.call(database, text);
    const change = /^(insert into|update|delete from) "?(\w+)"?/.exec(text);
    if (change === null && !/^(commit|rollback|savepoint|release)\b/.test(text)) return statement;
    return new Proxy(statement, {
      get(target, key) {
        const value = target[key];
        if (typeof value !== 'function') return value;
        return (...args) => {
          const result = value.apply(target, args);
          if (key !== 'run' && key !== 'all' && key !== 'get') return result;
          if (change !== null && database.inTransaction) touched.add(change[2]);
          follow(text);
          return result;
        };
      },
    });
  };
}
