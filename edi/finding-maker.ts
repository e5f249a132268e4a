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

/** What has been told of an element or component last: the same fault at the same place is told in the same words. */
type KnownPlace = {
  readonly spec: ElementSpec | undefined;
  /** `NM109 (Billing Provider Identifier)`. */
  readonly words: string;
  rule: RuleId | undefined;
  value: string | undefined;
  limit: string;
  told: readonly [plain: string, hint: string];
};

const NOTHING_TOLD = ['', ''] as const;

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
  /** By node, by loop, and by node, element and component. */
  readonly #segmentNames: string[] = [];
  readonly #loopNames: string[] = [];
  readonly #places = new Map<number, KnownPlace>();

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
    const words = wordsOf(rule, {
      segment: named(problem.segmentId, problem.name),
      loop: this.#loopWords(problem.loop),
      place: '',
      value: quoted(problem.value),
      limit: problem.limit ?? '',
    });
    const unit = this.unit(problem.loop);
    const { snip } = RULE_FACTS[rule];
    const { segmentId, code: segmentCode, position = this.position, trigger } = problem;
    const where = { ruleId: rule, snip, severity, segmentId, position, loop: problem.loop.id, segmentCode };
    this.findings.keep(findingOf(where, undefined, trigger, unit, words), problem.token ?? 0);
  }

  /** A finding about an element of the current segment: IK3 8 with IK4. */
  element(rule: RuleId, problem: ElementProblem): void {
    const severity = this.#deps.policy.severityOf(rule);
    if (severity === 'off' || !this.findings.admits(severity)) return;
    const { node, spec } = problem;
    const loop = this.#deps.guide.loops[node.loop] as GuideLoop;
    const value = this.#shown(problem);
    const known = this.#placeOf(node, problem.element, problem.component ?? 0, spec);
    const { limit = '' } = problem;
    if (known.rule !== rule || known.value !== value || known.limit !== limit) {
      known.rule = rule;
      known.value = value;
      known.limit = limit;
      const segment = this.#segmentWords(node);
      const within = this.#loopWords(loop);
      known.told = wordsOf(rule, { segment, loop: within, place: known.words, value: quoted(value), limit });
    }
    const unit = this.unit(loop);
    const { snip } = RULE_FACTS[rule];
    const { segmentId } = node;
    const { position = this.position, trigger } = problem;
    const where: Where = {
      ruleId: rule,
      snip,
      severity,
      segmentId,
      position,
      loop: loop.id,
      segmentCode: '8',
    };
    this.findings.keep(findingOf(where, elementOf(problem, value), trigger, unit, known.told));
  }

  /** `NM1 (Billing Provider Name)`; faults repeat, so what has been put together once is kept. */
  #segmentWords(node: GuideNode): string {
    this.#segmentNames[node.index] ??= named(node.segmentId, node.name);
    return this.#segmentNames[node.index] as string;
  }

  #loopWords(loop: GuideLoop): string {
    this.#loopNames[loop.index] ??= loopWords(loop);
    return this.#loopNames[loop.index] as string;
  }

  #placeOf(node: GuideNode, element: number, component: number, spec: ElementSpec | undefined): KnownPlace {
    const key = (node.index << 16) | (element << 8) | component;
    const known = this.#places.get(key);
    if (known !== undefined && known.spec === spec) return known;
    const words = named(placeWords(node.segmentId, element, component), spec?.name);
    const place = { spec, words, rule: undefined, value: undefined, limit: '', told: NOTHING_TOLD };
    this.#places.set(key, place);
    return place;
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

type Where = Omit<Finding, 'element' | 'trigger' | 'businessUnit' | 'plain' | 'hint'>;

// Objects that grow field by field keep the later ones in an array of their own, and spreading `...(x && { x })` makes
// five objects for one; a file with thousands of findings spent a fifth of its time on collecting them.
function elementOf(problem: ElementProblem, value: string | undefined): FindingElement {
  const { spec, component, repetition, element, code } = problem;
  const dataElement = spec === undefined ? undefined : numberOf(spec);
  if (!component && !repetition && dataElement !== undefined)
    return value === undefined ? { element, dataElement, code } : { element, dataElement, code, value };
  return {
    element,
    ...(component && { component }),
    ...(repetition && { repetition }),
    ...(dataElement !== undefined && { dataElement }),
    code,
    ...(value !== undefined && { value }),
  };
}

function findingOf(
  where: Where,
  element: FindingElement | undefined,
  trigger: SituationalTrigger | undefined,
  businessUnit: BusinessUnit | undefined,
  words: readonly [plain: string, hint: string],
): Finding {
  const { ruleId, snip, severity, segmentId, position, loop, segmentCode } = where;
  const plain = words[0];
  const hint = words[1];
  if (element !== undefined && trigger === undefined && businessUnit !== undefined)
    return {
      ruleId,
      snip,
      severity,
      segmentId,
      position,
      loop,
      segmentCode,
      element,
      businessUnit,
      plain,
      hint,
    };
  return {
    ...where,
    ...(element !== undefined && { element }),
    ...(trigger !== undefined && { trigger }),
    ...(businessUnit !== undefined && { businessUnit }),
    plain,
    hint,
  };
}

/** IK402 is numeric: composites (C022) have no number to give. */
function numberOf({ dataElement }: ElementSpec): string | undefined {
  const first = dataElement.charCodeAt(0);
  return first >= 0x30 && first <= 0x39 ? dataElement : undefined;
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
function placeWords(segmentId: string, element: number, component: number): string {
  const whole = `${segmentId}${String(element).padStart(2, '0')}`;
  return component > 0 ? `${whole}-${component}` : whole;
}
