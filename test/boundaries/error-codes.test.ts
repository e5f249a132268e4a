import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';

const root = new URL('../..', import.meta.url).pathname;
const rooms = [
  'domain',
  'config',
  'storage',
  'auth',
  'edi',
  'hooks',
  'intake',
  'server',
  'metrics',
  'portal',
  'roles',
  'admin',
];

test('every error code is in docs/errors.md with the operator’s next step, and no other is', (t) => {
  const inCode = new Set<string>();
  for (const room of rooms) {
    for (const file of readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })) {
      if (!/\.tsx?$/.test(file)) continue;
      const text = readFileSync(join(root, room, file), 'utf8');
      for (const [, code = ''] of text.matchAll(/readonly code(?:: string)? = '([^']+)'/g)) inCode.add(code);
    }
  }
  const page = readFileSync(join(root, 'docs/errors.md'), 'utf8');
  const inPage = [...page.matchAll(/^\| `([^`]+)` \| [^|]+ \| [^|]+ \|$/gm)].map(([, code = '']) => code);
  t.ok(inCode.size > 5, 'the search finds what is there');
  t.same([...inPage].sort(), [...inCode].sort());
  t.end();
});
