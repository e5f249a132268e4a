/**
 * One interchange from ISA to IEA: X12.5, TA105. Groups and sets are handed down; what stands where no segment may
 * stand makes the whole interchange invalid.
 */
import { GroupReader, groupHeaderIsUsable, sameNumber } from './group-reader.ts';
import { headerNote } from './header-check.ts';
import type { GroupResult, InterchangeHeader, InterchangeResult, Verdict } from './interchange-result.ts';
import type { EdiProfile } from './profile.ts';
import { refuseGroup } from './refuse.ts';
import type { DelimiterBytes } from './scan/scan-kernel.ts';
import { SEGMENT_KEYS, segmentKey } from './segment-key.ts';
import type { SetReader } from './set-reader.ts';
import type { ValidationContext } from './validation-context.ts';

const ISA = segmentKey('ISA');
const IEA = segmentKey('IEA');
const TA1 = segmentKey('TA1');
const GS = segmentKey('GS');
const GE = segmentKey('GE');
const ST = segmentKey('ST');
const SE = segmentKey('SE');

/** The keys above; everything else is content, which is asked first because it is nearly all there is. */
const IS_ENVELOPE = new Uint8Array(SEGMENT_KEYS);
for (const key of [ISA, IEA, GS, GE, ST, SE]) IS_ENVELOPE[key] = 1;

/** What the segment just taken means for the interchange. */
export type Progress = 'more' | 'ended' | 'next-interchange';

export class InterchangeReader {
  segmentCount = 1;
  readonly #context: ValidationContext;
  readonly #header: InterchangeHeader;
  readonly #groups: GroupResult[] = [];
  readonly #groupNumbers = new Set<string>();
  #note: string;
  #group: GroupReader | undefined;
  /** The set that is open: nearly every segment goes there. */
  #set: SetReader | undefined;
  #groupCount = 0;
  #acknowledgementCount = 0;

  constructor(context: ValidationContext, elements: readonly string[], delimiters: DelimiterBytes) {
    this.#context = context;
    this.#header = interchangeHeader(elements, delimiters);
    this.#note = headerNote(elements, delimiters, context.profile);
  }

  /** Takes a segment. Everything inside a set but SE goes to the set, except what can only be the envelope. */
  take(key: number): Progress {
    if (IS_ENVELOPE[key] !== 0) return this.#takeEnvelope(key);
    this.segmentCount += 1;
    if (this.#set !== undefined) this.#set.take(key);
    else this.#takeOutside(key);
    return 'more';
  }

  /** Lets the open set take what comes next and is right beyond doubt. */
  takeAhead(): void {
    if (this.#set !== undefined) this.segmentCount += this.#set.takeAhead();
  }

  #takeEnvelope(key: number): Progress {
    const progress = this.#takeHeaderOrTrailer(key);
    this.#set = this.#group?.set;
    return progress;
  }

  #takeHeaderOrTrailer(key: number): Progress {
    switch (key) {
      case ISA:
        return 'next-interchange';
      case IEA:
        this.#close();
        return 'ended';
      case GS:
        this.#openGroup();
        break;
      case GE:
        this.#closeGroup();
        break;
      case ST:
        this.#openSet(key);
        break;
      case SE:
        this.#closeSet();
        break;
    }
    this.segmentCount += 1;
    return 'more';
  }

  /** Ends the interchange without an IEA: TA105 023, premature end of file. */
  abandon(): InterchangeResult {
    this.#abandonGroup();
    this.#fault('023');
    return this.result();
  }

  /** What it came to; after `take` said `ended`. */
  result(): InterchangeResult {
    const code = this.#note === '000' ? 'A' : 'R';
    const groups = this.#groups;
    const onlyAnswers = groups.every((group) => !group.needsAcknowledgement);
    const isAnswer = onlyAnswers && groups.length + this.#acknowledgementCount > 0;
    const { profile } = this.#context;
    const requested = this.#header.acknowledgementRequested;
    const due = !isAnswer && ta1IsDue(profile, code, requested);
    const dueIfRejected = !isAnswer && ta1IsDue(profile, 'R', requested);
    return {
      ...this.#header,
      ta1: { code, note: this.#note, due, dueIfRejected },
      verdict: code === 'R' ? 'rejected' : overallVerdict(groups),
      groups: code === 'R' ? groups.map(refuseGroup) : groups,
      needsAcknowledgement: due || (code !== 'R' && !onlyAnswers),
      claimCount: sum(groups.map((group) => sum(group.sets.map((set) => set.claimCount)))),
    };
  }

  /** The first fault is the one that the TA1 tells. */
  #fault(note: string): void {
    if (this.#note === '000') this.#note = note;
  }

  /** Between SE and ST, or outside of any group: X12.5 allows no segment there. */
  #takeOutside(key: number): void {
    if (key === TA1 && this.#group === undefined) this.#acknowledgementCount += 1;
    else this.#fault('024');
  }

  #openGroup(): void {
    this.#abandonGroup();
    this.#groupCount += 1;
    this.#context.cursor.load();
    if (!groupHeaderIsUsable(this.#context.cursor, this.#context.profile)) this.#fault('024');
    this.#group = new GroupReader(this.#context, this.#groupNumbers);
  }

  #closeGroup(): void {
    this.#context.cursor.load();
    if (this.#group === undefined) this.#fault('022');
    else this.#groups.push(this.#group.close());
    this.#group = undefined;
  }

  #abandonGroup(): void {
    if (this.#group !== undefined) this.#groups.push(this.#group.abandon());
    this.#group = undefined;
  }

  #openSet(key: number): void {
    this.#context.cursor.load();
    if (this.#group === undefined) this.#fault('022');
    else this.#group.openSet(key);
  }

  #closeSet(): void {
    this.#context.cursor.load();
    if (this.#group?.closeSet() !== true) this.#fault('022');
  }

  #close(): void {
    const { cursor } = this.#context;
    this.segmentCount += 1;
    cursor.load();
    // Read IEA before the groups below it are ended: ending a set loads nothing, but order makes it plain.
    const count = cursor.text(1);
    const number = cursor.text(2);
    this.#abandonGroup();
    if (!sameNumber(number, this.#header.controlNumber)) this.#fault('001');
    const answersOnly = this.#groupCount === 0 && this.#acknowledgementCount > 0;
    if (!answersOnly && (!/^\d{1,5}$/.test(count) || Number(count) !== this.#groupCount)) this.#fault('021');
    if (this.#groupCount === 0 && !answersOnly) this.#fault('024');
  }
}

function interchangeHeader(elements: readonly string[], delimiters: DelimiterBytes): InterchangeHeader {
  const at = (element: number): string => (elements[element - 1] ?? '').trim();
  const char = (byte: number): string => (byte < 0 ? '' : String.fromCharCode(byte));
  return {
    senderQualifier: at(5),
    senderId: at(6),
    receiverQualifier: at(7),
    receiverId: at(8),
    date: at(9),
    time: at(10),
    version: at(12),
    controlNumber: at(13),
    acknowledgementRequested: at(14),
    usage: at(15),
    delimiters: {
      element: char(delimiters.element),
      component: char(delimiters.component),
      repetition: char(delimiters.repetition),
      segment: char(delimiters.segment),
    },
  };
}

/** X12 RFI 1687, softened by policy: see `Ta1Policy`. */
function ta1IsDue(profile: EdiProfile, code: 'A' | 'R', requested: string): boolean {
  if (profile.ta1 === 'never') return false;
  if (profile.ta1 === 'always' || requested === '1') return true;
  return profile.ta1 === 'requested-and-errors' && code === 'R';
}

function overallVerdict(groups: readonly GroupResult[]): Verdict {
  const rejected = groups.filter((group) => group.verdict === 'rejected').length;
  if (groups.length > 0 && rejected === groups.length) return 'rejected';
  if (rejected > 0 || groups.some((group) => group.verdict === 'partially-accepted'))
    return 'partially-accepted';
  return groups.some((group) => group.verdict === 'accepted-with-errors')
    ? 'accepted-with-errors'
    : 'accepted';
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
