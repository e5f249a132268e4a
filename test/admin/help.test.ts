// Every command says what it does, shows examples, and its examples are commands that it takes.

import { readFileSync } from 'node:fs';
import { test } from 'tap';
import { commandLine } from '../../admin/command-line.ts';
import { printDoctorReference } from '../../admin/doctor-report.ts';
import { whyNotTaken, wordsOf } from '../support/command-words.ts';

const root = new URL('../..', import.meta.url).pathname;

interface Help {
  readonly path: readonly string[];
  readonly text: string;
  readonly unbroken: string;
}

/** Every command's help, found by reading the lists of commands in the helps above it. */
async function* helps(path: readonly string[] = []): AsyncGenerator<Help> {
  const text = await (await commandLine(path)).getHelp();
  // Unbroken, so that an example is one line.
  const unbroken = await (await commandLine(path)).wrap(null).getHelp();
  yield { path, text, unbroken };
  const list = /^Commands:\n([\s\S]*?)\n\n/m.exec(text)?.[1] ?? '';
  const prefix = ['claimgate', ...path].join(' ');
  for (const line of list.split('\n')) {
    const [, name] = new RegExp(`^ {2}${prefix} ([a-z-]+)`).exec(line) ?? [];
    if (name !== undefined) yield* helps([...path, name]);
  }
}

test('every command has a description and examples, fits 110 columns, and takes its own examples', async (t) => {
  const without: string[] = [];
  let leaves = 0;
  for await (const { path, text, unbroken } of helps()) {
    const name = path.join(' ');
    const laidOut = text.split('\n').filter((line) => line.startsWith('  '));
    for (const line of laidOut) t.ok(line.length <= 110, `${name}: ${line}`);
    if (/^Commands:/m.test(text)) continue;
    leaves += 1;
    const examples =
      /^Examples:\n((?:.+\n?)*)/m
        .exec(unbroken)?.[1]
        ?.split('\n')
        .filter((line) => /claimgate/.test(line)) ?? [];
    if (examples.length === 0) without.push(name);
    for (const example of examples) {
      const words = wordsOf(example.split(/ {2,}/).find((part) => part.includes('claimgate')) ?? '');
      const args = words.slice(words.findIndex((word) => word.endsWith('claimgate')) + 1);
      // Left open, or handed to another program.
      if (args.includes('...') || /^sftp /.test(example.trim())) continue;
      t.equal(await whyNotTaken(args), undefined, example.trim());
    }
  }
  t.ok(leaves > 40, `${leaves} commands were looked at`);
  t.same(without, [], 'these have no examples');
});

test('the table of what doctor looks at is not stale', (t) => {
  const guide = readFileSync(`${root}docs/administration.md`, 'utf8');
  const table = /<!-- doctor: [^>]*-->\n([\s\S]*?)<!-- \/doctor -->/.exec(guide)?.[1];
  t.equal(table, printDoctorReference(), 'paste what claimgate doctor --reference prints');
  t.end();
});
