// Builds the OCI image by packaging/Containerfile and runs it: npm run prove-image [-- --base IMAGE]
//
// The base is made here, since the registry with the official one is not to be reached everywhere: Debian by debootstrap,
// Node out of the npm package `node`, npm as it is here. With --base it is fetched. Images and containers are kept in a
// temporary folder, which goes at the end. It says each thing that it saw, fails at the first that is not so, and says
// in one line where nothing could be proved, and why. It takes some minutes.

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fetchNode, outsideNpm } from './fetch-node.mjs';
import { installPackages } from './provide-packages.mjs';
import { runProgram } from './run-program.mjs';

const home = fileURLToPath(new URL('..', import.meta.url));
const recipe = join(home, 'packaging/Containerfile');
const image = 'localhost/claimgate';
/** A start makes keys and the database; on a machine with other work it waits its turn. */
const startMaxMs = 120_000;

const { values } = parseArgs({ options: { base: { type: 'string' } } });

/** @returns why nothing can be proved here, in a sentence */
function whyNot() {
  if (process.platform !== 'linux') return 'Containers of this image run on Linux.';
  if (process.getuid?.() !== 0) return 'It takes root: containers are made of mounts and namespaces.';
  return installPackages(['podman', 'runc', 'debootstrap', 'ca-certificates']);
}

function see(isSo, what) {
  if (!isSo) throw new Error(`It is not so that ${what}.`);
  console.log(`seen: ${what}`);
}

/** Debian and Node as the official image has them: below /usr/local, with headers. */
function makeBase(work, podman) {
  const recommended = /node:(\d+)-(\w+)-slim/.exec(readFileSync(recipe, 'utf8'));
  if (recommended === null) throw new Error('The recipe names no official image of Node.');
  const [, major, suite] = recommended;
  const root = join(work, 'base');
  runProgram('debootstrap', ['--variant=minbase', suite, root]);
  const { node, withHeaders } = fetchNode(join(work, 'node'), major);
  cpSync(node, join(root, 'usr/local/bin/node'));
  if (withHeaders !== undefined)
    cpSync(join(withHeaders, 'include'), join(root, 'usr/local/include'), { recursive: true });
  const global = runProgram('npm', ['root', '--global'], { env: outsideNpm }).trim();
  const modules = join(root, 'usr/local/lib/node_modules');
  cpSync(join(global, 'npm'), join(modules, 'npm'), { recursive: true, dereference: true });
  const command = '#!/bin/sh\nexec node /usr/local/lib/node_modules/npm/bin/npm-cli.js "$@"\n';
  writeFileSync(join(root, 'usr/local/bin/npm'), command, { mode: 0o755 });
  // Whom this machine trusts: its registry may be a mirror with a certificate of the house.
  const trusted = '/etc/ssl/certs/ca-certificates.crt';
  mkdirSync(join(root, dirname(trusted)), { recursive: true });
  cpSync(trusted, join(root, trusted), { dereference: true });
  mkdirSync(join(root, 'usr/local/etc'), { recursive: true });
  writeFileSync(join(root, 'usr/local/etc/npmrc'), `cafile=${trusted}\n`);
  const archive = join(work, 'base.tar');
  runProgram('tar', ['-C', root, '-cf', archive, '.']);
  podman('import', archive, 'localhost/claimgate-base');
  for (const done of [root, archive]) rmSync(done, { recursive: true, force: true });
  return 'localhost/claimgate-base';
}

/** Everything that podman keeps is below `work`; vfs needs no overlay, and runc takes every layout of cgroups. */
function openPodman(work) {
  const places = [
    '--root',
    join(work, 'storage'),
    '--runroot',
    join(work, 'run'),
    '--tmpdir',
    join(work, 'tmp'),
  ];
  const ways = ['--storage-driver', 'vfs', '--runtime', 'runc', '--cgroup-manager', 'cgroupfs'];
  // What a container wrote to standard error is its log, and podman hands it on there.
  return (...args) => {
    const logs = args[0] === 'logs' ? ['sh', '-c', 'exec "$0" "$@" 2>&1'] : [];
    const [program, ...rest] = [...logs, 'podman', ...places, ...ways, ...args];
    return runProgram(program, rest);
  };
}

/** As little as the product is said to need: no network but loopback, no privileges, nothing that may be written. */
function confinement() {
  const limits = readFileSync('/proc/self/limits', 'utf8');
  // A process that may not raise its limits gives its children none above them.
  const files = Math.min(65_536, Number(/^Max open files\s+\S+\s+(\d+)/m.exec(limits)?.[1] ?? 65_536));
  return [
    ...['--network', 'none', '--read-only', '--cap-drop', 'all', '--security-opt', 'no-new-privileges'],
    ...['--ulimit', `nofile=${files}:${files}`, '--ulimit', 'nproc=4096:4096'],
    // Asked here, by hand: podman leaves it to systemd.
    ...['--health-interval', 'disable'],
  ];
}

function lookAtImage(podman) {
  const [{ Config: config, Healthcheck: check, Size: size }] = JSON.parse(podman('image', 'inspect', image));
  see(config.User === 'claimgate', 'the image runs as the user claimgate');
  see('/var/lib/claimgate' in (config.Volumes ?? {}), 'its data is a volume');
  see((check ?? config.Healthcheck)?.Test?.[0] === 'CMD', 'it has a health check');
  see(config.StopSignal === 'SIGTERM', `it is stopped by SIGTERM; it has ${Math.round(size / 1e6)} MB`);
}

async function untilHealthy(podman, name) {
  const end = Date.now() + startMaxMs;
  for (;;) {
    try {
      podman('healthcheck', 'run', name);
      return;
    } catch (thrown) {
      const running = podman('inspect', '--format', '{{.State.Running}}', name).trim() === 'true';
      if (!running || Date.now() > end) throw new Error(`${thrown.message}\n${podman('logs', name)}`);
      await pause(500);
    }
  }
}

const sayBanner =
  "require('node:net').connect(2022, '127.0.0.1').once('data', (b) => { process.stdout.write(b); process.exit(); })";
const sayStatus = "fetch('http://127.0.0.1:8080/').then((r) => console.log(r.status))";
const tryWrites =
  'for f in /x /usr/lib/claimgate/x /etc/claimgate/x; do if touch $f 2>/dev/null; then echo $f; fi; done; id -u; grep CapEff /proc/1/status';

/** Serves on the two volumes, does `work` beside it, and stops it. */
async function serve(podman, name, work) {
  const volumes = ['-v', 'settings:/etc/claimgate:ro', '-v', 'data:/var/lib/claimgate'];
  podman('run', '-d', '--name', name, ...confinement(), ...volumes, image);
  await untilHealthy(podman, name);
  console.log('seen: its health check passes while it serves on a read-only root, without privileges');
  work((...args) => podman('exec', name, ...args));
  podman('stop', '--time', '30', name);
  const exit = podman('inspect', '--format', '{{.State.ExitCode}}', name).trim();
  see(exit === '0', 'SIGTERM ends it with exit status 0');
  see(/"gateway\.stopped"/.test(podman('logs', name)), 'its log ends in order');
  podman('rm', name);
}

async function lookAtContainers(podman) {
  const once = (...args) => podman('run', '--rm', ...confinement(), ...args);
  const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
  see(once(image, '--version').trim() === version, `claimgate --version says ${version}`);
  const answers = ['--public-host', 'sftp.example.org', '--listen', '0.0.0.0', '--https', 'proxy'];
  const out = ['--data', '/var/lib/claimgate', '--out', '/etc/claimgate/claimgate.yaml'];
  once('-v', 'settings:/etc/claimgate', image, 'init', '--yes', '--force', ...answers, ...out);
  let key;
  await serve(podman, 'first', (exec) => {
    see(/^SSH-2\.0-/.test(exec('node', '-e', sayBanner)), 'SFTP answers at port 2022');
    see(exec('node', '-e', sayStatus).trim() === '200', 'the portal answers at port 8080');
    const tried = exec('sh', '-c', tryWrites).trim();
    see(
      /^990\nCapEff:\s+0+$/.test(tried),
      'it is user 990, has no capability, and may write nothing of the image',
    );
    const doctor = exec('claimgate', 'doctor');
    see(/sftp\.example|0\.0\.0\.0:2022/.test(doctor), 'init wrote the settings that it serves with');
    see(/^0 errors/m.test(doctor), 'doctor finds no error');
    key = /ssh-ed25519 SHA256:\S+/.exec(doctor)?.[0];
    exec('claimgate', 'partner', 'add', 'my-clinic', '--name', 'My Clinic', '--submitter-id', 'TSN0042');
  });
  await serve(podman, 'second', (exec) => {
    see(
      /my-clinic/.test(exec('claimgate', 'partner', 'list')),
      'another container on the volume has the partners',
    );
    see(key !== undefined && exec('claimgate', 'doctor').includes(key), 'and the host key');
  });
  see(/All of it held/.test(once(image, 'demo')), 'claimgate demo does the whole main job in it');
}

async function prove(work) {
  const podman = openPodman(work);
  try {
    const base = values.base ?? makeBase(work, podman);
    const how = ['--isolation', 'chroot', '--network', 'host', '--layers=false', '--format', 'docker'];
    podman('build', ...how, '--build-arg', `NODE_IMAGE=${base}`, '-f', recipe, '-t', image, home);
    console.log(`seen: the image is built by the recipe on ${values.base ?? 'a base that was made here'}`);
    lookAtImage(podman);
    await lookAtContainers(podman);
    console.log('prove-image: all of it was so.');
  } finally {
    podman('rm', '--all', '--force', '--time', '1');
  }
}

const reason = whyNot();
if (reason === undefined) {
  const work = mkdtempSync(join(tmpdir(), 'claimgate-image-'));
  try {
    await prove(work);
  } catch (thrown) {
    console.error(`prove-image: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    process.exitCode = 1;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
} else console.log(`prove-image: skipped, nothing was proved. ${reason}`);
