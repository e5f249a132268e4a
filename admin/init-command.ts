// `claimgate init`: asks a few questions and writes a first configuration.

import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { CommandModule } from 'yargs';
import { loadConfig } from '../config/load.ts';
import { CommandFailure } from './command-failure.ts';
import { type GlobalOptions, printProblems } from './global-options.ts';
import { printInitialConfig } from './init-file.ts';
import { type Answers, type Question, questions } from './init-questions.ts';
import { createOutput } from './output.ts';

interface InitOptions extends GlobalOptions, Answers {
  readonly yes: boolean;
  readonly out: string;
  readonly force: boolean;
  readonly data?: string;
}

/** A question's flag; `--data` is there for every command. */
const flags = Object.fromEntries(
  questions
    .filter(({ name }) => name !== 'data')
    .map(({ name, asks }) => [
      name,
      { type: 'string' as const, requiresArg: true, describe: `Answer: ${asks}` },
    ]),
);

export const initCommand: CommandModule<GlobalOptions, InitOptions> = {
  command: 'init',
  describe: 'Ask a few questions and write a first configuration',
  builder: (yargs) =>
    yargs
      .option('out', {
        type: 'string',
        default: 'claimgate.yaml',
        requiresArg: true,
        describe: 'File to write',
      })
      .option('yes', {
        alias: 'y',
        type: 'boolean',
        default: false,
        describe: 'Ask nothing: take the answers given as options, and defaults for the others',
      })
      .option('force', { type: 'boolean', default: false, describe: 'Overwrite the file when it is there' })
      .options(flags)
      .example('$0 init', 'at a terminal')
      .example('$0 init --yes --public-host sftp.example.org --https proxy', 'from a script')
      .example('$0 init --out /etc/claimgate/claimgate.yaml --force', 'again') as never,
  handler: async (options) => {
    const out = resolve(options.out);
    if (existsSync(out) && !options.force)
      throw new CommandFailure(
        `${out} is there already; nothing was changed. Overwrite it with --force, or name another file: --out FILE.`,
        1,
      );
    const output = createOutput(options);
    const given = answersOf(options);
    const answers = options.yes ? takeDefaults(given) : await askAll(given, output.note);
    writeChecked(out, printInitialConfig(answers));
    const next = nextCommands(out, answers);
    output.result({ file: out, answers, next, changed: true }, () =>
      [`Wrote ${out}.`, '', 'Next:', ...next.map((line) => `  ${line}`)].join('\n'),
    );
  },
};

function answersOf(options: InitOptions): Answers {
  const known = new Set<string>(questions.map(({ name }) => name));
  const given = Object.entries(options).filter(([name, text]) => known.has(name) && typeof text === 'string');
  return Object.fromEntries(given) as Answers;
}

/** @throws CommandFailure (2) */
function checked({ name, refuses }: Question, answer: string): string {
  const why = refuses(answer);
  if (why !== undefined) throw new CommandFailure(`--${name} ${JSON.stringify(answer)}: ${why}`, 2);
  return answer;
}

function takeDefaults(given: Answers): Answers {
  let answers: Answers = {};
  for (const question of questions) {
    if (question.when?.(answers) === false) continue;
    const answer = checked(question, given[question.name] ?? question.standard(answers));
    answers = { ...answers, [question.name]: answer };
  }
  return answers;
}

/** Asks at a terminal until each answer can be taken; from a pipe, an answer a line. */
async function askAll(given: Answers, say: (text: string) => void): Promise<Answers> {
  const reader = createInterface({
    input: process.stdin,
    output: process.stderr,
    terminal: process.stdin.isTTY === true,
  });
  const lines = reader[Symbol.asyncIterator]();
  let answers: Answers = {};
  try {
    for (const question of questions) {
      if (question.when?.(answers) === false) continue;
      const fixed = given[question.name];
      const answer =
        fixed === undefined ? await ask({ reader, lines, say }, question, answers) : checked(question, fixed);
      answers = { ...answers, [question.name]: answer };
    }
    return answers;
  } finally {
    reader.close();
  }
}

interface Dialogue {
  readonly reader: Interface;
  readonly lines: AsyncIterator<string>;
  readonly say: (text: string) => void;
}

async function ask({ reader, lines, say }: Dialogue, question: Question, answers: Answers): Promise<string> {
  const standard = question.standard(answers);
  say(`\n${question.explains}`);
  for (;;) {
    reader.setPrompt(`${question.asks}${standard === '' ? '' : ` [${standard}]`}: `);
    reader.prompt();
    const { value, done } = await lines.next();
    const answer = done === true || value.trim() === '' ? standard : value.trim();
    const why = question.refuses(answer);
    if (why === undefined) return answer;
    if (done === true || process.stdin.isTTY !== true)
      throw new CommandFailure(
        `${question.asks}: ${JSON.stringify(answer)} cannot be taken. ${why} Nothing was written.`,
        2,
      );
    say(why);
  }
}

/** Writes the file beside its place, checks it as `config check` would, and only then puts it there. */
function writeChecked(out: string, text: string): void {
  const temporary = `${out}.new`;
  rmSync(temporary, { force: true });
  try {
    const file = openSync(temporary, 'wx', 0o640);
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    const loaded = loadConfig({ file: temporary, environment: {}, workingDirectory: process.cwd() });
    if (loaded.kind === 'refused')
      throw new CommandFailure(`${printProblems(loaded.problems)}\nNothing was written.`, 2);
    renameSync(temporary, out);
  } catch (thrown) {
    rmSync(temporary, { force: true });
    if (thrown instanceof CommandFailure) throw thrown;
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw new CommandFailure(`${out} cannot be written: ${why}.`, 2);
  }
}

function nextCommands(out: string, answers: Answers): readonly string[] {
  const config = `--config ${out}`;
  const { administrator = '' } = answers;
  return [
    `claimgate doctor ${config}`,
    administrator === ''
      ? `claimgate partner add my-clinic --name "My Clinic" --submitter-id TSN0042 ${config}`
      : `claimgate user add ${administrator} --kind government --first-name F --last-name L --email E ${config} && claimgate role add ${administrator} administrator ${config}`,
    `claimgate serve ${config}`,
  ];
}
