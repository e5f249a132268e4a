// `npm run interop`: a dozen clients of others against a real gateway. Installs them from Debian where it may, runs
// test/interop, and writes the table of versions and results into docs/interop.md.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { installPackages } from './provide-packages.mjs';

const root = new URL('..', import.meta.url).pathname;
const page = join(root, 'docs', 'interop.md');
const [begin, end] = ['<!-- clients: begin -->', '<!-- clients: end -->'];
const steps = ['put', 'list', 'rename', 'get', 'resume', 'refused'];

const packages = [
  ...['openssh-client', 'putty-tools', 'curl', 'lftp', 'rclone', 'libjsch-java', 'php-cli'],
  ...[
    'default-jdk-headless',
    'php-phpseclib3',
    'ruby-net-sftp',
    'libnet-ssh2-perl',
    'libnet-sftp-foreign-perl',
  ],
  ...['python3-paramiko', 'python3-asyncssh', 'python3-typing-extensions'],
];

function versionOf(name) {
  const said = spawnSync('dpkg', ['-s', name], { encoding: 'utf8' }).stdout ?? '';
  return /^Version: (.*)$/m.exec(said)?.[1] ?? '?';
}

/** The table, a row a client. */
function print(results) {
  const head = [
    'client',
    'version (Debian)',
    'SSH by',
    'profile',
    'put',
    'list',
    'rename',
    'get',
    'resume',
    'bad password refused',
  ];
  const rows = Object.entries(results).map(([name, result]) => [
    name,
    versionOf(result.debianPackage),
    result.transport,
    result.profile,
    ...steps.map((step) => result[step]),
  ]);
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const problem = installPackages(packages);
if (problem !== undefined) console.log(`interop: ${problem} What is missing is skipped.`);
const folder = mkdtempSync(join(tmpdir(), 'claimgate-interop-'));
const file = join(folder, 'results.json');
const require = createRequire(import.meta.url);
const tap = join(dirname(require.resolve('tap/package.json')), 'dist', 'esm', 'run.mjs');
const ran = spawnSync(
  process.execPath,
  [tap, '--reporter=base', '--timeout=900', 'test/interop/matrix.test.ts'],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, CI: 'true', INTEROP_RESULTS: file },
  },
);
if (existsSync(file)) {
  const table = print(JSON.parse(readFileSync(file, 'utf8')));
  const text = readFileSync(page, 'utf8');
  const from = text.indexOf(begin) + begin.length;
  writeFileSync(page, `${text.slice(0, from)}\n${table}\n${text.slice(text.indexOf(end))}`);
  console.log(table);
}
rmSync(folder, { recursive: true, force: true });
process.exitCode = ran.status ?? 1;
