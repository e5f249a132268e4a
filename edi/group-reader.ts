/** One functional group from GS to GE: X231A1 AK905 for the group, and what each of its sets came to. */
import type { LibraryGuide } from './guide-library.ts';
import type { GroupResult, SetResult, Verdict } from './interchange-result.ts';
import type { EdiProfile } from './profile.ts';
import { refuseSet } from './refuse.ts';
import type { SegmentCursor } from './segment-cursor.ts';
import { SetReader } from './set-reader.ts';
import type { ValidationContext } from './validation-context.ts';
import { isDate8, isTime } from './value-checks.ts';

/** X231A1 AK905 to AK909. */
const CODES_MAX = 5;

/** GS01 of acknowledgements (997, 999): never answered. */
const ACKNOWLEDGEMENTS = 'FA';

type GroupHeader = Pick<
  GroupResult,
  | 'functionalId'
  | 'applicationSender'
  | 'applicationReceiver'
  | 'date'
  | 'time'
  | 'controlNumber'
  | 'agency'
  | 'version'
>;

const encoder = new TextEncoder();

function readGroupHeader(cursor: SegmentCursor): GroupHeader {
  return {
    functionalId: cursor.text(1),
    applicationSender: cursor.text(2),
    applicationReceiver: cursor.text(3),
    date: cursor.text(4),
    time: cursor.text(5),
    controlNumber: cursor.text(6),
    agency: cursor.text(7),
    version: cursor.text(8),
  };
}

/**
 * Whether a GS can be answered at all: AK1 and the GS of the answer must repeat parts of it. When not, the interchange
 * is rejected with TA105 024, "invalid interchange content (e.g., invalid GS segment)" (X12.5).
 */
export function groupHeaderIsUsable(cursor: SegmentCursor, profile: EdiProfile): boolean {
  const header = readGroupHeader(cursor);
  // No AK905 says that an application id is unknown; 024 names the GS segment.
  const agreed = (ids: readonly string[] | undefined, id: string): boolean =>
    ids === undefined || ids.includes(id.trim());
  const moment = encoder.encode(header.date + header.time);
  return (
    /^[A-Z0-9]{2}$/.test(header.functionalId) &&
    /^[\x20-\x7e]{2,15}$/.test(header.applicationSender) &&
    /^[\x20-\x7e]{2,15}$/.test(header.applicationReceiver) &&
    /^[\x21-\x7e]{1,12}$/.test(header.version) &&
    header.controlNumber !== '' &&
    header.agency === 'X' &&
    agreed(profile.groupSenderIds, header.applicationSender) &&
    agreed(profile.groupReceiverIds, header.applicationReceiver) &&
    isDate8(moment, 0, 8) &&
    isTime(moment, 8, moment.length)
  );
}

export class GroupReader {
  readonly #context: ValidationContext;
  readonly #header: GroupHeader;
  readonly #codes: string[] = [];
  readonly #sets: SetResult[] = [];
  readonly #setNumbers = new Set<string>();
  readonly #guide: LibraryGuide | undefined;
  #set: SetReader | undefined;
  #setCount = 0;
  #unusableSet = false;

  /** Begins with the GS that the cursor has loaded. `controlNumbers` are those of the groups before it. */
  constructor(context: ValidationContext, controlNumbers: Set<string>) {
    this.#context = context;
    this.#header = readGroupHeader(context.cursor);
    const { functionalId, controlNumber, version } = this.#header;
    const { library, profile } = context;
    const found = library.find(profile.aliases[version] ?? version);
    const supported = found?.guide.functionalId === functionalId;
    if (!this.isAcknowledgement && !supported && profile.unknownGuides === 'refuse')
      this.#codes.push(library.functionalIds.includes(functionalId) ? '2' : '1');
    if (!/^\d{1,9}$/.test(controlNumber)) this.#codes.push('6');
    else if (controlNumbers.has(controlNumber)) this.#codes.push('19');
    controlNumbers.add(controlNumber);
    // A group that is rejected as a whole is counted through, not looked into.
    this.#guide = supported && this.#codes.length === 0 ? found : undefined;
  }

  /** Whether it holds acknowledgements, which are never answered. */
  get isAcknowledgement(): boolean {
    return this.#header.functionalId === ACKNOWLEDGEMENTS;
  }

  /** The set that is open. */
  get set(): SetReader | undefined {
    return this.#set;
  }

  /** Takes an ST, which the cursor has loaded. */
  openSet(key: number): void {
    this.#abandonSet();
    this.#setCount += 1;
    const { cursor } = this.#context;
    const setId = cursor.text(1);
    const controlNumber = cursor.text(2);
    const version = cursor.text(3);
    // RFI 1339 and 55: without these AK2 cannot be written, so the group is rejected.
    if (!this.#isKnownSet(setId) || !/^[\x21-\x7e]{4,9}$/.test(controlNumber)) this.#unusableSet = true;
    const codes = this.#guide
      ? this.#startCodes(setId, controlNumber, version)
      : this.#numberCodes(controlNumber);
    this.#setNumbers.add(controlNumber);
    const readable = codes.every((code) => code === '23');
    const guide = readable && !this.#unusableSet ? this.#guide : undefined;
    const groupVersion = this.#header.version;
    this.#set = new SetReader(this.#context, { setId, controlNumber, version, groupVersion, codes, guide });
    this.#set.take(key);
  }

  /** Takes an SE, which the cursor has loaded. Returns false when no set is open. */
  closeSet(): boolean {
    if (this.#set === undefined) return false;
    this.#sets.push(this.#set.close());
    this.#set = undefined;
    return true;
  }

  /** Takes a GE, which the cursor has loaded, and ends the group. */
  close(): GroupResult {
    const { cursor } = this.#context;
    this.#abandonSet();
    const declared = cursor.text(1);
    if (!/^\d{1,6}$/.test(declared) || Number(declared) !== this.#setCount) this.#codes.push('5');
    if (!sameNumber(cursor.text(2), this.#header.controlNumber)) this.#codes.push('4');
    return this.#result(/^\d{1,6}$/.test(declared) ? Number(declared) : this.#setCount);
  }

  /** Ends the group without a GE. */
  abandon(): GroupResult {
    this.#abandonSet();
    this.#codes.push('3');
    return this.#result(this.#setCount);
  }

  #abandonSet(): void {
    if (this.#set === undefined) return;
    this.#sets.push(this.#set.abandon());
    this.#set = undefined;
  }

  #isKnownSet(setId: string): boolean {
    return this.#context.library.standard.codes.get('143')?.has(setId) ?? false;
  }

  /** A set that is judged by its envelope alone needs a number of its own, where someone is to act on it. */
  #numberCodes(controlNumber: string): string[] {
    const { unknownGuides } = this.#context.profile;
    return unknownGuides === 'envelope' && this.#setNumbers.has(controlNumber) ? ['23'] : [];
  }

  /** IK502 codes that ST alone shows. */
  #startCodes(setId: string, controlNumber: string, version: string): string[] {
    const { library, profile } = this.#context;
    const codes: string[] = [];
    if (setId !== this.#guide?.guide.setId) codes.push('18');
    // RFI 1438: a bad ST03 rejects the set, not the group.
    else if (version !== '' && version !== this.#header.version)
      codes.push(library.find(profile.aliases[version] ?? version) ? '19' : 'I6');
    if (this.#setNumbers.has(controlNumber)) codes.push('23');
    return codes;
  }

  #result(declaredSets: number): GroupResult {
    if (this.#unusableSet || (this.#setCount === 0 && !this.isAcknowledgement)) this.#addCode('5');
    const rejectedAsWhole = this.#codes.length > 0;
    const accepted = this.#sets.filter((set) => set.code !== 'R').length;
    const code = rejectedAsWhole ? 'R' : groupCode(this.#sets);
    return {
      ...this.#header,
      code,
      codes: this.#codes.slice(0, CODES_MAX),
      verdict: GROUP_VERDICTS[code],
      declaredSets,
      receivedSets: this.#setCount,
      acceptedSets: rejectedAsWhole ? 0 : accepted,
      needsAcknowledgement: !this.isAcknowledgement,
      sets: rejectedAsWhole ? this.#sets.map(refuseSet) : this.#sets,
    };
  }

  #addCode(code: string): void {
    if (!this.#codes.includes(code)) this.#codes.push(code);
  }
}

/** X231A1 AK901 for a group that is not rejected as a whole. */
function groupCode(sets: readonly SetResult[]): 'A' | 'E' | 'P' | 'R' {
  const rejected = sets.filter((set) => set.code === 'R').length;
  if (rejected > 0) return rejected === sets.length ? 'R' : 'P';
  return sets.some((set) => set.code === 'E') ? 'E' : 'A';
}

/** N0 numbers are equal by value: `01` and `1`. */
export function sameNumber(one: string, other: string): boolean {
  if (/^\d{1,15}$/.test(one) && /^\d{1,15}$/.test(other)) return Number(one) === Number(other);
  return one === other;
}

const GROUP_VERDICTS: Readonly<Record<'A' | 'E' | 'P' | 'R', Verdict>> = {
  A: 'accepted',
  E: 'accepted-with-errors',
  P: 'partially-accepted',
  R: 'rejected',
};
