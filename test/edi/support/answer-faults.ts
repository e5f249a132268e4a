import type { InterchangeResult } from '../../../edi/interchange-result.ts';
import { strictProfile } from '../../../edi/profile.ts';
import { onlyInterchange, validate } from './validate.ts';

/** X12.5: TA1 01 to 05. */
const TA1 = /^TA1\*\d{9}\*\d{6}\*\d{4}\*[AER]\*0([012]\d|3[01])$/;

/** What our own guides say against an acknowledgement that we wrote; empty when it is right. */
export function answerFaults(answer: string, inbound: InterchangeResult): unknown[] {
  const own = onlyInterchange(validate(answer, { profile: strictProfile }));
  // The delimiters of the answer: the inbound ones cannot always be mirrored.
  const { element, segment } = own.delimiters;
  const ta1 = answer
    .split(segment)
    .filter((text) => text.startsWith(`TA1${element}`))
    .map((text) => text.replaceAll(element, '*'));
  const due = inbound.ta1.due ? 1 : 0;
  return [
    ...(own.ta1.code === 'A' ? [] : [`TA1 ${own.ta1.note}`]),
    ...ta1.filter((text) => !TA1.test(text)),
    ...(ta1.length === due ? [] : [`${ta1.length} TA1, not ${due}`]),
    ...own.groups.flatMap((group) => [
      ...(group.functionalId === 'FA' && group.code === 'A' ? [] : [`AK9 ${group.code}`]),
      ...group.sets.flatMap((set) => set.findings),
    ]),
  ];
}
