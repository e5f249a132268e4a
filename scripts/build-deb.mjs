// Builds the Debian package of the product: node scripts/build-deb.mjs [--out DIR] [--skip-build] [--compression none]
//
// What is installed here is what goes into it: the built product and the packages that it runs with, patched and with
// their native modules as `npm ci` made them. So it fits the machine's architecture and the major version of the Node
// that built it, and says so in its dependencies.

import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { copyRuntimePackages } from './runtime-packages.mjs';

const home = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: {
    out: { type: 'string', default: '.' },
    'skip-build': { type: 'boolean', default: false },
    /** As dpkg-deb's -Z: xz is small, none is fast. */
    compression: { type: 'string', default: 'xz' },
  },
});

/** Beside the compiled product, what of the repository is installed. */
const ours = ['dist', 'package.json', 'LICENSE'];
function run(command, args, options = {}) {
  const done = spawnSync(command, args, { cwd: home, encoding: 'utf8', maxBuffer: 1 << 26, ...options });
  if (done.status !== 0)
    throw new Error(`${command} ${args.join(' ')} failed: ${done.error?.message ?? done.stderr ?? ''}`);
  return done.stdout ?? '';
}

function copyProduct(to) {
  for (const name of ours) cpSync(join(home, name), join(to, name), { recursive: true, dereference: true });
  return copyRuntimePackages(home, to);
}

function put(root, path, text, mode = 0o644) {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  chmodSync(file, mode);
}

function copy(root, path, from) {
  put(root, path, readFileSync(join(home, 'packaging', from)));
}

function makeTree(root, { version, architecture }) {
  const count = copyProduct(join(root, 'usr/lib/claimgate'));
  put(root, 'usr/bin/claimgate', '#!/bin/sh\nexec node /usr/lib/claimgate/dist/admin/main.js "$@"\n', 0o755);
  copy(root, 'usr/lib/systemd/system/claimgate.service', 'claimgate.service');
  copy(root, 'usr/lib/sysusers.d/claimgate.conf', 'debian/sysusers.conf');
  copy(root, 'usr/lib/tmpfiles.d/claimgate.conf', 'debian/tmpfiles.conf');
  copy(root, 'etc/logrotate.d/claimgate', 'debian/logrotate.conf');
  copy(root, 'usr/share/claimgate/claimgate-alerts.yaml', 'prometheus/claimgate-alerts.yaml');
  copy(root, 'usr/share/claimgate/claimgate-grafana.json', 'grafana/claimgate.json');
  // Settings may name people and hosts; the group reads them, and nobody else.
  put(
    root,
    'etc/claimgate/claimgate.yaml',
    readFileSync(join(home, 'packaging/debian/claimgate.yaml')),
    0o640,
  );
  put(root, 'usr/share/doc/claimgate/copyright', readFileSync(join(home, 'LICENSE')));
  cpSync(join(home, 'docs'), join(root, 'usr/share/doc/claimgate/docs'), { recursive: true });
  const [major] = process.versions.node.split('.').map(Number);
  const floor = major === 20 ? '20.19' : `${major}.0`;
  const kibibytes = Math.ceil(sizeOf(root) / 1024);
  put(
    root,
    'DEBIAN/control',
    `Package: claimgate
Version: ${version}
Architecture: ${architecture}
Maintainer: Claimgate <claimgate@localhost>
Section: net
Priority: optional
Installed-Size: ${kibibytes}
Depends: nodejs (>= ${floor}), nodejs (<< ${major + 1}), libc6, libstdc++6
Recommends: systemd, logrotate
Suggests: prometheus
Description: SFTP gateway for healthcare EDI trading partners
 Portal, mailboxes over SFTP, X12 837 validation, 999 and TA1 acknowledgements,
 hand-over to the back end, hooks, metrics and an audit trail.
`,
  );
  put(root, 'DEBIAN/conffiles', '/etc/claimgate/claimgate.yaml\n/etc/logrotate.d/claimgate\n');
  for (const name of ['postinst', 'prerm', 'postrm'])
    put(root, `DEBIAN/${name}`, readFileSync(join(home, 'packaging/debian', name)), 0o755);
  return count;
}

function sizeOf(folder) {
  let bytes = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) bytes += statSync(join(entry.parentPath, entry.name)).size;
  return bytes;
}

if (!values['skip-build']) run(process.execPath, ['scripts/build.mjs', '--if-needed'], { stdio: 'inherit' });
if (!existsSync(join(home, 'dist/admin/main.js'))) throw new Error('The product is not built: npm run build');
const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
const architecture = run('dpkg', ['--print-architecture']).trim();
const work = mkdtempSync(join(tmpdir(), 'claimgate-deb-'));
try {
  const root = join(work, 'root');
  mkdirSync(root, { mode: 0o755 });
  const count = makeTree(root, { version, architecture });
  const out = resolve(values.out);
  mkdirSync(out, { recursive: true });
  const file = join(out, `claimgate_${version}_${architecture}.deb`);
  run('dpkg-deb', ['--root-owner-group', `-Z${values.compression}`, '--build', root, file]);
  console.log(`${basename(file)}: ${count} packages, ${Math.round(statSync(file).size / 1e6)} MB, in ${out}`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
