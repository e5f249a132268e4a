// The clients that partners use, by what one does with them: sign in, put, get, list, rename, resume. Each gets its
// password in the way that its makers meant for scripts.

import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Ran, runProgram } from './program.ts';

/** Where to sign in, and as whom. */
export interface SftpTarget {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** SHA256 fingerprints of the server's host keys, as the portal shows them. */
  readonly fingerprints: readonly string[];
}

export interface StockClient {
  readonly program: string;
  /** Does these in one session. `cwd` is where local names are. Fails with the exit code when one of them fails. */
  run(target: SftpTarget, job: ClientJob): Promise<Ran>;
}

export interface ClientJob {
  readonly cwd: string;
  readonly password: string;
  readonly commands: readonly ClientCommand[];
}

/** Remote paths are absolute; local names are in the client's folder. */
export type ClientCommand =
  | { readonly kind: 'put' | 'resume-put'; readonly local: string; readonly remote: string }
  | { readonly kind: 'get'; readonly remote: string; readonly local: string }
  | { readonly kind: 'list'; readonly folder: string }
  | { readonly kind: 'rename'; readonly from: string; readonly to: string };

function lineOf(command: ClientCommand): string {
  switch (command.kind) {
    case 'put':
      return `put ${command.local} ${command.remote}`;
    case 'resume-put':
      return `reput ${command.local} ${command.remote}`;
    case 'get':
      return `get ${command.remote} ${command.local}`;
    case 'list':
      return `ls ${command.folder}`;
    case 'rename':
      return `rename ${command.from} ${command.to}`;
  }
}

/** OpenSSH's sftp; it asks for the password through SSH_ASKPASS. */
export const opensshSftp: StockClient = {
  program: 'sftp',
  run: (target, { cwd, password, commands }) =>
    runSftp(target, {
      cwd,
      password,
      commands: commands.map((command) =>
        command.kind === 'list' ? `ls -1 ${command.folder}` : lineOf(command),
      ),
    }),
};

/** Runs OpenSSH's sftp with lines of its own batch language. */
export function runSftp(
  target: SftpTarget,
  job: {
    readonly cwd: string;
    readonly password: string;
    readonly commands: readonly string[];
    readonly options?: readonly string[];
  },
): Promise<Ran> {
  const askpass = join(job.cwd, 'askpass.sh');
  writeFileSync(askpass, '#!/bin/sh\nprintf "%s\\n" "$SFTP_PASSWORD"\n');
  chmodSync(askpass, 0o700);
  const options = [
    // Before -b, which would forbid passwords: the first value of an option counts.
    'BatchMode=no',
    'StrictHostKeyChecking=no',
    'UserKnownHostsFile=/dev/null',
    'PreferredAuthentications=password',
    'NumberOfPasswordPrompts=1',
    'LogLevel=ERROR',
    ...(job.options ?? []),
  ].flatMap((option) => ['-o', option]);
  const address = ['-P', String(target.port), '-b', '-', `${target.user}@${target.host}`];
  return runProgram('sftp', ['-F', '/dev/null', ...options, ...address], {
    cwd: job.cwd,
    input: `${job.commands.join('\n')}\n`,
    environment: {
      SSH_ASKPASS: askpass,
      SSH_ASKPASS_REQUIRE: 'force',
      DISPLAY: ':0',
      SFTP_PASSWORD: job.password,
    },
  });
}

export const lftp: StockClient = {
  program: 'lftp',
  run(target, { cwd, password, commands }) {
    const script = [
      'set cmd:fail-exit yes',
      'set net:max-retries 1',
      'set net:timeout 20',
      'set xfer:clobber yes',
      'set sftp:auto-confirm yes',
      'set sftp:connect-program "ssh -a -x -F /dev/null -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o NumberOfPasswordPrompts=1"',
      `open --env-password -u ${target.user} sftp://${target.host}:${target.port}`,
      ...commands.map(lftpLine),
    ];
    writeFileSync(join(cwd, 'lftp.script'), `${script.join('\n')}\n`);
    return runProgram('lftp', ['--norc', '-f', 'lftp.script'], {
      cwd,
      environment: { LFTP_PASSWORD: password },
    });
  },
};

function lftpLine(command: ClientCommand): string {
  switch (command.kind) {
    case 'put':
      return `put ${command.local} -o ${command.remote}`;
    case 'resume-put':
      return `put -c ${command.local} -o ${command.remote}`;
    case 'get':
      return `get ${command.remote} -o ${command.local}`;
    case 'list':
      return `cls -1 ${command.folder}`;
    case 'rename':
      return `mv ${command.from} ${command.to}`;
  }
}

/** PuTTY's psftp; it takes the password from a file and wants the host key's fingerprint. */
export const psftp: StockClient = {
  program: 'psftp',
  run(target, { cwd, password, commands }) {
    writeFileSync(join(cwd, 'password'), password, { mode: 0o600 });
    const lines = commands.map((command) =>
      command.kind === 'rename' ? lineOf(command).replace('rename', 'mv') : lineOf(command),
    );
    writeFileSync(join(cwd, 'psftp.script'), `${[...lines, 'quit'].join('\n')}\n`);
    const hostKeys = target.fingerprints.flatMap((fingerprint) => ['-hostkey', fingerprint]);
    return runProgram(
      'psftp',
      [
        ...['-batch', '-pwfile', 'password', '-P', String(target.port), ...hostKeys],
        ...['-b', 'psftp.script', `${target.user}@${target.host}`],
      ],
      { cwd },
    );
  },
};

/** curl speaks SFTP through libssh2; each command is a run of its own. */
export const curl: StockClient = {
  program: 'curl',
  async run(target, { cwd, password, commands }) {
    const base = `sftp://${target.host}:${target.port}`;
    writeFileSync(join(cwd, 'curlrc'), `user = "${target.user}:${password}"\ninsecure\nsilent\nshow-error\n`);
    let out = '';
    for (const command of commands) {
      const ran = await runProgram('curl', ['-K', 'curlrc', ...argumentsOf(command, base)], { cwd });
      out += ran.out;
      if (ran.code !== 0) return { code: ran.code, out };
    }
    return { code: 0, out };
  },
};

function argumentsOf(command: ClientCommand, base: string): readonly string[] {
  switch (command.kind) {
    case 'put':
      return ['-T', command.local, `${base}${command.remote}`];
    case 'resume-put':
      return ['-C', '-', '-T', command.local, `${base}${command.remote}`];
    case 'get':
      return ['-o', command.local, `${base}${command.remote}`];
    case 'list':
      return ['-l', `${base}${command.folder}/`];
    case 'rename':
      return ['-Q', `rename ${command.from} ${command.to}`, '-o', '/dev/null', `${base}/`];
  }
}

export const stockClients: readonly StockClient[] = [opensshSftp, lftp, psftp, curl];
