import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'tap';
import { findUnmendedSsh2 } from '../../admin/ssh2-patch.ts';

test('the installed ssh2 is mended, and one as it was published is found out', async (t) => {
  t.equal(findUnmendedSsh2(), undefined);
  const installed = dirname(createRequire(import.meta.url).resolve('ssh2/package.json'));
  const root = t.testdir();
  mkdirSync(join(root, 'lib/protocol'), { recursive: true });
  copyFileSync(join(installed, 'package.json'), join(root, 'package.json'));
  const file = join(root, 'lib/protocol/Protocol.js');
  const now = readFileSync(join(installed, 'lib/protocol/Protocol.js'), 'utf8');
  const patch = readFileSync(new URL('../../patches/ssh2-1.17.0.patch', import.meta.url), 'utf8');
  const [before, after] = ['-', '+'].map((sign) =>
    patch
      .split('\n')
      .filter((line) => line.startsWith(sign) && !line.startsWith(sign.repeat(3)))
      .map((line) => line.slice(1))
      .join('\n'),
  );
  t.ok(now.includes(after ?? ''));
  writeFileSync(file, now.replace(after ?? '', before ?? ''));
  t.equal(findUnmendedSsh2(join(root, 'package.json')), file);
});
