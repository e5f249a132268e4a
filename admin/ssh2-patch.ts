// Whether the installed ssh2 is the mended one (patches/): an installation that runs no scripts leaves it as it came.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** What stands in the mended `sendExtInfo`, and in no other: the comma before the algorithms of RSA. */
const mended = "',rsa-sha2-512,rsa-sha2-256'";

/** @returns the file that should have been mended and was not; undefined when all is well */
export function findUnmendedSsh2(
  packageFile = createRequire(import.meta.url).resolve('ssh2/package.json'),
): string | undefined {
  const file = join(dirname(packageFile), 'lib', 'protocol', 'Protocol.js');
  return readFileSync(file, 'utf8').includes(mended) ? undefined : file;
}
