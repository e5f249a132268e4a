// Names of what we put into `outbound`: the partner's own file name first, so that it finds its answer, then our
// control number, so that no two are alike, then what it is.

import { type NameFacts, nameByPattern } from './file-name.ts';

/** Leaves room for the control number and the ending within a name's 255 bytes. */
const maxBaseBytes = 200;

/** @param facts.pattern the one that is agreed with the partner, with the rest of what it asks for */
export function agreedAnswerName(
  input: Parameters<typeof answerName>[0],
  facts: Omit<NameFacts, 'transaction' | 'control' | 'name'> & { readonly pattern: string | undefined },
): string {
  if (facts.pattern === undefined) return answerName(input);
  const isReport = input.kinds === 'report';
  const transaction = isReport ? 'rejected' : input.kinds.includes('999') ? '999' : 'TA1';
  const named = nameByPattern(facts.pattern, {
    ...facts,
    name: input.name,
    control: input.mark,
    transaction,
  });
  if (named === undefined) return answerName(input);
  return isReport ? `${named}.txt` : named;
}

/**
 * @param input.name the inbound file's name
 * @param input.kinds `999`, `TA1`, `TA1 999` or `report`
 * @param input.mark our control number, or the transmission's id for a report
 */
export function answerName(input: {
  readonly name: string;
  readonly kinds: string;
  readonly mark: string;
}): string {
  const base = cut(input.name);
  if (input.kinds === 'report') return `${base}.${input.mark}.rejected.txt`;
  return `${base}.${input.mark}.${input.kinds.includes('999') ? '999' : 'ta1'}`;
}

/** Cuts a name to the bytes there is room for, between two characters. */
function cut(name: string): string {
  let kept = '';
  let bytes = 0;
  for (const character of name) {
    bytes += Buffer.byteLength(character);
    if (bytes > maxBaseBytes) break;
    kept += character;
  }
  return kept;
}
