// `claimgate edi generate`: made-up claims of any number, to test with.

import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CommandModule } from 'yargs';
import { TRANSACTIONS, type Transaction } from '../edi/generate/claim-shape.ts';
import { FAULTS, faultNamed } from '../edi/generate/faults.ts';
import { type GenerateOptions, generateFile, LINES_MAX } from '../edi/generate/generate.ts';
import { CommandFailure } from './command-failure.ts';
import type { GlobalOptions } from './global-options.ts';
import { createOutput, printTable } from './output.ts';

/** ST02 and CLM01 stay within their lengths, and no file of anyone is larger. */
const setsMax = 99_999;
const claimsMax = 1_000_000;

/** Seeds are whole numbers of 32 bits. */
const seedMax = 2 ** 32 - 1;

interface GenerateCommandOptions extends GlobalOptions {
  readonly transaction: Transaction;
  readonly claims: number;
  readonly lines: number;
  readonly sets: number;
  readonly seed: number;
  readonly fault?: string | undefined;
  readonly out?: string | undefined;
}

const number = (describe: string, value: number) =>
  ({ type: 'number', requiresArg: true, default: value, describe }) as const;

export const generateVerb: CommandModule<GlobalOptions, GenerateCommandOptions> = {
  command: 'generate',
  describe: 'Write made-up 837 claims, valid or with known faults',
  builder: (yargs) =>
    yargs
      .option('transaction', {
        choices: TRANSACTIONS,
        default: '837P' as const,
        describe: 'Professional, institutional or dental',
      })
      .option('claims', number('Claims in each set', 10))
      .option('lines', number('Service lines in each claim', 2))
      .option('sets', number('Transaction sets', 1))
      .option('seed', number('The same seed gives the same file', 1))
      .option('fault', {
        type: 'string',
        requiresArg: true,
        describe: 'Faults to plant in every claim, separated by commas; list names them all',
      })
      .option('out', {
        type: 'string',
        requiresArg: true,
        describe: 'File to write; standard output without it',
      })
      .example('$0 edi generate --claims 5000 --sets 4 --out claims.x12', '')
      .example('$0 edi generate --fault claim.balance,element.code', 'two findings a claim')
      .example('$0 edi generate --fault list', 'what faults there are'),
  handler: async (options) => {
    if (options.fault === 'list') {
      listFaults(options);
      return;
    }
    const request = requestOf(options);
    const bytes = Readable.from(generateFile(request));
    if (options.out === undefined) await writeOut(bytes);
    else {
      const { out } = options;
      await pipeline(bytes, createWriteStream(out)).catch((thrown: unknown) => {
        const why = thrown instanceof Error ? thrown.message : 'unknown cause';
        throw new CommandFailure(`${out} cannot be written (${why}).`, 2);
      });
      const claims = request.claims * request.sets;
      createOutput(options).result({ file: out, claims }, () => `Wrote ${claims} claims to ${out}`);
    }
  },
};

/** A reader that has seen enough (`head`) is no fault. */
async function writeOut(bytes: Readable): Promise<void> {
  await pipeline(bytes, process.stdout, { end: false }).catch((thrown: unknown) => {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'EPIPE')) throw thrown;
  });
}

function requestOf(options: GenerateCommandOptions): GenerateOptions {
  const { transaction, claims, lines, sets, seed } = options;
  const within = (name: string, value: number, least: number, most: number): void => {
    if (!Number.isInteger(value) || value < least || value > most)
      throw new CommandFailure(`--${name} takes a whole number from ${least} to ${most}.`, 2);
  };
  within('claims', claims, 1, claimsMax);
  within('lines', lines, 1, LINES_MAX[transaction]);
  within('sets', sets, 1, setsMax);
  within('seed', seed, 0, seedMax);
  const faults = (options.fault ?? '')
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');
  try {
    for (const id of faults) faultNamed(id, transaction);
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    throw new CommandFailure(`${thrown.message} See: claimgate edi generate --fault list`, 2);
  }
  return { transaction, claims, lines, sets, seed, faults };
}

function listFaults(options: GenerateCommandOptions): void {
  const faults = FAULTS.map(({ id, answer, transactions, plain }) => ({ id, answer, transactions, plain }));
  createOutput(options).result(faults, () =>
    printTable(
      faults.map((fault) => ({ ...fault, transactions: fault.transactions.join(' ') })),
      { id: 'FAULT', transactions: 'IN', answer: 'FINDING', plain: 'WHAT IS PLANTED' },
      'There are no faults.',
    ),
  );
}
