// How Node is started is written where no module can be read: in the first line of a script, a package, a container. They
// are held together here.

import { readFileSync } from 'node:fs';
import { test } from 'tap';

const read = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const optionsIn = (text: string): readonly string[] =>
  text.match(/--max-semi-space-size=\d+[^/\n]*?(?=\s+(?:\/usr|dist)|$)/gm) ?? [];

test('wherever Claimgate is started, Node gets the same options', (t) => {
  const [wanted] = optionsIn(read('admin/main.ts'));
  t.match(wanted, /^--max-semi-space-size=\d+ --no-parallel-scavenge$/);
  for (const name of ['package.json', 'scripts/build-deb.mjs', 'packaging/Containerfile'])
    t.same(optionsIn(read(name)), [wanted], name);
  const bench = read('bench/node-options.mjs').match(/'--[^']+'/g) ?? [];
  t.equal(bench.map((option) => option.slice(1, -1)).join(' '), wanted, 'bench');
  t.end();
});
