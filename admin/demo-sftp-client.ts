// The partner's side of the demo: a real SFTP client. The stock `sftp` of OpenSSH where the machine has it, with the
// password given by SSH_ASKPASS; the client of the ssh2 package elsewhere.

import { spawn } from 'node:child_process';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import ssh2 from 'ssh2';

export interface DemoSftpClient {
  /** What it is, for people. */
  readonly name: string;
  /** Signs in and looks around. @returns whether the daemon let it in */
  signsIn(password: string): Promise<boolean>;
  put(password: string, input: { readonly local: string; readonly remote: string }): Promise<void>;
  list(password: string, folder: string): Promise<readonly string[]>;
  get(password: string, remote: string): Promise<string>;
}

export interface DemoSftpTarget {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly knownHosts: readonly string[];
  /** A folder for the client's own files. */
  readonly scratch: string;
}

/** The stock client when there is one, else ssh2's. */
export async function chooseSftpClient(target: DemoSftpTarget): Promise<DemoSftpClient> {
  const version = await stockVersion();
  return version === undefined ? ssh2Client(target) : stockClient(target, version);
}

async function stockVersion(): Promise<string | undefined> {
  const { code, output } = await run('ssh', ['-V'], { input: '', environment: process.env });
  return code === 0 ? (output.trim().split(/[ ,]/)[0] ?? 'OpenSSH') : undefined;
}

interface Ran {
  readonly code: number;
  readonly output: string;
}

/** Longer than anything the demo asks of the client, in milliseconds. */
const clientTimeoutMs = 60_000;

function run(
  program: string,
  args: readonly string[],
  options: { readonly input: string; readonly environment: NodeJS.ProcessEnv },
): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { env: options.environment, timeout: clientTimeoutMs });
    let output = '';
    const collect = (chunk: Buffer) => {
      output += chunk.toString('utf8');
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.stdin.on('error', () => undefined);
    child.on('error', () => resolve({ code: 127, output: `${program} is not on this machine` }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
    child.stdin.end(options.input);
  });
}

async function stockClient(target: DemoSftpTarget, version: string): Promise<DemoSftpClient> {
  const askPass = join(target.scratch, 'askpass.sh');
  const knownHosts = join(target.scratch, 'known_hosts');
  await writeFile(askPass, '#!/bin/sh\nprintf "%s\\n" "$CLAIMGATE_DEMO_PASSWORD"\n');
  await chmod(askPass, 0o700);
  await writeFile(knownHosts, `${target.knownHosts.join('\n')}\n`);
  const batch = (password: string, commands: readonly string[]): Promise<Ran> =>
    run(
      'sftp',
      [
        // Before -b, which would otherwise forbid passwords: the first value of an option counts.
        '-oBatchMode=no',
        '-oNumberOfPasswordPrompts=1',
        '-oPubkeyAuthentication=no',
        // The host key must be the one that the portal shows.
        '-oStrictHostKeyChecking=yes',
        `-oUserKnownHostsFile=${knownHosts}`,
        '-oGlobalKnownHostsFile=/dev/null',
        '-F/dev/null',
        '-q',
        ...['-P', String(target.port), '-b', '-', `${target.user}@${target.host}`],
      ],
      {
        input: `${commands.join('\n')}\n`,
        environment: {
          PATH: process.env['PATH'],
          HOME: target.scratch,
          SSH_ASKPASS: askPass,
          SSH_ASKPASS_REQUIRE: 'force',
          DISPLAY: ':0',
          CLAIMGATE_DEMO_PASSWORD: password,
        },
      },
    );
  const must = async (password: string, commands: readonly string[]): Promise<string> => {
    const { code, output } = await batch(password, commands);
    if (code !== 0) throw new Error(`sftp failed (${commands.join('; ')}): ${output.trim()}`);
    return output;
  };
  return {
    name: `the stock sftp (${version})`,
    signsIn: async (password) => (await batch(password, ['ls -1 /'])).code === 0,
    async put(password, { local, remote }) {
      await must(password, [`put "${local}" "${remote}"`]);
    },
    async list(password, folder) {
      const lines = (await must(password, [`ls -1 ${folder}`])).split(/\r?\n/);
      return lines
        .filter((line) => line.startsWith(`${folder}/`))
        .map((line) => line.slice(folder.length + 1));
    },
    async get(password, remote) {
      const local = join(target.scratch, 'fetched');
      await must(password, [`get "${remote}" "${local}"`]);
      return readFile(local, 'utf8');
    },
  };
}

function ssh2Client(target: DemoSftpTarget): DemoSftpClient {
  const session = <Result>(
    password: string,
    work: (sftp: ssh2.SFTPWrapper) => Promise<Result>,
  ): Promise<Result> =>
    new Promise((resolve, reject) => {
      const client = new ssh2.Client();
      client.on('error', reject);
      client.on('ready', () => {
        client.sftp((error, sftp) => {
          if (error) return reject(error);
          work(sftp)
            .then(resolve, reject)
            .finally(() => client.end());
        });
      });
      const { host, port, user } = target;
      const known = new Set(target.knownHosts.map((line) => line.split(' ').at(-1)));
      client.connect({
        host,
        port,
        username: user,
        password,
        hostVerifier: (key: Buffer) => known.has(key.toString('base64')),
      });
    });
  const call = <Result>(
    make: (done: (error: Error | null | undefined, result?: Result) => void) => void,
  ): Promise<Result> =>
    new Promise((resolve, reject) =>
      make((error, result) => (error ? reject(error) : resolve(result as Result))),
    );
  return {
    name: 'the client of the ssh2 package (this machine has no stock sftp)',
    signsIn: (password) =>
      session(password, async () => true).catch((thrown: unknown) => {
        // Only a refused sign-in is an answer; anything else is a fault of the demo.
        if (thrown instanceof Error && 'level' in thrown && thrown.level === 'client-authentication')
          return false;
        throw thrown;
      }),
    put: (password, { local, remote }) =>
      session(password, (sftp) => call<void>((done) => sftp.fastPut(local, remote, done))),
    list: (password, folder) =>
      session(password, async (sftp) =>
        (await call<ssh2.FileEntry[]>((done) => sftp.readdir(folder, done))).map((entry) => entry.filename),
      ),
    get: (password, remote) =>
      session(password, async (sftp) =>
        (await call<Buffer>((done) => sftp.readFile(remote, done))).toString('utf8'),
      ),
  };
}
