// What the documents say is there: tests that they name, files that they lead to, commands that they show.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'tap';
import { whyNotTaken, wordsOf } from '../support/command-words.ts';

const root = new URL('../..', import.meta.url).pathname;
const documents = [
  ...['README.md', 'SECURITY.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md'],
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const read = (path: string) => readFileSync(join(root, path), 'utf8');

test('every test that the security document names is there, and every rule has one', (t) => {
  const text = read('docs/security.md');
  const named = [...text.matchAll(/`(test\/[^`]+\.test\.tsx?)` «([^»]+)»/g)];
  t.ok(named.length > 60, `${named.length} tests are named`);
  for (const [, file = '', title = ''] of named) t.ok(read(file).includes(title), `${file} «${title}»`);
  for (let rule = 1; rule <= 20; rule += 1)
    t.match(text, new RegExp(`^\\| R${rule} .*«.+»`, 'm'), `R${rule} has a test`);
  t.end();
});

/** As GitHub makes anchors of headings. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .trim()
    .replaceAll(' ', '-');

test('every link of the documents leads somewhere', (t) => {
  let links = 0;
  for (const document of documents) {
    for (const [, target = ''] of read(document).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)) {
      links += 1;
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? document : join(dirname(document), path);
      if (!t.ok(existsSync(join(root, file)), `${document}: ${target}`) || anchor === undefined) continue;
      const anchors = [...read(file).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));
      t.ok(anchors.includes(anchor), `${document}: ${target}`);
    }
  }
  t.ok(links > 40, `${links} links`);
  t.end();
});

test('every claimgate command that a document shows is one that is taken', async (t) => {
  let commands = 0;
  for (const document of documents) {
    for (const line of read(document).split('\n')) {
      const shown =
        /^ {4}(?:source <\()?(?:sudo (?:-u claimgate )?)?(?:claimgate|npm run -s claimgate --) (.*?)(?: {2,}.*)?$/
          .exec(line)?.[1]
          ?.replaceAll(/\[[^\]]*\]/g, '');
      // A list of what there is names alternatives, and leaves open what comes after.
      if (shown === undefined || /\w\|\w|^\.\.\.|\.\.\.$/.test(shown)) continue;
      if (document === 'README.md' && /^ {4}claimgate [a-z]+(?: [a-z|.-]+)? {2,}/.test(line)) continue;
      commands += 1;
      t.equal(await whyNotTaken(wordsOf(`claimgate ${shown}`).slice(1)), undefined, `${document}: ${shown}`);
    }
  }
  t.ok(commands > 60, `${commands} commands`);
});
