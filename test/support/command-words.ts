// Command lines as helps and documents show them, and whether the command takes them.

import { CommandFailure } from '../../admin/command-failure.ts';
import { commandLine } from '../../admin/command-line.ts';

class Parsed extends Error {}

/** @returns why a command line is not taken, or undefined when it is; nothing is run */
export async function whyNotTaken(args: readonly string[]): Promise<string | undefined> {
  const stop = (): never => {
    throw new Parsed();
  };
  try {
    const line = await commandLine(args);
    await line.middleware(stop, false).parseAsync();
    return 'it has no handler';
  } catch (thrown) {
    if (thrown instanceof Parsed) return undefined;
    return thrown instanceof CommandFailure ? thrown.message : String(thrown);
  }
}

/** Splits a line as a shell does, as far as examples go; what is piped or redirected is left away. */
export function wordsOf(line: string): readonly string[] {
  const [own = ''] = line.replace(/^.*\|\s*(?=claimgate)/, '').split(/\s[|>]\s|\s>|\s&&\s|\)\s*$/);
  return [...own.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, one, two, three]) => one ?? two ?? three ?? '',
  );
}
