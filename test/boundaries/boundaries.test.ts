import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Test, test } from 'tap';

const script = fileURLToPath(new URL('../../scripts/boundaries.mjs', import.meta.url));

/** Checks a tree by the rules of the house. */
function checkTree(root: string): { readonly status: number | null; readonly lines: readonly string[] } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, '--root', root], {
    encoding: 'utf8',
  });
  return { status, lines: `${stdout}${stderr}`.trim().split('\n') };
}

/** A tree of files from their paths. */
function plantTree(t: Test, files: Readonly<Record<string, string>>): string {
  const tree: Record<string, Record<string, string>> = {};
  for (const [path, text] of Object.entries(files)) {
    const [folder = '', name = ''] = path.split('/');
    tree[folder] = { ...tree[folder], [name]: text };
  }
  return t.testdir(tree);
}

/** A house in small, in which every rule is kept. */
const soundHouse = {
  'domain/noun.ts': 'export interface Noun { readonly name: string }\n',
  'storage/rows.ts': "import type { Noun } from '../domain/noun.ts';\nexport const rows: Noun[] = [];\n",
};

/** What is planted, and the line that must tell of it. */
const violations: readonly {
  readonly title: string;
  readonly planted: Readonly<Record<string, string>>;
  readonly caught: string;
}[] = [
  {
    title: 'server knows intake',
    planted: {
      'server/daemon.ts': "import { take } from '../intake/take.ts';\nexport const run = take;\n",
      'intake/take.ts': 'export const take = 1;\n',
    },
    caught: 'server-imports: server/daemon.ts -> intake/take.ts',
  },
  {
    title: 'a type is imported against the direction',
    planted: {
      'intake/port.ts': "import type { Port } from '../server/port.ts';\nexport type Take = Port;\n",
      'server/port.ts': 'export interface Port { readonly port: number }\n',
    },
    caught: 'intake-imports: intake/port.ts -> server/port.ts',
  },
  {
    title: 'domain imports a room',
    planted: { 'domain/list.ts': "export { rows } from '../storage/rows.ts';\n" },
    caught: 'domain-imports: domain/list.ts -> storage/rows.ts',
  },
  {
    title: 'a room imports hooks',
    planted: {
      'hooks/tell.ts': 'export const tell = 1;\n',
      'portal/page.tsx': "import { tell } from '../hooks/tell.ts';\nexport const page = tell;\n",
    },
    caught: 'portal-imports: portal/page.tsx -> hooks/tell.ts',
  },
  {
    title: 'a room imports a test',
    planted: {
      'test/fake.ts': 'export const fake = 1;\n',
      'auth/gate.ts': "import { fake } from '../test/fake.ts';\nexport const gate = fake;\n",
    },
    caught: 'auth-imports: auth/gate.ts -> test/fake.ts',
  },
  {
    title: 'edi reads a file',
    planted: {
      'edi/guide.ts': "import { readFileSync } from 'node:fs';\nexport const read = readFileSync;\n",
    },
    caught: 'pure-room: edi/guide.ts -> fs',
  },
  {
    title: 'bcrypt is used in server',
    planted: { 'server/login.ts': "import { compare } from 'bcrypt';\nexport const check = compare;\n" },
    caught: 'home-of-bcrypt: server/login.ts -> ',
  },
  {
    title: 'ssh2 is used in portal, for a type alone',
    planted: { 'portal/key.ts': "import type { ParsedKey } from 'ssh2';\nexport type Key = ParsedKey;\n" },
    caught: 'home-of-ssh2: portal/key.ts -> ',
  },
  {
    title: 'a package of the tests is used in the product',
    planted: { 'storage/try.ts': "import { test } from 'tap';\nexport const attempt = test;\n" },
    caught: 'homeless-package: storage/try.ts -> ',
  },
  {
    title: 'two files import each other',
    planted: {
      'auth/one.ts': "import { two } from './two.ts';\nexport const one = () => two;\n",
      'auth/two.ts': "import { one } from './one.ts';\nexport const two = () => one;\n",
    },
    caught: 'no-cycle: auth/',
  },
  {
    title: 'there is a drawer at the root',
    planted: {
      'utils/clock.ts': "import type { Noun } from '../domain/noun.ts';\nexport type Clock = Noun;\n",
    },
    caught: 'unknown-room: utils/clock.ts -> domain/noun.ts',
  },
  {
    title: 'an import leads nowhere',
    planted: { 'auth/lost.ts': "export { gone } from './gone.ts';\n" },
    caught: 'unresolved: auth/lost.ts -> ./gone.ts',
  },
];

test('the sources keep to the import directions', async (t) => {
  const { status, lines } = checkTree(fileURLToPath(new URL('../..', import.meta.url)));
  t.match(lines.at(-1), /^boundaries: 0 violations in [1-9]\d* modules/);
  t.equal(status, 0, lines.join('\n'));
});

test('a tree without a violation passes', async (t) => {
  const { status, lines } = checkTree(plantTree(t, soundHouse));
  t.match(lines.at(-1), /^boundaries: 0 violations in 2 modules/);
  t.equal(status, 0);
});

test('a tree in which no module is found fails, since nothing was checked', async (t) => {
  const { status, lines } = checkTree(plantTree(t, { 'domain/readme.txt': 'no module' }));
  t.match(lines.join('\n'), /no module was found/);
  t.equal(status, 1);
});

test('each rule catches the violation planted for it, and nothing else is found', async (t) => {
  // One tree for all of them: a look at a tree costs seconds, and a violation does not hide another one.
  const planted = Object.assign({}, soundHouse, ...violations.map((violation) => violation.planted));
  const { status, lines } = checkTree(plantTree(t, planted));
  for (const { title, caught } of violations) {
    t.equal(lines.filter((line) => line.startsWith(caught)).length, 1, `caught: ${title}`);
  }
  const known = (line: string) => violations.some(({ caught }) => line.startsWith(caught));
  t.strictSame(
    lines.slice(0, -1).filter((line) => !known(line)),
    [],
  );
  t.equal(status, 1);
});
