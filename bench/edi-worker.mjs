// One subject on one file, in a process of its own, so that the peak of memory is its own too: prints one JSON line.
// `node bench/edi-worker.mjs SUBJECT FILE RUNS`. Speeds are megabytes a second of processor time: everything here runs
// on one thread, and other work on the machine then weighs less on the result than it does on the clock.
import { closeSync, createReadStream, openSync, readFileSync, readSync } from 'node:fs';
import { acknowledge } from '../dist/edi/acknowledge.js';
import { createFileValidator } from '../dist/edi/file-validator.js';
import { createGuideLibrary } from '../dist/edi/guide-library.js';
import { defaultProfile } from '../dist/edi/profile.js';
import { SegmentReader } from '../dist/edi/segment-reader.js';

const CHUNK_BYTES = 64 * 1024;

/** Larger files are read from the disk while they are worked on; smaller ones are held in memory. */
const HELD_BYTES = 64 * 1024 * 1024;

const [subject, file, runs] = process.argv.slice(2);

/** Hands the file over in chunks; the chunk is used again for the next. */
function chunksOf(path) {
  // Where memory is what is measured, the file is no part of it.
  const held = subject === 'validate' ? undefined : holdIfSmall(path);
  if (held !== undefined)
    return (take) => {
      for (let at = 0; at < held.length; at += CHUNK_BYTES) take(held.subarray(at, at + CHUNK_BYTES));
    };
  const chunk = new Uint8Array(CHUNK_BYTES);
  return (take) => {
    const fd = openSync(path, 'r');
    for (let length = readSync(fd, chunk); length > 0; length = readSync(fd, chunk))
      take(chunk.subarray(0, length));
    closeSync(fd);
  };
}

function holdIfSmall(path) {
  const fd = openSync(path, 'r');
  const probe = Buffer.alloc(1);
  const large = readSync(fd, probe, 0, 1, HELD_BYTES) > 0;
  closeSync(fd);
  return large ? undefined : new Uint8Array(readFileSync(path));
}

/** The runtime's limit: one look into a table of 256 classes a byte, and nothing else. */
function scan(chunks) {
  const classes = new Uint8Array(256);
  for (const [i, sign] of [...'*:^~'].entries()) classes[sign.charCodeAt(0)] = i + 1;
  let delimiters = 0;
  chunks((chunk) => {
    delimiters += delimitersIn(chunk, classes);
  });
  return delimiters;
}

/** Apart from the closure above: counting into a captured variable would make the scan half as fast. */
function delimitersIn(chunk, classes) {
  let count = 0;
  for (let i = 0; i < chunk.length; i += 1) if (classes[chunk[i]] !== 0) count += 1;
  return count;
}

function tokenize(chunks) {
  const reader = new SegmentReader();
  reader.setDelimiters({ element: 0x2a, component: 0x3a, repetition: 0x5e, segment: 0x7e });
  let tokens = 0;
  chunks((chunk) => {
    reader.append(chunk);
    while (reader.next()) tokens += reader.count;
  });
  return tokens;
}

const library = createGuideLibrary();

function validate(chunks) {
  const validator = createFileValidator({ library, profile: defaultProfile });
  chunks((chunk) => validator.push(chunk));
  const result = validator.end();
  if (result.kind !== 'x12' || result.interchanges.length !== 1)
    throw new Error('the input is not one interchange');
  const [interchange] = result.interchanges;
  const controls = { interchangeControlNumber: 1, groupControlNumber: 1, firstSetControlNumber: 1 };
  return acknowledge({ interchange, controls, now: new Date(0) })?.length;
}

const OURS = { scan, tokenize, validate };

/** What others do with the same file: they parse it, and check nothing. */
const PEERS = {
  'x12-parser': async (path) => {
    const { X12parser } = await import('x12-parser');
    let segments = 0;
    for await (const _ of createReadStream(path).pipe(new X12parser())) segments += 1;
    return segments;
  },
  'node-x12': async (path) => {
    const { X12Parser } = (await import('node-x12')).default;
    return new X12Parser(true).parse(readFileSync(path, 'latin1')).functionalGroups.length;
  },
};

async function secondsOf(work) {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

const seconds = {};
const note = async (name, work) => {
  seconds[name] ??= [];
  seconds[name].push(await secondsOf(work));
};
if (subject === 'ours') {
  const chunks = chunksOf(file);
  for (let run = 0; run < Number(runs); run += 1)
    for (const [name, work] of Object.entries(OURS)) await note(name, () => work(chunks));
} else if (subject === 'validate') {
  const chunks = chunksOf(file);
  for (let run = 0; run < Number(runs); run += 1) await note('validate', () => validate(chunks));
} else for (let run = 0; run < Number(runs); run += 1) await note('parse', () => PEERS[subject](file));
console.log(JSON.stringify({ seconds, peakRssMb: process.resourceUsage().maxRSS / 1024 }));
