// Whether a file from the back end may go to a partner: it must be what it says, for this partner, and something that
// the partner has agreed to receive. What would make the partner's own gateway reject it is refused here, where someone
// can mend it.

import { type ContentKind, kindOfGroup, kindOfSet, mayReceive } from '../domain/content-kind.ts';
import type { PartnerProfile } from '../domain/partner-profile.ts';
import type { Rights } from '../domain/right.ts';
import { explainCode } from '../edi/explain.ts';
import type { FileResult } from '../edi/file-result.ts';
import type { GroupResult, InterchangeResult, SetResult } from '../edi/interchange-result.ts';

/** Codes that stand in journal, event and log; docs/backend.md explains each. */
export type DispatchRefusal =
  | 'not-x12'
  | 'invalid'
  | 'not-for-this-partner'
  | 'mixed-content'
  | 'not-agreed'
  | 'larger-than-allowed'
  | 'duplicate';

export interface DispatchContent {
  readonly kinds: readonly ContentKind[];
  /** Such as `835`, with a space between several; `file` for what is no X12. */
  readonly transactions: string;
  /** ISA13 of the first interchange; empty where there is none. */
  readonly controlNumber: string;
}

export type DispatchJudgement = DispatchContent &
  (
    | { readonly kind: 'passes' }
    | {
        readonly kind: 'refused';
        readonly reason: DispatchRefusal;
        /** Why, as a sentence. */
        readonly plain: string;
        /** What exactly, a line each. */
        readonly details: readonly string[];
      }
  );

/** Lines of a report that say what is wrong; a file with more is not mended by reading on. */
const maxDetails = 25;

/**
 * @param input.result what the engine made of it, by the partner's rules for what it is sent
 * @param input.rights what the partner has agreed on
 */
export function judgeDispatch(input: {
  readonly result: FileResult;
  readonly rights: Rights;
  readonly agreed: PartnerProfile;
}): DispatchJudgement {
  const { result, rights, agreed } = input;
  if (result.kind === 'unreadable') {
    const content = { kinds: [], transactions: 'file', controlNumber: '' };
    return agreed.otherFiles === true
      ? { kind: 'passes', ...content }
      : {
          kind: 'refused',
          reason: 'not-x12',
          plain: `This is no X12 file. ${result.plain}`,
          details: ['Files that are not X12 are sent only to partners with otherFiles=on in their profile.'],
          ...content,
        };
  }
  const content = contentOf(result.interchanges);
  const refused = whyRefused(result, content, rights);
  return refused === undefined ? { kind: 'passes', ...content } : { kind: 'refused', ...refused, ...content };
}

type Refused = Pick<DispatchJudgement & { kind: 'refused' }, 'reason' | 'plain' | 'details'>;

function whyRefused(
  { interchanges, warnings }: FileResult & { readonly kind: 'x12' },
  content: DispatchContent,
  rights: Rights,
): Refused | undefined {
  // TA105 009: the receiver is not one of this partner's ids. Someone else's data must not go there, whatever else is wrong.
  const strangers = interchanges.filter(({ ta1 }) => ta1.note === '009');
  if (strangers.length > 0)
    return {
      reason: 'not-for-this-partner',
      plain:
        'An interchange in it is for someone else: ISA07/ISA08 is not one of this trading partner’s ids.',
      details: strangers.map(
        (one) => `Interchange ${one.controlNumber} is for ${one.receiverQualifier}/${one.receiverId}.`,
      ),
    };
  const faults = [...interchanges.flatMap(interchangeFaults), ...warnings.map(({ plain }) => plain)];
  if (faults.length > 0)
    return {
      reason: 'invalid',
      plain: 'The trading partner’s own gateway would reject it.',
      details: [
        ...faults.slice(0, maxDetails),
        ...(faults.length > maxDetails ? [`... and ${faults.length - maxDetails} more.`] : []),
      ],
    };
  const mixed = interchanges.flatMap(({ groups }) => groups).find(isMixed);
  if (mixed !== undefined)
    return {
      reason: 'mixed-content',
      plain: `Group ${mixed.controlNumber} says ${mixed.functionalId} (GS01) and holds something else.`,
      details: mixed.sets
        .map(({ setId, controlNumber }) => `Set ${controlNumber} is a ${setId}.`)
        .slice(0, maxDetails),
    };
  // Who may receive everything may receive what has no name; a file must be of a kind that there is a right to.
  if (mayReceive({ ...rights, receivesAll: false }, content.kinds)) return undefined;
  return {
    reason: 'not-agreed',
    plain: `The trading partner has not agreed to receive ${content.transactions}.`,
    details: ['claimgate partner transactions shows and sets what it has agreed on.'],
  };
}

const isMixed = (group: GroupResult): boolean => {
  const said = kindOfGroup(group.functionalId, group.version);
  return group.sets.some((set) => kindOfSetResult(group, set) !== said);
};

const kindOfSetResult = (group: GroupResult, { setId, version }: SetResult): ContentKind =>
  kindOfSet(setId, version === '' ? group.version : version);

function contentOf(interchanges: readonly InterchangeResult[]): DispatchContent {
  const kinds = new Set<ContentKind>();
  const names = new Set<string>();
  for (const group of interchanges.flatMap(({ groups }) => groups))
    for (const set of group.sets) {
      const kind = kindOfSetResult(group, set);
      kinds.add(kind);
      names.add(kind === 'acknowledgement' || kind === 'unknown' ? set.setId : kind);
    }
  // An interchange without groups holds TA1s.
  if (kinds.size === 0) return { ...namedContent(['TA1'], ['TA1']), ...numberOf(interchanges) };
  return { ...namedContent([...kinds], [...names]), ...numberOf(interchanges) };
}

const namedContent = (kinds: readonly ContentKind[], names: readonly string[]) => ({
  kinds,
  transactions: names.filter((name) => name !== '').join(' ') || 'unknown',
});

const numberOf = (interchanges: readonly InterchangeResult[]) => ({
  controlNumber: interchanges[0]?.controlNumber ?? '',
});

function interchangeFaults(interchange: InterchangeResult): readonly string[] {
  const where = `Interchange ${interchange.controlNumber}`;
  const { code, note } = interchange.ta1;
  if (code === 'R') return [`${where}: ${explainCode('TA105', note)?.plain ?? 'rejected'} (TA105 ${note})`];
  return interchange.groups
    .filter(({ verdict }) => verdict === 'rejected' || verdict === 'partially-accepted')
    .flatMap((group) => groupFaults(group, `${where}, group ${group.controlNumber}`));
}

function groupFaults(group: GroupResult, where: string): readonly string[] {
  const codes = group.codes.map(
    (code) => `${where}: ${explainCode('AK905', code)?.plain ?? 'rejected'} (AK905 ${code})`,
  );
  const sets = group.sets.filter(({ verdict }) => verdict === 'rejected');
  return codes.length > 0
    ? codes
    : sets.flatMap((set) => setFaults(set, `${where}, set ${set.controlNumber}`));
}

function setFaults(set: SetResult, where: string): readonly string[] {
  const findings = set.findings
    .filter(({ severity }) => severity === 'reject')
    .map(({ segmentId, position, plain }) => `${where}, ${segmentId} at ${position}: ${plain}`);
  const codes = set.codes
    .filter((code) => code !== '5' || findings.length === 0)
    .map((code) => `${where}: ${explainCode('IK502', code)?.plain ?? 'rejected'} (IK502 ${code})`);
  return [...codes, ...findings];
}
