// How long pages of the product take, which is a process of its own: from request to last byte, one after the other.

import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { productNodeOptions } from './node-options.mjs';

const program = fileURLToPath(new URL('../dist/admin/main.js', import.meta.url));

/** Starts `claimgate serve`. @returns where each role listens, and how to end it */
export async function start(root, settings) {
  const configFile = join(root, 'claimgate.yaml');
  const logFile = settings.log.file;
  writeFileSync(configFile, JSON.stringify(settings));
  const profile =
    process.env['BENCH_CPU_PROF'] === undefined
      ? []
      : ['--cpu-prof', `--cpu-prof-dir=${process.env['BENCH_CPU_PROF']}`];
  const node = [...productNodeOptions, ...profile, program, 'serve', '--config', configFile];
  const child = spawn(process.execPath, node, { stdio: 'inherit' });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const wanted = settings.roles.map((role) => `${role}.listening`);
  for (;;) {
    const lines = existsSync(logFile) ? readFileSync(logFile, 'utf8').split('\n').slice(0, -1) : [];
    const told = lines.map((line) => JSON.parse(line)).filter(({ event }) => wanted.includes(event));
    if (told.length === wanted.length) {
      const close = async () => {
        child.kill('SIGTERM');
        await ended;
      };
      const urls = Object.fromEntries(
        told.map(({ event, port }) => [event.split('.')[0], `http://127.0.0.1:${port}`]),
      );
      return { urls, configFile, close };
    }
    if (child.exitCode !== null) throw new Error(`claimgate serve ended with ${child.exitCode}.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** @returns milliseconds, sorted */
export async function measure(url, { headers, requests }) {
  return measureTimes({ requests, before: 20 }, async () => {
    const response = await fetch(url, { headers, redirect: 'manual' });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${url}: ${response.status} ${text.slice(0, 200)}`);
  });
}

/** @param options.before so many that do not count. @returns milliseconds, sorted */
export async function measureTimes({ requests, before }, work) {
  const times = [];
  for (let index = -before; index < requests; index += 1) {
    const startedAt = performance.now();
    await work();
    if (index >= 0) times.push(performance.now() - startedAt);
  }
  return times.sort((one, other) => one - other);
}

/** Runs the command, as a person or a script does. */
export async function runCommand(configFile, words) {
  const node = [...productNodeOptions, program, ...words, '--config', configFile];
  const child = spawn(process.execPath, node, { stdio: ['ignore', 'ignore', 'inherit'] });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`claimgate ${words.join(' ')} ended with ${code}.`);
}

const at = (times, share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];

/** Tells the middle and the 99th percentile. @param times as `measure` returns them */
export function reportTimes(report, name, times) {
  for (const [label, share] of [
    ['p50', 0.5],
    ['p99', 0.99],
  ])
    report.measured({ name: `${name} ${label}`, unit: 'ms', ours: [at(times, share)], peer: [] });
}
