// `claimgate edi explain`: what a code of an acknowledgement means, and what to do about it.

import type { CommandModule } from 'yargs';
import { CODE_PLACES, type CodePlace, codesOf } from '../edi/acknowledgement-codes.ts';
import { type CodeExplanation, explainAnywhere, explainCode } from '../edi/explain.ts';
import { CommandFailure } from './command-failure.ts';
import type { GlobalOptions } from './global-options.ts';
import { createOutput, printable } from './output.ts';

/** What stands in each place, in the words of X231A1 and X12.5. */
const placeNames: Readonly<Record<CodePlace, string>> = {
  TA104: 'verdict on the interchange',
  TA105: 'interchange note code',
  IK304: 'segment error',
  IK403: 'element error',
  IK501: 'verdict on the transaction set',
  IK502: 'transaction set error',
  AK901: 'verdict on the functional group',
  AK905: 'functional group error',
};

interface ExplainOptions extends GlobalOptions {
  readonly code?: string | undefined;
}

/** TA105 is sent with three digits and often spoken of with fewer. */
function spellings(code: string): readonly string[] {
  return /^\d{1,2}$/.test(code) ? [code, code.padStart(3, '0')] : [code];
}

/**
 * Every meaning of what the user has typed: `IK304:8`, `IK3:8`, `8`, `I10`, `025`.
 * @returns empty when there is none
 */
export function meaningsOf(typed: string): readonly CodeExplanation[] {
  const text = typed.trim().toUpperCase();
  const [, segment, code = ''] =
    /^(?:(TA1|IK[345]|AK9|TA10\d|IK[345]\d\d|AK9\d\d)[:=*\s-])?\s*(\w+)$/.exec(text) ?? [];
  if (segment === undefined) return spellings(code).flatMap(explainAnywhere);
  const places = CODE_PLACES.filter((place) => place.startsWith(segment));
  return places.flatMap((place) => spellings(code).flatMap((spelling) => explainCode(place, spelling) ?? []));
}

function allMeanings(): readonly CodeExplanation[] {
  return CODE_PLACES.flatMap((place) =>
    [...codesOf(place).keys()].flatMap((code) => explainCode(place, code) ?? []),
  );
}

function printMeanings(meanings: readonly CodeExplanation[]): string {
  return meanings
    .map(({ place, code, plain, hint }) => `${place} ${code} (${placeNames[place]})\n  ${plain}\n  ${hint}\n`)
    .join('\n');
}

export const explainVerb: CommandModule<GlobalOptions, ExplainOptions> = {
  command: 'explain [code]',
  describe: 'Say what a code of a TA1 or 999 means and what to do about it',
  builder: (yargs) =>
    yargs
      .positional('code', {
        type: 'string',
        describe: 'A code, alone or with its place: 8, IK304:8, I10, 025; all codes without it',
      })
      .example('$0 edi explain 025', '')
      .example('$0 edi explain IK403:I10', 'the code in one place only'),
  handler: (options) => {
    const meanings = options.code === undefined ? allMeanings() : meaningsOf(options.code);
    if (meanings.length === 0)
      throw new CommandFailure(
        `No TA1 or 999 has a code ${printable(options.code ?? '')}. Give a code such as 025 or I10, or with its place ` +
          `such as IK304:8; places are ${CODE_PLACES.join(', ')}. Without a code, all are listed.`,
        2,
      );
    createOutput(options).result(meanings, () => printMeanings(meanings));
  },
};
