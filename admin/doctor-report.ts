// How `claimgate doctor` runs its checks, and what it prints: what is wrong first, then what is in order.

import { painterFor } from './colour.ts';
import { type Check, type Finding, messageOf, type Scene, type Verdict } from './doctor-check.ts';
import { clientCheck } from './doctor-client.ts';
import { databaseChecks, whyNoDatabase } from './doctor-database.ts';
import { diskChecks } from './doctor-disk.ts';
import { keyChecks } from './doctor-keys.ts';
import { machineChecks } from './doctor-machine.ts';
import { networkChecks } from './doctor-network.ts';
import { settingChecks } from './doctor-settings.ts';
import { printable } from './output.ts';

/** Everything that is looked at, in this order. */
export const doctorChecks: readonly Check[] = [
  ...settingChecks,
  ...diskChecks,
  ...machineChecks,
  ...keyChecks,
  ...databaseChecks,
  ...networkChecks,
  clientCheck,
];

export interface Diagnosis {
  readonly id: string;
  readonly looksAt: string;
  readonly verdict: Verdict;
  readonly found: string;
  /** What to do; undefined when nothing is wrong. */
  readonly cure: string | undefined;
}

/** Runs all checks, one after the other. One that fails itself is an error like others. */
export async function diagnose(scene: Scene): Promise<readonly Diagnosis[]> {
  const all: Diagnosis[] = [];
  for (const check of doctorChecks) {
    const findings = [await findingsOf(check, scene)].flat();
    for (const { verdict, found, cure } of findings) {
      const wrong = verdict === 'warning' || verdict === 'error';
      all.push({
        id: check.id,
        looksAt: check.looksAt,
        verdict,
        found,
        cure: wrong ? (cure ?? check.cure) : undefined,
      });
    }
  }
  return all;
}

async function findingsOf(check: Check, scene: Scene): Promise<Finding | readonly Finding[]> {
  const skipped = whySkipped(check, scene);
  if (skipped !== undefined) return { verdict: 'skipped', found: `Not looked at, since ${skipped}:` };
  try {
    return await check.run(scene);
  } catch (thrown) {
    return { verdict: 'error', found: `It could not be looked at: ${messageOf(thrown)}.` };
  }
}

function whySkipped({ needs }: Check, scene: Scene): string | undefined {
  if (needs === 'config' && scene.configProblems.length > 0) return 'the configuration cannot be used';
  if (needs === 'data-directory' && !scene.directoryExists) return 'there is no data directory';
  const unknown = scene.database === undefined || scene.health === undefined;
  return needs === 'database' && unknown ? whyNoDatabase(scene) : undefined;
}

/** Columns that an administrator's terminal has, at least. */
const widthChars = 100;

const marks: Readonly<Record<Verdict, readonly [mark: string, colour: 'red' | 'yellow' | 'green' | 'dim']>> =
  {
    error: ['ERROR', 'red'],
    warning: ['WARNING', 'yellow'],
    skipped: ['SKIPPED', 'dim'],
    ok: ['OK', 'green'],
  };
const order: readonly Verdict[] = ['error', 'warning', 'skipped', 'ok'];

/** The diagnosis for people. */
export function printDiagnosis(all: readonly Diagnosis[]): string {
  const paint = painterFor(process.stdout, process.env);
  const idChars = Math.max(...all.map(({ id }) => id.length));
  const lines = order.flatMap((verdict) =>
    together(all)
      .filter((one) => one.verdict === verdict)
      .flatMap(({ id, found, cure }) => {
        const [mark, colour] = marks[verdict];
        const indent = ' '.repeat(9 + idChars + 2);
        const texts = [printable(found), ...(cure === undefined ? [] : [`-> ${printable(cure)}`])];
        const wrapped = texts.flatMap((text) => wrap(text, widthChars - indent.length));
        return wrapped.map((text, at) =>
          at === 0 ? `${paint(colour, mark.padEnd(9))}${id.padEnd(idChars)}  ${text}` : `${indent}${text}`,
        );
      }),
  );
  return `${lines.join('\n')}\n\n${summary(all)}\n`;
}

/** What was skipped for the same reason as one line. */
function together(all: readonly Diagnosis[]): readonly Diagnosis[] {
  const reasons = new Map<string, Diagnosis>();
  for (const one of all) {
    if (one.verdict !== 'skipped') continue;
    const former = reasons.get(one.found);
    reasons.set(one.found, former === undefined ? one : { ...former, id: `${former.id}, ${one.id}` });
  }
  const skipped = [...reasons.values()].map((one) => ({
    ...one,
    found: `${one.found} ${one.id}.`,
    id: 'several',
  }));
  return [...all.filter(({ verdict }) => verdict !== 'skipped'), ...skipped];
}

function summary(all: readonly Diagnosis[]): string {
  const count = (verdict: Verdict) => all.filter((one) => one.verdict === verdict).length;
  const [errors, warnings, skipped] = [count('error'), count('warning'), count('skipped')];
  if (errors + warnings + skipped === 0) return `All ${all.length} checks are well.`;
  const parts = [
    `${errors} error${errors === 1 ? '' : 's'}`,
    `${warnings} warning${warnings === 1 ? '' : 's'}`,
    ...(skipped === 0 ? [] : [`${skipped} not looked at`]),
  ];
  return `${parts.join(', ')}; ${count('ok')} of ${all.length} are well.`;
}

/** Breaks a text at spaces; a word that is longer than a line stays whole. */
function wrap(text: string, chars: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > chars) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/** The table of docs/administration.md. */
export function printDoctorReference(): string {
  const rows = doctorChecks.map(({ id, looksAt, cure }) => `| \`${id}\` | ${looksAt} | ${cure} |`);
  return ['| check | looks at | what to do |', '|---|---|---|', ...rows, ''].join('\n');
}
