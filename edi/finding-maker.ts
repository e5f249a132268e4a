/** Makes findings: asks the partner's policy, adds position, business unit and words, and keeps what may be kept. */
import type { CompiledGuide, ElementSpec, GuideLoop, GuideNode } from './compiled-guide.ts';
import type {
  BusinessUnit,
  ElementErrorCode,
  Finding,
  FindingElement,
  SegmentErrorCode,
  SituationalTrigger,
} from './finding.ts';
import { wordsOf } from './finding-words.ts';
import type { BadValuePolicy } from './profile.ts';
import { RULE_FACTS, type RuleId } from './rule-facts.ts';
import type { RulePolicy } from './rule-policy.ts';
import type { SetFindings } from './set-findings.ts';

/** IK404 is AN 1/99. */
const VALUE_MAX = 99;

/** Data elements that may hold personal data: names, addresses, ids, dates, free text. */
const PERSONAL = new Set('1035 1036 1037 1039 1251 166 19 116 67 127 1028 93 364 352 449'.split(' '));

export type SegmentProblem = {
  readonly code: SegmentErrorCode;
  /** The segment as X12 knows it; empty when it may not be named. */
  readonly segmentId: string;
  readonly name?: string;
  /** Loop told to the sender. */
  readonly loop: GuideLoop;
  /** Position when it is not that of the current segment. */
  readonly position?: number;
  readonly value?: string;
  readonly limit?: string;
  readonly trigger?: SituationalTrigger;
  /** What `takeBack` of the findings knows it by. */
  readonly token?: number;
};

export type ElementProblem = {
  readonly code: ElementErrorCode;
  readonly node: GuideNode;
  /** Position when it is not that of the current segment. */
  readonly position?: number;
  readonly element: number;
  readonly component?: number;
  readonly repetition?: number;
  readonly spec?: ElementSpec;
  readonly value?: string;
  readonly limit?: string;
  readonly trigger?: SituationalTrigger;
};

type Deps = {
  readonly guide: CompiledGuide;
  readonly policy: RulePolicy;
  readonly badValues: BadValuePolicy;
};

export class FindingMaker {
  /** Where findings go: those of the set that is open. */
  findings: SetFindings;
  /** Position of the current segment, ST being 1. */
  position = 0;
  /** The business unit that a finding in a loop lies in. */
  unit: (loop: GuideLoop) => BusinessUnit | undefined = () => undefined;
  readonly #deps: Deps;
  /** Elements of the segment at `#blamedAt` that something has been told of, a bit each. */
  #blamed = 0;
  #blamedAt = 0;

  constructor(deps: Deps, findings: SetFindings) {
    this.#deps = deps;
    this.findings = findings;
  }

  /** Whether findings are still kept, not only counted: when not, values and limits need not be put together. */
  get keeps(): boolean {
    return this.findings.hasRoom;
  }

  /** Notes that something is wrong with an element of the current segment. */
  blame(element: number): void {
    if (this.#blamedAt !== this.position) this.#blamed = 0;
    this.#blamedAt = this.position;
    this.#blamed |= 1 << element;
  }

  /** Whether something is wrong with an element of the current segment: then rules say nothing more of it. */
  isBlamed(element: number): boolean {
    return this.#blamedAt === this.position && (this.#blamed & (1 << element)) !== 0;
  }

  /** Counts a finding that is not kept. Putting one together for that took as long as 500 bytes of a valid file. */
  count(rule: RuleId): void {
    const severity = this.#deps.policy.severityOf(rule);
    if (severity !== 'off') this.findings.admits(severity);
  }

  /** A finding about a segment as a whole: IK3 without IK4. */
  segment(rule: RuleId, problem: SegmentProblem): void {
    const severity = this.#deps.policy.severityOf(rule);
    if (severity === 'off' || !this.findings.admits(severity)) return;
    const [plain, hint] = wordsOf(rule, {
      segment: named(problem.segmentId, problem.name),
      loop: loopWords(problem.loop),
      place: '',
      value: quoted(problem.value),
      limit: problem.limit ?? '',
    });
    const unit = this.unit(problem.loop);
    const finding: Mutable<Omit<Finding, 'plain' | 'hint'>> = {
      ruleId: rule,
      snip: RULE_FACTS[rule].snip,
      severity,
      segmentId: problem.segmentId,
      position: problem.position ?? this.position,
      loop: problem.loop.id,
      segmentCode: problem.code,
    };
    this.findings.keep(withWords(finding, problem.trigger, unit, plain, hint), problem.token ?? 0);
  }

  /** A finding about an element of the current segment: IK3 8 with IK4. */
  element(rule: RuleId, problem: ElementProblem): void {
    const severity = this.#deps.policy.severityOf(rule);
    if (severity === 'off' || !this.findings.admits(severity)) return;
    const { node, spec } = problem;
    const loop = this.#deps.guide.loops[node.loop] as GuideLoop;
    const value = this.#shown(problem);
    const [plain, hint] = wordsOf(rule, {
      segment: named(node.segmentId, node.name),
      loop: loopWords(loop),
      place: named(placeWords(node.segmentId, problem), spec?.name),
      value: quoted(value),
      limit: problem.limit ?? '',
    });
    const unit = this.unit(loop);
    const finding: Mutable<Omit<Finding, 'plain' | 'hint'>> = {
      ruleId: rule,
      snip: RULE_FACTS[rule].snip,
      severity,
      segmentId: node.segmentId,
      position: problem.position ?? this.position,
      loop: loop.id,
      segmentCode: '8',
      element: elementOf(problem, value),
    };
    this.findings.keep(withWords(finding, problem.trigger, unit, plain, hint));
  }

  /** The bad value as far as the partner's policy and IK404 let it be shown. */
  #shown(problem: ElementProblem): string | undefined {
    const { badValues } = this.#deps;
    const { value, spec } = problem;
    if (value === undefined || value === '' || badValues === 'withhold') return undefined;
    if (badValues === 'withhold-phi' && PERSONAL.has(spec?.dataElement ?? '')) return undefined;
    return value.slice(0, VALUE_MAX);
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

// Spreading `...(x && { x })` made five objects for one; a file with thousands of findings spent a fifth of its time
// on collecting them.
function elementOf(problem: ElementProblem, value: string | undefined): FindingElement {
  const { spec, component, repetition } = problem;
  const element: Mutable<Omit<FindingElement, 'code'>> & { code?: ElementErrorCode } = {
    element: problem.element,
  };
  if (component) element.component = component;
  if (repetition) element.repetition = repetition;
  if (spec !== undefined && isNumber(spec.dataElement)) element.dataElement = spec.dataElement;
  element.code = problem.code;
  if (value !== undefined) element.value = value;
  return element as FindingElement;
}

/** A finding is complete with these. */
function withWords(
  from: Mutable<Omit<Finding, 'plain' | 'hint'>>,
  trigger: SituationalTrigger | undefined,
  unit: BusinessUnit | undefined,
  plain: string,
  hint: string,
): Finding {
  const finding: typeof from & { plain?: string; hint?: string } = from;
  if (trigger !== undefined) finding.trigger = trigger;
  if (unit !== undefined) finding.businessUnit = unit;
  finding.plain = plain;
  finding.hint = hint;
  return finding as Finding;
}

/** IK402 is numeric: composites (C022) have no number to give. */
function isNumber(dataElement: string): boolean {
  const first = dataElement.charCodeAt(0);
  return first >= 0x30 && first <= 0x39;
}

function named(id: string, name: string | undefined): string {
  return name === undefined || name === '' ? id : `${id} (${name})`;
}

function loopWords(loop: GuideLoop): string {
  return loop.id === '' ? 'the transaction set' : `loop ${named(loop.id, loop.name)}`;
}

function quoted(value: string | undefined): string {
  return value === undefined || value === '' ? '' : ` ("${value}")`;
}

/** `CLM05-3`, as people write it. */
function placeWords(segmentId: string, problem: ElementProblem): string {
  const element = `${segmentId}${String(problem.element).padStart(2, '0')}`;
  return problem.component ? `${element}-${problem.component}` : element;
}
