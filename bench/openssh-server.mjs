// The peer: OpenSSH's sshd with its sftp-server, as Debian's openssh-server installs them, on a free port of loopback.

import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from './free-port.mjs';
import { removeLargeFiles } from './sftp-files.mjs';

const sshd = '/usr/sbin/sshd';
const sftpServer = '/usr/lib/openssh/sftp-server';
/** Where sshd wants an empty directory when root starts it. */
const privilegeDirectory = '/run/sshd';

/** @returns why there is no peer, or undefined */
export function whyNoOpenssh() {
  const missing = [sshd, sftpServer].find((file) => !existsSync(file));
  return missing === undefined ? undefined : `no ${missing} (Debian: apt-get install openssh-server)`;
}

/**
 * Starts it in a folder; the caller closes it. For logins by password root makes a user of the system for as long as it
 * runs; for anybody else it takes a key alone.
 */
export async function startOpenssh(root, { keyFile }) {
  const folder = join(root, 'openssh');
  const files = join(folder, 'files');
  mkdirSync(files, { recursive: true });
  if (process.getuid() === 0) mkdirSync(privilegeDirectory, { recursive: true, mode: 0o755 });
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'host_key')]);
  writeFileSync(join(folder, 'authorized_keys'), readFileSync(`${keyFile}.pub`));
  const port = await findFreePort();
  const account = makeAccount();
  const config = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${join(folder, 'host_key')}`,
    `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`,
    `PidFile ${join(folder, 'sshd.pid')}`,
    'StrictModes no',
    'UsePAM no',
    'PermitRootLogin prohibit-password',
    `PasswordAuthentication ${account === undefined ? 'no' : 'yes'}`,
    // As many at once as the measurements open; the default would drop some of them at random.
    'MaxStartups 100:30:200',
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
    keyFile,
    password: account?.password,
    /** Who signs in by the password. */
    passwordUser: account?.user,
    settled: async () => undefined,
    forget: () => removeLargeFiles(files),
    async close() {
      child.kill('SIGTERM');
      await ended;
      account?.remove();
    },
  };
}

/** @returns a user of the system with a password, hashed as the system does it; undefined where none can be made */
function makeAccount() {
  if (process.getuid() !== 0 || !existsSync('/usr/sbin/useradd')) return undefined;
  const user = `claimgate-bench-${process.pid}`;
  const password = randomBytes(18).toString('base64url');
  execFileSync('/usr/sbin/useradd', ['--no-create-home', '--home-dir', '/tmp', '--shell', '/bin/sh', user]);
  execFileSync('/usr/sbin/chpasswd', [], { input: `${user}:${password}\n` });
  return { user, password, remove: () => execFileSync('/usr/sbin/userdel', [user]) };
}

function versionOfSshd() {
  // Client and server come from the same source package; sshd tells its version only within an error.
  const said = execFileSync('sh', ['-c', 'ssh -V 2>&1'], { encoding: 'utf8' });
  return /OpenSSH_(\S+?)[ ,]/.exec(said)?.[1] ?? '';
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
