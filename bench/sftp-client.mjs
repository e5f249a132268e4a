// The stock `sftp` as the client of every server. It signs in first, and only then is the clock started, so that a
// measurement of transfers holds no login; logins are measured by themselves.

import { spawn } from 'node:child_process';
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Signs in.
 * @param server where to, as the start functions return it
 * @param options.root a folder for what the client needs
 * @param options.cipher all that is offered; the client's own choice when left out
 * @param options.by `key` or `password`
 * @returns a client that is signed in and waits: `run(commands)` resolves with the seconds that they took
 */
export async function openSftp(server, { root, cipher, by = 'key' }) {
  const child = startSftp(server, { root, cipher, by });
  let said = '';
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0
        ? resolve()
        : reject(new Error(`${server.name}: sftp ended with ${code}: ${said.slice(-2000)}`)),
    );
  });
  const ready = new Promise((resolve) => {
    child.stdout.on('data', (chunk) => {
      // What is said after sign-in is not wanted, and 10,000 lines of it neither.
      if (said.length < 10_000) said += chunk;
      if (said.includes('Remote working directory')) resolve();
    });
  });
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  child.stdin.on('error', () => undefined);
  child.stdin.write('pwd\n');
  await Promise.race([ready, ended]);
  return {
    async run(commands) {
      const beganAtMs = performance.now();
      child.stdin.end(`${commands.join('\n')}\n`);
      await ended;
      return (performance.now() - beganAtMs) / 1000;
    },
  };
}

function startSftp(server, { root, cipher, by }) {
  const askpass = provideAskpass(root);
  const options = [
    'BatchMode=no',
    'StrictHostKeyChecking=no',
    'UserKnownHostsFile=/dev/null',
    'LogLevel=ERROR',
    ...(by === 'key'
      ? [`IdentityFile=${server.keyFile}`, 'IdentitiesOnly=yes', 'PreferredAuthentications=publickey']
      : ['PubkeyAuthentication=no']),
    ...(cipher === undefined ? [] : [`Ciphers=${cipher}`, 'MACs=hmac-sha2-256-etm@openssh.com']),
  ].flatMap((option) => ['-o', option]);
  const user = by === 'password' ? (server.passwordUser ?? server.user) : server.user;
  const address = ['-P', String(server.port), '-b', '-', `${user}@${server.host}`];
  return spawn('sftp', ['-F', '/dev/null', '-q', ...options, ...address], {
    env: {
      PATH: process.env.PATH,
      HOME: root,
      SSH_ASKPASS: askpass,
      SSH_ASKPASS_REQUIRE: 'force',
      DISPLAY: ':0',
      SFTP_PASSWORD: server.password ?? '',
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** Once, and whole from the first moment: while a client runs it, it cannot be written ("text file is busy"). */
function provideAskpass(root) {
  const askpass = join(root, 'askpass.sh');
  if (existsSync(askpass)) return askpass;
  const draft = `${askpass}.draft`;
  writeFileSync(draft, '#!/bin/sh\nprintf "%s\\n" "$SFTP_PASSWORD"\n', { mode: 0o700 });
  renameSync(draft, askpass);
  return askpass;
}
