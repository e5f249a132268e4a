/** Validates transaction sets, one after the other, against its guide, segment by segment: places it, checks its elements, asks the rules. */
import { ClaimState } from './claim-state.ts';
import type { CompiledGuide, GuideLoop, GuideNode, GuideUnit } from './compiled-guide.ts';
import { ElementChecker } from './element-checker.ts';
import type { BusinessUnit } from './finding.ts';
import { FindingMaker } from './finding-maker.ts';
import { MARK_NOTHING } from './mark.ts';
import type { EdiProfile } from './profile.ts';
import type { RulePlan, RuleScope, SegmentCheck, SegmentPlan } from './rule.ts';
import type { RulePolicy } from './rule-policy.ts';
import { openLost } from './rules/lost-opener.ts';
import type { SegmentCursor } from './segment-cursor.ts';
import { segmentKey } from './segment-key.ts';
import { SegmentPlacer } from './segment-placer.ts';
import { SEGMENT_BYTES_MAX } from './segment-reader.ts';
import type { SetFindings } from './set-findings.ts';
import type { StandardDictionary } from './standard-dictionary.ts';
import {
  EVENT_AGAIN,
  EVENT_NUMBERS,
  EVENT_PRESENT,
  EVENT_SEGMENT,
  type SureKernel,
} from './sure/sure-kernel.ts';

/** X231A1 CTX01-2 is AN 1/35. */
const UNIT_BYTES_MAX = 35;

/** A run of the kernel that told fewer has not ended for lack of room. */
const EVENTS_FEW = 4000;

// Imported constants are loaded from memory at every use; those of the file itself become part of the machine code.
const NUMBERS = EVENT_NUMBERS;
const PRESENT = EVENT_PRESENT;
const SEGMENT = EVENT_SEGMENT;
const AGAIN = EVENT_AGAIN;

/** The traits of a node, above its two marks of eight bits each. */
const OPENS_CLAIM = 1 << 16;
const HAS_UNIT = 1 << 17;
const HAS_CHECKS = 1 << 18;

/** The cursor stands where it is to stand. */
const SHOWN = -1;

export type SetValidatorDeps = {
  readonly guide: CompiledGuide;
  readonly rules: RulePlan;
  readonly standard: StandardDictionary;
  readonly cursor: SegmentCursor;
  readonly policy: RulePolicy;
  readonly profile: EdiProfile;
  /** What takes segments that are right beyond doubt; undefined where there is none. */
  readonly kernel: SureKernel | undefined;
};

/** The value that names a business unit, kept as bytes until a finding asks for it. */
type OpenUnit = {
  instance: number;
  length: number;
  /** What findings are told, once one has asked: all those in one instance of the loop share it. */
  told: BusinessUnit | undefined;
  readonly bytes: Uint8Array;
};

export class SetValidator {
  claimCount = 0;
  readonly #deps: SetValidatorDeps;
  readonly #cursor: SegmentCursor;
  readonly #segmentNumbers: Uint8Array;
  readonly #segmentPlans: RulePlan['segments'];
  readonly #maker: FindingMaker;
  readonly #placer: SegmentPlacer;
  readonly #checker: ElementChecker;
  #scope: RuleScope;
  #claim: ClaimState;
  readonly #units: OpenUnit[];
  readonly #kernel: SureKernel | undefined;
  /** While what the kernel has taken is told to the rules, the placer is ahead of them. */
  #isBehind = false;
  /** The reader's number of the segment that the cursor stands on, while behind. */
  #shown = SHOWN;
  readonly #nodes: readonly GuideNode[];
  /** By node: what is to be done when a segment has come there. */
  readonly #traits: Int32Array;

  constructor(deps: SetValidatorDeps, findings: SetFindings) {
    const { guide, cursor, policy, profile, kernel } = deps;
    this.#deps = deps;
    this.#kernel = kernel;
    this.#cursor = cursor;
    this.#segmentNumbers = guide.segmentNumbers;
    this.#nodes = guide.nodes;
    this.#traits = Int32Array.from(guide.nodes, (node) => traitsOf(node, deps));
    this.#segmentPlans = deps.rules.segments;
    this.#maker = new FindingMaker({ guide, policy, badValues: profile.badValues }, findings);
    const maker = this.#maker;
    maker.unit = (loop) => this.#unit(loop);
    this.#placer = new SegmentPlacer({
      guide,
      cursor,
      maker,
      arrays: kernel?.arrays,
      onClose: (loop) => this.#onClose(loop),
      onLost: (loop, position) => this.#onLost(loop, position),
    });
    this.#checker = new ElementChecker(guide, cursor, maker);
    this.#claim = new ClaimState(guide.loops.length);
    this.#scope = { guide, cursor, maker, claim: this.#claim };
    this.#units = guide.units.map(() => ({
      instance: 0,
      length: 0,
      told: undefined,
      bytes: new Uint8Array(UNIT_BYTES_MAX),
    }));
  }

  /** Begins another set. Making a validator takes as long as validating a claim, so sets of one guide share theirs. */
  begin(findings: SetFindings): void {
    const { guide, cursor } = this.#deps;
    const maker = this.#maker;
    maker.findings = findings;
    maker.position = 0;
    maker.blame(0);
    this.claimCount = 0;
    this.#placer.begin();
    this.#claim = new ClaimState(guide.loops.length);
    this.#scope = { guide, cursor, maker, claim: this.#claim };
    for (const unit of this.#units) unit.length = 0;
  }

  /** Segments taken so far; ST is the first. */
  get segmentCount(): number {
    return this.#maker.position;
  }

  /**
   * Takes the segment that the cursor's reader has read last.
   * @param key its segment key; 0 when its id is none.
   */
  take(key: number): void {
    const cursor = this.#cursor;
    this.#maker.position += 1;
    cursor.load();
    const number = this.#segmentNumbers[key] as number;
    const node = number === 0 ? this.#takeForeign(key) : this.#placer.place(number);
    if (node === undefined) return;
    if (node.opens >= 0 && this.#placer.loop.isClaim) this.claimCount += 1;
    if (node.unit > 0) this.#openUnit(node);
    if (cursor.reader.overlong) this.#reportOverlong(node);
    const { guesses } = this.#placer;
    if (guesses.length > 0) {
      this.#takeGuess(node, guesses);
      return;
    }
    const present = this.#checker.check(node);
    const plan = this.#segmentPlans[node.index];
    if (plan === undefined) return;
    this.#claim.marks[plan.codedMark] = this.#maker.position;
    this.#claim.marks[plan.mark] = this.#maker.position;
    this.#ask(plan, node, present, SHOWN);
  }

  /**
   * Takes what the kernel can take of the segments that come next.
   * @returns how many that were: the reader has passed them.
   */
  takeAhead(): number {
    const kernel = this.#kernel;
    if (kernel === undefined || !this.#placer.isCertain) return 0;
    const { reader } = this.#cursor;
    const { state } = this.#placer;
    let all = 0;
    while (reader.look()) {
      const from = reader.segment;
      this.#forgetUnits();
      const taken = kernel.run(reader, state);
      if (taken === 0) break;
      all += taken;
      const before = this.#maker.position - from + 1;
      this.#follow(kernel, before);
      this.#maker.position = before + from + taken - 1;
      reader.goTo(from + taken);
      if (reader.segment < reader.segments && kernel.eventCount < EVENTS_FEW) break;
    }
    return all;
  }

  /** Tells the rules what the kernel has taken. `before`: position of a segment less the reader's number of it. */
  #follow({ events, eventCount }: SureKernel, before: number): void {
    const { loops } = this.#deps.guide;
    const { marks } = this.#claim;
    const maker = this.#maker;
    this.#isBehind = true;
    this.#shown = SHOWN;
    for (let at = 0; at < eventCount * NUMBERS; at += NUMBERS) {
      const index = events[at] as number;
      const segment = events[at + SEGMENT] as number;
      maker.position = before + segment;
      if (index < 0) {
        this.#show(segment);
        this.#onClose(loops[-1 - index] as GuideLoop);
        continue;
      }
      const traits = this.#traits[index] as number;
      marks[traits & 0xff] = maker.position;
      marks[(traits >> 8) & 0xff] = maker.position;
      const present = events[at + PRESENT] as number;
      const again = events[at + AGAIN] as number;
      if (traits > 0xffff || present < 0 || again !== 0) this.#followTo(index, segment, present, again);
    }
    this.#isBehind = false;
    this.#shown = SHOWN;
  }

  /** A segment of which there is more to say than where it stands. */
  #followTo(index: number, segment: number, elements: number, again: number): void {
    const node = this.#nodes[index] as GuideNode;
    const traits = this.#traits[index] as number;
    if ((traits & OPENS_CLAIM) !== 0) this.claimCount += 1;
    if ((traits & HAS_UNIT) !== 0) {
      this.#show(segment);
      this.#openUnit(node);
    }
    let present = elements;
    if (present < 0) {
      this.#show(segment);
      present = this.#checker.check(node);
    } else if (again !== 0) {
      this.#show(segment);
      this.#checker.checkSome(node, again);
    }
    if ((traits & HAS_CHECKS) !== 0)
      this.#ask(this.#segmentPlans[index] as SegmentPlan, node, present, segment);
  }

  /** Turns the cursor to a segment that the reader has scanned. */
  #show(segment: number): void {
    if (segment === this.#shown) return;
    this.#shown = segment;
    const cursor = this.#cursor;
    cursor.reader.goTo(segment);
    cursor.reader.next();
    cursor.load();
  }

  /** A segment whose code fits none of the places it may have: what waits for one of them is not missing. */
  #takeGuess(node: GuideNode, guesses: readonly GuideNode[]): void {
    const present = this.#checker.checkQualifier(node);
    for (const { index } of guesses)
      this.#claim.marks[this.#segmentPlans[index]?.codedMark ?? MARK_NOTHING] = this.#maker.position;
    const plan = this.#segmentPlans[node.index];
    if (plan === undefined) return;
    this.#claim.marks[plan.mark] = this.#maker.position;
    this.#ask(plan, node, present, SHOWN);
  }

  /** Asks the rules of a place. `present` has a bit for each element that holds data; `segment` is what `#show` takes. */
  #ask({ checks, care, flip }: SegmentPlan, node: GuideNode, present: number, segment: number): void {
    const scope = this.#scope;
    for (let i = 0; i < checks.length; i += 1)
      if (((present & (care[i] as number)) ^ (flip[i] as number)) !== 0) {
        this.#show(segment);
        (checks[i] as SegmentCheck)(scope, node);
      }
  }

  /** A loop without its first segment: what waits for that segment is not told once more. */
  #onLost(loop: GuideLoop, position: number): void {
    openLost(this.#scope, loop, position);
    if (loop.isClaim) this.claimCount += 1;
    const plan = this.#segmentPlans[loop.opener];
    if (plan === undefined) return;
    this.#claim.marks[plan.mark] = position;
    this.#claim.marks[plan.codedMark] = position;
  }

  /** Ends the set. `position` is where SE stands, or would. */
  finish(): void {
    this.#maker.position += 1;
    this.#placer.finish();
    const claims = this.#deps.guide.loops.find((loop) => loop.isClaim);
    if (claims === undefined || this.claimCount > 0) return;
    const opener = this.#deps.guide.nodes[claims.opener];
    const segmentId = opener?.segmentId ?? '';
    this.#maker.segment('set.no-claim', { code: 'I6', segmentId, name: claims.name, loop: claims });
  }

  #onClose(loop: GuideLoop): void {
    const checks = this.#deps.rules.loopEnds[loop.index];
    if (checks !== undefined) for (const check of checks) check(this.#scope, loop);
    const { units } = this.#deps.guide;
    for (let at = 0; at < units.length; at += 1)
      if ((units[at] as GuideUnit).loop === loop.index) (this.#units[at] as OpenUnit).length = 0;
  }

  /** The business unit that a loop lies in: that of the innermost open loop around it that has one. */
  #unit(from: GuideLoop): BusinessUnit | undefined {
    const { guide } = this.#deps;
    for (let loop: GuideLoop | undefined = from; loop !== undefined; loop = guide.loops[loop.parent]) {
      const { index } = loop;
      let at = guide.units.length - 1;
      while (at >= 0 && guide.units[at]?.loop !== index) at -= 1;
      const open = this.#units[at];
      if (open === undefined || open.length === 0) continue;
      if (!this.#isBehind && !this.#isOpen(at, loop)) continue;
      open.told ??= { name: guide.units[at]?.name as BusinessUnit['name'], value: textOf(open) };
      return open.told;
    }
    return undefined;
  }

  /** Whether the loop that a unit was opened in is still open. Only while the placer is not ahead. */
  #isOpen(unit: number, loop: GuideLoop): boolean {
    const { state } = this.#placer;
    return this.#placer.isOpen(loop) && this.#units[unit]?.instance === state.instance[loop.index];
  }

  /** Forgets units whose loops have been left by other ways than their end; from then on their end is enough. */
  #forgetUnits(): void {
    const { units, loops } = this.#deps.guide;
    for (let at = 0; at < units.length; at += 1) {
      const open = this.#units[at] as OpenUnit;
      if (open.length > 0 && !this.#isOpen(at, loops[(units[at] as GuideUnit).loop] as GuideLoop))
        open.length = 0;
    }
  }

  /** Remembers the id of a business unit, unless the id itself is in error (RFI 2293: then CTX is left out). */
  #openUnit(node: GuideNode): void {
    const { cursor, guide } = this.#deps;
    const unit = guide.units[node.unit - 1];
    const open = this.#units[node.unit - 1];
    if (unit === undefined || open === undefined) return;
    open.instance = this.#placer.state.instance[unit.loop] as number;
    open.length = 0;
    open.told = undefined;
    const token = cursor.tokenOf(unit.element, 1);
    const spec = node.elements[unit.element - 1];
    if (token === 0 || spec === undefined) return;
    const start = cursor.tokenStart(token);
    const end = cursor.tokenEnd(token);
    const { reader } = cursor;
    if (end - start < spec.min || end - start > spec.max) return;
    if (reader.hasInvalid && reader.hasInvalidBetween(start, end)) return;
    open.length = Math.min(end - start, UNIT_BYTES_MAX);
    // Byte by byte: `set` of a subarray makes an object, and took 2 % of all time.
    for (let i = 0; i < open.length; i += 1) open.bytes[i] = reader.bytes[start + i] as number;
  }

  /** A segment id that the guide does not use at all. */
  #takeForeign(key: number): GuideNode | undefined {
    const { cursor, guide, standard } = this.#deps;
    const { loop } = this.#placer;
    const sent = cursor.segmentId();
    const id = sent.trim().toUpperCase();
    if (id !== sent) {
      const number = guide.segmentNumbers[segmentKey(id)] as number;
      const node = number > 0 ? this.#placer.place(number) : undefined;
      const segmentId = standard.segmentIds.has(id) ? id : '';
      this.#maker.segment('segment.id', { code: '1', segmentId, loop: this.#placer.loop });
      return node;
    }
    if (key !== 0 && standard.segmentIdsOf.get(guide.setId)?.has(id) === true)
      this.#maker.segment('segment.not-used', { code: 'I4', segmentId: id, loop });
    else if (key !== 0 && standard.segmentIds.has(id))
      this.#maker.segment('segment.not-in-set', { code: '6', segmentId: id, loop });
    // RFI 1257: an id that X12 does not have may not stand in IK301, so this finding makes no IK3.
    else this.#maker.segment('segment.unknown', { code: '1', segmentId: '', loop, value: printable(sent) });
    return undefined;
  }

  #reportOverlong(node: GuideNode): void {
    const { segmentId, name } = node;
    const limit = String(SEGMENT_BYTES_MAX);
    this.#maker.segment('segment.too-long', { code: '8', segmentId, name, loop: this.#placer.loop, limit });
  }
}

/** Its two marks, and what else there is to do at a place. */
function traitsOf({ index, opens, unit }: GuideNode, { guide, rules }: SetValidatorDeps): number {
  const plan = rules.segments[index];
  const marks = (plan?.mark ?? MARK_NOTHING) | ((plan?.codedMark ?? MARK_NOTHING) << 8);
  const opensClaim = guide.loops[opens]?.isClaim === true;
  const hasChecks = plan !== undefined && plan.checks.length > 0;
  return marks | (opensClaim ? OPENS_CLAIM : 0) | (unit > 0 ? HAS_UNIT : 0) | (hasChecks ? HAS_CHECKS : 0);
}

function textOf({ bytes, length }: OpenUnit): string {
  let text = '';
  for (let i = 0; i < length; i += 1) text += String.fromCharCode(bytes[i] as number);
  return text;
}

/** What of a broken segment id may be shown: its beginning, without control characters. */
function printable(text: string): string {
  return text.slice(0, 10).replace(/[^\x20-\x7e]/g, '?');
}
