// Provides the Debian packages that the suites need: installs what is missing when this is root on Debian, and says
// which suites are skipped, and why, when it may not or cannot.

import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { debianPackages } from './debian-packages.mjs';

/** Set to keep `npm test` from installing anything. */
const refusal = 'NO_APT_INSTALL';
/** Longer than this, and the package server is taken for unreachable. */
const aptTimeoutMs = 5 * 60 * 1000;

/** Installs what is missing, if it may. Never fails: a suite without its program is skipped, visibly. */
export function providePackages() {
  const missing = findMissing();
  if (missing.length === 0) return;
  const names = missing.map(({ name }) => name);
  const why = whyNotInstall() ?? install(names);
  for (const { name, reason, suites } of findMissing()) {
    console.log(`test: ${name} is not installed (${reason}). ${why ?? 'It was installed and is not found.'}`);
    for (const suite of suites) console.log(`test:   skipped without ${name}: ${suite}`);
  }
}

/**
 * Installs packages that have no command to be recognised by, for the suites that are asked for by name.
 * @param {readonly string[]} names as apt-get knows them
 * @returns {string | undefined} why some could not be installed, in a sentence
 */
export function installPackages(names) {
  const missing = names.filter(
    (name) =>
      !/^Status: .* installed$/m.test(spawnSync('dpkg', ['-s', name], { encoding: 'utf8' }).stdout ?? ''),
  );
  return missing.length === 0 ? undefined : (whyNotInstall() ?? install(missing));
}

function findMissing() {
  return debianPackages.filter(({ command }) => !isOnPath(command));
}

function isOnPath(command) {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return folder !== '';
    } catch {
      return false;
    }
  });
}

function whyNotInstall() {
  if ((process.env[refusal] ?? '') !== '') return `${refusal} is set, so nothing was installed.`;
  if (!existsSync('/etc/debian_version') || !isOnPath('apt-get')) return 'This is not a Debian system.';
  if (process.getuid?.() !== 0)
    return 'Only root may install it; run npm test as root, or install it before.';
  return undefined;
}

function install(names) {
  console.log(`test: installing Debian packages that suites need: ${names.join(' ')}`);
  // An old list of packages names versions that are no longer served.
  return (
    runApt(['update']) ??
    runApt(['install', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120', ...names])
  );
}

/** @returns why it failed, in a sentence */
function runApt(args) {
  const done = spawnSync('apt-get', ['-qq', ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    timeout: aptTimeoutMs,
  });
  if (done.status === 0) return undefined;
  const last = `${done.stdout ?? ''}${done.stderr ?? ''}`.trim().split('\n').at(-1) ?? '';
  return `apt-get ${args[0]} failed (${done.error?.message ?? last}).`;
}
