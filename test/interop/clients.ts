// Further clients, beside those of test/support/stock-clients.ts: libraries that partners build on, each driven by a
// small program of ours (drivers/) that does commands from standard input, and rclone.

import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Ran, runProgram } from '../support/program.ts';
import {
  type ClientCommand,
  curl,
  lftp,
  opensshSftp,
  psftp,
  type StockClient,
} from '../support/stock-clients.ts';

const drivers = join(import.meta.dirname, 'drivers');

/** A client of the matrix. */
export interface MatrixClient extends StockClient {
  readonly name: string;
  /** The Debian package whose version the table shows. */
  readonly debianPackage: string;
  /** Whose SSH it speaks. */
  readonly transport: string;
  /** It knows no algorithm of `modern`. */
  readonly needsCompatible?: true;
  /** Why it cannot take an upload up again where it was cut; undefined when it can. */
  readonly noResume?: string;
}

function wordsOf(command: ClientCommand): string {
  switch (command.kind) {
    case 'put':
    case 'resume-put':
      return `${command.kind} ${command.local} ${command.remote}`;
    case 'get':
      return `get ${command.remote} ${command.local}`;
    case 'list':
      return `list ${command.folder}`;
    case 'rename':
      return `rename ${command.from} ${command.to}`;
  }
}

/** A library: the driver gets the commands as lines. */
function library(
  names: Pick<MatrixClient, 'name' | 'debianPackage' | 'transport' | 'program'>,
  args: readonly string[],
): MatrixClient {
  return {
    ...names,
    run(target, { cwd, password, commands }) {
      const askpass = join(cwd, 'askpass.sh');
      writeFileSync(askpass, '#!/bin/sh\nprintf "%s\\n" "$SFTP_PASSWORD"\n');
      chmodSync(askpass, 0o700);
      return runProgram(names.program, [...args, target.host, String(target.port), target.user], {
        cwd,
        input: `${commands.map(wordsOf).join('\n')}\n`,
        environment: {
          SFTP_PASSWORD: password,
          SSH_ASKPASS: askpass,
          SSH_ASKPASS_REQUIRE: 'force',
          DISPLAY: ':0',
        },
      });
    },
  };
}

/** rclone keeps its password obscured, and parks uploads under a name of its own making. */
const rclone: MatrixClient = {
  name: 'rclone',
  debianPackage: 'rclone',
  transport: 'Go x/crypto',
  program: 'rclone',
  noResume: 'rclone sends a file again from its start',
  async run(target, { cwd, password, commands }) {
    const obscured = await runProgram('rclone', ['obscure', password], { cwd });
    const remote = `:sftp,host=${target.host},port=${target.port},user=${target.user},pass=${obscured.out.trim()},shell_type=none,disable_hashcheck=true:`;
    return inTurn(commands, (command) =>
      runProgram('rclone', ['--retries', '1', '--low-level-retries', '1', ...rcloneWords(command, remote)], {
        cwd,
      }),
    );
  },
};

function rcloneWords(command: ClientCommand, remote: string): readonly string[] {
  switch (command.kind) {
    case 'put':
    case 'resume-put':
      return ['copyto', command.local, `${remote}${command.remote}`];
    case 'get':
      return ['copyto', `${remote}${command.remote}`, command.local];
    case 'list':
      return ['lsf', `${remote}${command.folder}`];
    case 'rename':
      return ['moveto', `${remote}${command.from}`, `${remote}${command.to}`];
  }
}

async function inTurn(
  commands: readonly ClientCommand[],
  run: (command: ClientCommand) => Promise<Ran>,
): Promise<Ran> {
  let out = '';
  for (const command of commands) {
    const ran = await run(command);
    out += ran.out;
    if (ran.code !== 0) return { code: ran.code, out };
  }
  return { code: 0, out };
}

export const matrixClients: readonly MatrixClient[] = [
  { ...opensshSftp, name: 'OpenSSH sftp', debianPackage: 'openssh-client', transport: 'OpenSSH' },
  { ...psftp, name: 'psftp', debianPackage: 'putty-tools', transport: 'PuTTY' },
  { ...curl, name: 'curl', debianPackage: 'curl', transport: 'libssh2' },
  { ...lftp, name: 'lftp', debianPackage: 'lftp', transport: 'OpenSSH' },
  rclone,
  library(
    {
      name: 'paramiko',
      debianPackage: 'python3-paramiko',
      transport: 'paramiko',
      program: '/usr/bin/python3',
    },
    [join(drivers, 'paramiko_driver.py')],
  ),
  library(
    {
      name: 'asyncssh',
      debianPackage: 'python3-asyncssh',
      transport: 'asyncssh',
      program: '/usr/bin/python3',
    },
    [join(drivers, 'asyncssh_driver.py')],
  ),
  {
    ...library({ name: 'JSch', debianPackage: 'libjsch-java', transport: 'JSch', program: 'java' }, [
      ...['-cp', '/usr/share/java/jsch.jar'],
      join(drivers, 'Jsch.java'),
    ]),
    needsCompatible: true,
  },
  library(
    {
      name: 'Net::SFTP::Foreign',
      debianPackage: 'libnet-sftp-foreign-perl',
      transport: 'OpenSSH',
      program: 'perl',
    },
    [join(drivers, 'net_sftp_foreign.pl')],
  ),
  library({ name: 'Net::SSH2', debianPackage: 'libnet-ssh2-perl', transport: 'libssh2', program: 'perl' }, [
    join(drivers, 'net_ssh2.pl'),
  ]),
  library({ name: 'net-sftp', debianPackage: 'ruby-net-sftp', transport: 'net-ssh', program: 'ruby' }, [
    join(drivers, 'net_sftp.rb'),
  ]),
  library({ name: 'phpseclib', debianPackage: 'php-phpseclib3', transport: 'phpseclib', program: 'php' }, [
    join(drivers, 'phpseclib.php'),
  ]),
];
