// The peer: OpenSSH's sshd with its sftp-server, as Debian's openssh-server installs them, on a free port of loopback.

import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';

const sshd = '/usr/sbin/sshd';
const sftpServer = '/usr/lib/openssh/sftp-server';
/** Where sshd wants an empty directory when root starts it. */
const privilegeDirectory = '/run/sshd';

/** @returns why there is no peer, or undefined */
export function whyNoOpenssh() {
  const missing = [sshd, sftpServer].find((file) => !existsSync(file));
  return missing === undefined ? undefined : `no ${missing} (Debian: apt-get install openssh-server)`;
}

/** Starts it in a folder; the caller closes it. It takes a key of its own, since passwords would be the system's. */
export async function startOpenssh(root) {
  const folder = join(root, 'openssh');
  const files = join(folder, 'files');
  mkdirSync(files, { recursive: true });
  if (process.getuid() === 0) mkdirSync(privilegeDirectory, { recursive: true, mode: 0o755 });
  for (const name of ['host_key', 'user_key']) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)]);
  }
  writeFileSync(join(folder, 'authorized_keys'), readFileSync(join(folder, 'user_key.pub')));
  const port = await findFreePort();
  const config = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${join(folder, 'host_key')}`,
    `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`,
    `PidFile ${join(folder, 'sshd.pid')}`,
    'StrictModes no',
    'UsePAM no',
    'PermitRootLogin prohibit-password',
    'PasswordAuthentication no',
    `Subsystem sftp ${sftpServer}`,
  ];
  const configFile = join(folder, 'sshd_config');
  writeFileSync(configFile, `${config.join('\n')}\n`);
  const child = spawn(sshd, ['-D', '-e', '-f', configFile], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise((resolve) => child.once('close', resolve));
  await waitUntilListening(child);
  const name = `OpenSSH ${versionOfSshd()}`;
  return {
    name,
    pid: child.pid,
    host: '127.0.0.1',
    port,
    user: userInfo().username,
    folder: files,
    proof: { kind: 'key', file: join(folder, 'user_key') },
    settled: async () => undefined,
    async close() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function versionOfSshd() {
  // Client and server come from the same source package; sshd tells its version only within an error.
  const said = execFileSync('sh', ['-c', 'ssh -V 2>&1'], { encoding: 'utf8' });
  return /OpenSSH_(\S+?)[ ,]/.exec(said)?.[1] ?? '';
}

/** sshd cannot take a port of the system's choice, so one is asked for and given back. */
function findFreePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function waitUntilListening(child) {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
      if (said.includes('Server listening')) resolve();
    });
    child.once('close', (code) => reject(new Error(`sshd ended with ${code}: ${said}`)));
  });
}
