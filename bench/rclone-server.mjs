// A second peer: `rclone serve sftp`, which many use where they want more than sshd, as Debian's rclone installs it.

import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { findFreePort } from './free-port.mjs';
import { removeLargeFiles } from './sftp-files.mjs';

/** @returns why there is no peer, or undefined */
export function whyNoRclone() {
  try {
    execFileSync('rclone', ['version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'no rclone (Debian: apt-get install rclone)';
  }
}

/** Starts it in a folder, for the key that is there already and for a password; the caller closes it. */
export async function startRclone(root, { keyFile }) {
  const folder = join(root, 'rclone');
  const files = join(folder, 'files');
  mkdirSync(files, { recursive: true });
  const hostKey = join(folder, 'host_key');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', hostKey]);
  const port = await findFreePort();
  const user = 'bench';
  const password = 'Violet-Otter-9-River';
  const options = ['--addr', `127.0.0.1:${port}`, '--key', hostKey, '--user', user, '--pass', password];
  const child = spawn(
    'rclone',
    [
      'serve',
      'sftp',
      files,
      ...options,
      '--authorized-keys',
      `${keyFile}.pub`,
      '--config',
      join(folder, 'none'),
    ],
    { stdio: 'ignore', env: { PATH: process.env.PATH, HOME: folder } },
  );
  const ended = new Promise((resolve) => child.once('close', resolve));
  await untilListening(port, child);
  const [version] = execFileSync('rclone', ['version'], { encoding: 'utf8' }).split('\n');
  return {
    name: version?.replace(' v', ' ') ?? 'rclone',
    pid: child.pid,
    host: '127.0.0.1',
    port,
    user,
    password,
    keyFile,
    folder: '',
    settled: async () => undefined,
    forget: () => removeLargeFiles(files),
    async close() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function untilListening(port, child) {
  for (;;) {
    const open = await new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (open) return;
    if (child.exitCode !== null) throw new Error(`rclone ended with ${child.exitCode}.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
