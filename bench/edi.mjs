// How fast the X12 engine is: tokenizing and validating with the 999, against a bare scan of the same bytes (the
// runtime's limit) and against two parsers of the npm registry, interleaved in one run; and its peak of memory.
// `node bench/edi.mjs [--json] [--quick] [--size '500 MB']`, after a build.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { writeInput } from './edi-input.mjs';
import { productNodeOptions } from './node-options.mjs';

const WORKER = fileURLToPath(new URL('edi-worker.mjs', import.meta.url));

/** How often each is run in one process, and in how many processes. The first runs of a process warm it up. */
const SIZES = [
  { label: '2.4 MB', sizeBytes: 2.4e6, runs: 12, warmUp: 4, rounds: 3, peers: ['x12-parser', 'node-x12'] },
  { label: '50 MB', sizeBytes: 50e6, runs: 3, warmUp: 1, rounds: 2, peers: ['x12-parser'] },
  // Once through: the others take minutes here, and node-x12, which holds the whole tree, more memory than there is.
  { label: '500 MB', sizeBytes: 500e6, runs: 1, warmUp: 0, rounds: 1, peers: [] },
];

const PEER_RUNS = 2;

const run = promisify(execFile);

async function measure(subject, file, runs) {
  const own = subject === 'ours' || subject === 'validate';
  const options = own ? productNodeOptions : [];
  const { stdout } = await run(process.execPath, [...options, WORKER, subject, file, String(runs)], {
    maxBuffer: 1024 * 1024,
  });
  return JSON.parse(stdout);
}

/** Megabytes a second of all warm runs, by what was done. */
async function measureFile(file, { runs, warmUp, rounds, peers }) {
  const sizeMb = statSync(file).size / 1e6;
  const speeds = {};
  const peaks = [];
  const add = (name, seconds) => {
    speeds[name] ??= [];
    speeds[name].push(...seconds.map((s) => sizeMb / s));
  };
  for (let round = 0; round < rounds; round += 1) {
    const ours = await measure('ours', file, runs);
    for (const [name, seconds] of Object.entries(ours.seconds)) add(name, seconds.slice(warmUp));
    for (const peer of peers) add(peer, (await measure(peer, file, PEER_RUNS)).seconds.parse.slice(-1));
    peaks.push((await measure('validate', file, 1)).peakRssMb);
  }
  return { speeds, peaks };
}

function tell(report, name, { speeds, peaks }, peers) {
  const against = (what, ours, peerName) =>
    report.measured({ name: `${name}: ${what}`, unit: 'MB/s', ours, peer: speeds[peerName], peerName });
  against('tokenize', speeds.tokenize, 'scan');
  against('validate + 999', speeds.validate, 'scan');
  for (const peer of peers) against('validate + 999, the peer only parses', speeds.validate, peer);
  report.measured({ name: `${name}: peak RSS`, unit: 'MB', ours: peaks, peer: [], peerName: undefined });
}

function inputs(quick, only) {
  const kinds = quick ? ['837P'] : ['837P', '837I', '837D'];
  const ofSize = (size) => kinds.flatMap((kind) => [false, true].map((faulty) => ({ size, kind, faulty })));
  const sizes = only === undefined ? SIZES : SIZES.filter(({ label }) => label === only);
  return (quick ? SIZES.slice(0, 1) : sizes).flatMap(ofSize);
}

/**
 * Measures the engine.
 * @param {{ report?: object, json?: boolean, quick?: boolean, size?: string }} options `quick`: 837P of 2.4 MB alone;
 *   `size`: one of them alone, by its label
 */
export async function benchEdi({ report, json = false, quick = false, size: only }) {
  const told = report ?? createPlainReport(json);
  const folder = mkdtempSync(path.join(tmpdir(), 'claimgate-bench-edi-'));
  try {
    for (const input of inputs(quick, only)) {
      const { size, kind, faulty } = input;
      const file = path.join(folder, 'input.x12');
      writeInput({ file, kind, sizeBytes: size.sizeBytes, faulty });
      const name = `edi ${kind} ${size.label} ${faulty ? 'four faults a claim' : 'valid'}`;
      tell(told, name, await measureFile(file, size), size.peers);
      told.note(`load ${loadavg()[0].toFixed(1)}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function median(values) {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The report of bench/main.mjs, when this file is run alone. */
function createPlainReport(json) {
  const round = (value) => Math.round(value * 1000) / 1000;
  return {
    measured({ name, unit, ours, peer, peerName }) {
      const [mine, theirs] = [median(ours), peer.length > 0 ? median(peer) : undefined];
      const line = {
        name,
        unit,
        ours: round(mine),
        peer: theirs === undefined ? null : round(theirs),
        peerName: peerName ?? null,
        ratio: theirs === undefined ? null : round(mine / theirs),
        runs: ours.length,
      };
      const against = line.peer === null ? '' : `, ${peerName} ${line.peer}, ratio ${line.ratio}`;
      console.log(
        json ? JSON.stringify(line) : `${name}: ${line.ours} ${unit}${against} (${line.runs} runs)`,
      );
    },
    note: (text) => console.error(`bench: ${text}`),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: { json: { type: 'boolean' }, quick: { type: 'boolean' }, size: { type: 'string' } },
  });
  await benchEdi(values);
}
