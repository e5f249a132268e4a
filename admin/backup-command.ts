// `claimgate backup`: archives of everything, made while the gateway runs; read through, listed, and restored.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { CommandModule } from 'yargs';
import { readVersion } from '../observe.ts';
import type { ReadBackup } from '../storage/backup-reader.ts';
import { controlNumberGap, restoreBackup, type Verified, verifyBackup } from '../storage/backup-restore.ts';
import { BackupSealedError } from '../storage/backup-seal.ts';
import { listBackups, recordBackup, recordVerification, sumOriginals } from '../storage/backup-store.ts';
import { type WrittenBackup, writeBackup } from '../storage/backup-writer.ts';
import { CommandFailure } from './command-failure.ts';
import { messageOf, printBytes } from './doctor-check.ts';
import { type GlobalOptions, loadConfigOf } from './global-options.ts';
import { createOutput, printFacts, printTable, printTime } from './output.ts';
import { askNewPassword, askSecret } from './password-prompt.ts';
import { createProgressBar } from './progress-bar.ts';
import { type CommandContext, withCore } from './with-core.ts';

interface PassphraseOptions extends GlobalOptions {
  readonly 'passphrase-file'?: string | undefined;
}

const passphraseFile = {
  type: 'string',
  requiresArg: true,
  describe: 'File whose first line is the passphrase; without it, it is asked for',
} as const;

interface CreateOptions extends PassphraseOptions {
  readonly to: string;
  readonly encrypt: boolean;
  readonly verify: boolean;
}

const create: CommandModule<GlobalOptions, CreateOptions> = {
  command: 'create <to>',
  describe: 'Write a backup while the gateway runs',
  builder: (yargs) =>
    yargs
      .positional('to', {
        type: 'string',
        demandOption: true,
        describe: 'An archive (FILE.tar), or a directory that gets one with the time in its name',
      })
      .option('encrypt', {
        type: 'boolean',
        default: false,
        describe: 'Seal it with a passphrase (age format: `age -d` opens it too)',
      })
      .option('passphrase-file', passphraseFile)
      .option('verify', { type: 'boolean', default: false, describe: 'Read it through again afterwards' })
      .example('$0 backup create /var/backups/claimgate --verify', 'every night')
      .example('$0 backup create /mnt/safe/now.tar --encrypt --passphrase-file /root/backup-passphrase', ''),
  handler: (options) =>
    withCore(options, async (context) => {
      const { core, output, actor } = context;
      const passphrase = options.encrypt ? await newPassphrase(options['passphrase-file']) : undefined;
      const path = archivePath(options.to, passphrase !== undefined, core.database.now());
      const written = await write(context, { path, passphrase });
      await recordBackup(core.database, { ...written, actor });
      const verified = options.verify ? await verifyBackup({ path, passphrase }) : undefined;
      if (verified !== undefined) await recordVerification(core.database, verified.manifestSha256);
      if (!written.encrypted)
        output.note(
          'The archive holds keys and patients’ data and is not sealed: keep it as secret as the gateway itself.',
        );
      output.result({ ...facts(written), verified: verified !== undefined }, () =>
        printFacts({
          ...facts(written),
          verified: verified === undefined ? 'not yet: claimgate backup verify FILE' : 'yes',
        }),
      );
    }),
};

function facts({ path, madeAtMs, files, sizeBytes, encrypted, late, manifestSha256 }: WrittenBackup) {
  return {
    backup: path,
    'as of': printTime(madeAtMs),
    files,
    size: printBytes(sizeBytes),
    encrypted: encrypted ? 'yes' : 'no',
    'came in meanwhile': late.length,
    manifest: manifestSha256,
  };
}

/** @throws CommandFailure (2) */
function archivePath(to: string, encrypted: boolean, nowMs: number): string {
  const ending = encrypted ? '.tar.age' : '.tar';
  const path = resolve(to);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) {
    const time = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, '');
    return join(path, `claimgate-${time}${ending}`);
  }
  if (!/\.tar(?:\.age)?$/.test(path))
    throw new CommandFailure(
      `${path} is not a directory. Make it first, or name an archive that ends in ${ending}.`,
      2,
    );
  const folder = dirname(path);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new CommandFailure(`There is no directory ${folder}. Make it first.`, 2);
  return path;
}

async function write(
  { core, output }: CommandContext,
  input: { readonly path: string; readonly passphrase: string | undefined },
): Promise<WrittenBackup> {
  const bar = createProgressBar(
    { stream: process.stderr, now: Date.now },
    {
      label: 'backup',
      totalBytes: statSync(core.directory.database).size + (await sumOriginals(core.database)),
    },
  );
  try {
    return await writeBackup(
      { directory: core.directory, now: core.database.now, version: readVersion(), advance: bar.advance },
      input,
    );
  } catch (thrown) {
    output.note('Nothing was written.');
    if (thrown instanceof Error && 'syscall' in thrown)
      throw new CommandFailure(`The backup cannot be written: ${messageOf(thrown)}.`, 1);
    throw thrown;
  } finally {
    bar.end();
  }
}

/** @throws CommandFailure (2) */
async function newPassphrase(file: string | undefined): Promise<string> {
  return file === undefined ? askNewPassword('the backup') : readPassphrase(file);
}

function readPassphrase(file: string): string {
  try {
    const [line = ''] = readFileSync(file, 'utf8').split(/\r?\n/);
    if (line !== '') return line;
  } catch (thrown) {
    throw new CommandFailure(`The passphrase cannot be read: ${messageOf(thrown)}.`, 2);
  }
  throw new CommandFailure(`${file} holds no passphrase in its first line.`, 2);
}

/** Tries without a passphrase first: most archives are not sealed, and nobody is asked in vain. */
async function opening<Result>(
  options: PassphraseOptions & { readonly file: string },
  work: (input: { readonly path: string; readonly passphrase: string | undefined }) => Promise<Result>,
): Promise<Result> {
  const path = resolve(options.file);
  if (!existsSync(path)) throw new CommandFailure(`There is no file ${path}.`, 2);
  const file = options['passphrase-file'];
  const given = file === undefined ? undefined : readPassphrase(file);
  try {
    return await work({ path, passphrase: given });
  } catch (thrown) {
    if (!(thrown instanceof BackupSealedError) || given !== undefined) throw asFailure(thrown);
  }
  const passphrase = await askSecret('Passphrase of the backup: ');
  return work({ path, passphrase }).catch((thrown) => {
    throw asFailure(thrown);
  });
}

/** A backup that is refused ends with 1; the code of the error stays in its message's place in docs/errors.md. */
function asFailure(thrown: unknown): unknown {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  return /^storage\.(?:backup|restore)/.test(code) ? new CommandFailure(messageOf(thrown), 1) : thrown;
}

type FileOptions = PassphraseOptions & { readonly file: string };

const verify: CommandModule<GlobalOptions, FileOptions> = {
  command: 'verify <file>',
  describe: 'Read a backup through: every byte, the database, the audit chain; exit 1 when it is not whole',
  builder: (yargs) =>
    yargs
      .positional('file', { type: 'string', demandOption: true, describe: 'The archive' })
      .option('passphrase-file', passphraseFile)
      .example('$0 backup verify /var/backups/claimgate/claimgate-20260131T020000Z.tar', ''),
  handler: async (options) => {
    const verified = await opening(options, verifyBackup);
    if (verified.audit.kind === 'broken')
      throw new CommandFailure(
        `The archive is whole, but its audit trail is broken at record ${verified.audit.atSequence}: ${verified.audit.why}.`,
        1,
      );
    await noteVerified(options, verified);
    createOutput(options).result(
      { ok: true, ...readFacts(verified), auditRecords: verified.audit.records },
      () => printFacts({ ...readFacts(verified), 'audit records': verified.audit.records, verdict: 'whole' }),
    );
  },
};

/** Where the archive comes from this installation, its row learns of it; anywhere else there is nothing to write. */
async function noteVerified(options: FileOptions, { manifestSha256 }: Verified): Promise<void> {
  const { config } = loadConfigOf(options);
  if (!existsSync(join(config.dataDirectory, 'claimgate.db'))) return;
  await withCore(options, ({ core }) => recordVerification(core.database, manifestSha256));
}

function readFacts(read: ReadBackup) {
  return {
    'as of': printTime(read.header.madeAtMs),
    'made by': `claimgate ${read.header.version}, schema ${read.header.schemaVersion}`,
    files: read.files,
    bytes: printBytes(read.bytes),
    encrypted: read.encrypted ? 'yes' : 'no',
  };
}

const list: CommandModule<GlobalOptions, GlobalOptions & { readonly limit: number }> = {
  command: 'list',
  describe: 'List the backups that were made, the newest first',
  builder: (yargs) =>
    yargs
      .option('limit', { type: 'number', default: 20, requiresArg: true, describe: 'At most so many' })
      .example('$0 backup list', 'a backup that was moved or removed is listed as missing'),
  handler: (options) =>
    withCore(options, async ({ core, output }) => {
      const backups = (await listBackups(core.database, options.limit)).map((backup) => ({
        at: printTime(backup.madeAtMs),
        path: backup.path,
        files: backup.files,
        size: printBytes(backup.sizeBytes),
        encrypted: backup.encrypted ? 'yes' : 'no',
        verified: printTime(backup.verifiedAtMs),
        there: existsSync(backup.path) ? 'yes' : 'missing',
      }));
      const columns = {
        at: 'AS OF',
        size: 'SIZE',
        files: 'FILES',
        encrypted: 'SEALED',
        verified: 'VERIFIED',
        there: 'THERE',
        path: 'PATH',
      };
      output.result(backups, () =>
        printTable(backups, columns, 'No backup was ever made: claimgate backup create DIR.'),
      );
    }),
};

const restore: CommandModule<GlobalOptions, FileOptions> = {
  command: 'restore <file>',
  describe: 'Restore a backup into a new data directory (--data)',
  builder: (yargs) =>
    yargs
      .positional('file', { type: 'string', demandOption: true, describe: 'The archive' })
      .option('passphrase-file', passphraseFile)
      .demandOption('data', 'Say where to: --data NEWDIR, which is not there yet.')
      .example('$0 backup restore claimgate-20260131T020000Z.tar --data /var/lib/claimgate-restored', ''),
  handler: async (options) => {
    const to = resolve(options.data ?? '');
    const actor = { kind: 'administrator', name: userInfo().username } as const;
    const read = await opening(options, (input) => restoreBackup({ now: Date.now, actor }, { ...input, to }));
    createOutput(options).result({ ok: true, data: to, ...readFacts(read), late: read.late }, () =>
      printRestored(to, read),
    );
  },
};

function printRestored(to: string, read: ReadBackup): string {
  const late = read.late.map(({ path }) => `  ${path}`);
  return [
    printFacts({ 'data directory': to, ...readFacts(read) }),
    `Everything is as of ${printTime(read.header.madeAtMs)}. What came in or was changed after that is not in it:`,
    'passwords, keys and grants are those of that time. Revoke again what was revoked since.',
    `Control numbers of acknowledgements go on ${controlNumberGap} behind those of the backup, so that none is used twice.`,
    ...(late.length === 0
      ? []
      : [
          '',
          `${late.length} transmissions came in while it was made; the gateway takes them up as new ones:`,
          ...late,
        ]),
    '',
    'Next:',
    `  claimgate doctor --data ${to}`,
    `  claimgate serve --data ${to}`,
  ].join('\n');
}

export const backupCommand: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'backup',
  describe: 'Backups: create, verify, list, restore',
  builder: (yargs) =>
    yargs
      .command(create)
      .command(verify)
      .command(list)
      .command(restore)
      .demandCommand(1, 'Say what to do: create, verify, list or restore.'),
  handler: () => undefined,
};
