import { test } from 'tap';
import { GUIDE_837D } from '../../edi/guides/837d-x224a2.ts';
import { GUIDE_837I } from '../../edi/guides/837i-x223a2.ts';
import { GUIDE_837P } from '../../edi/guides/837p-x222a1.ts';
import { type FullSegment, fullSet, inEnvelope } from './support/full-set.ts';
import { answerSegments, onlyInterchange, validate } from './support/validate.ts';

const GUIDES = { '837P': GUIDE_837P, '837I': GUIDE_837I, '837D': GUIDE_837D };

/** A set that uses each place of the guide once, and everything that can be wrong with one of its segments. */
type Set = {
  readonly segments: readonly FullSegment[];
  readonly tell: (texts: readonly string[]) => string[];
};

function setOf(guideText: string): Set {
  const { guide, segments } = fullSet(guideText);
  // Two payers may not have the same place in the order.
  const mended = segments.map((segment) =>
    segment.loop === '2320' ? { ...segment, text: segment.text.replace(/^SBR\*A/, 'SBR*T') } : segment,
  );
  const tell = (texts: readonly string[]): string[] =>
    answerSegments(onlyInterchange(validate(inEnvelope(guide, texts).replaceAll('\n', '')))).filter((told) =>
      /^IK[34]/.test(told),
    );
  return { segments: mended, tell };
}

/** The set with segment `at` replaced by others. */
function withSegment({ segments }: Set, at: number, ...texts: readonly string[]): string[] {
  return segments.flatMap(({ text }, i) => (i === at ? texts : [text]));
}

/** Whether an answer holds one IK3 and at most one IK4, the last of which fits. */
function isOne(told: readonly string[], expected: RegExp, mayBeRight: boolean): boolean {
  if (told.length === 0) return mayBeRight;
  const segments = told.filter((segment) => segment.startsWith('IK3')).length;
  return segments === 1 && told.length <= 2 && expected.test(told.at(-1) ?? '');
}

type Fault = {
  readonly name: string;
  /** What the last of IK3 and IK4 must be like. */
  readonly told: RegExp;
  /** Whether some places bear it. */
  readonly mayBeRight: boolean;
  /** The element's value with the fault; undefined where it cannot be planted. */
  readonly plant: (value: string) => string | undefined;
};

const simple = (change: (value: string) => string) => (value: string) =>
  value === '' || value.includes(':') ? undefined : change(value);

const ELEMENT_FAULTS: readonly Fault[] = [
  {
    name: 'is empty',
    told: /^IK4(\*[^*]*){2}\*(1|2|I9)$|^IK3(\*[^*]*){3}\*I6$/,
    mayBeRight: true,
    plant: (value) => (value === '' ? undefined : ''),
  },
  {
    name: 'holds a control character, which is not echoed',
    told: /^IK4(\*[^*]*){2}\*6$/,
    mayBeRight: false,
    plant: simple((value) => `\x01${value}`),
  },
  {
    name: 'is blank',
    told: /^IK4(\*[^*]*){2}\*(4|6|7|8|9|I12)$/,
    mayBeRight: false,
    plant: simple(() => ' '),
  },
  {
    name: 'is too long',
    told: /^IK4(\*[^*]*){2}\*(5|6)\*X{99}$/,
    mayBeRight: false,
    plant: simple(() => 'X'.repeat(300)),
  },
  {
    name: 'repeats',
    told: /^IK4(\*[^*]*){2}\*12$/,
    mayBeRight: false,
    plant: simple((value) => `${value}^${value}`),
  },
  {
    name: 'has components',
    told: /^IK4(\*[^*]*){2}\*(13|I10\*F2)$/,
    mayBeRight: false,
    plant: simple((value) => `${value}:${value}`),
  },
  {
    name: 'has too many components',
    told: /^IK4(\*[^*]*){2}\*(13|I10\*A)$/,
    mayBeRight: false,
    plant: (value) => (value.includes(':') ? `${value}:::::::::::A` : undefined),
  },
  {
    name: 'holds what no code is and no number',
    told: /^IK4(\*[^*]*){2}\*(4|5|6|7|8|9|I6|I12)\*(zq|1234567893)$/,
    mayBeRight: true,
    plant: simple(() => 'zq'),
  },
  {
    name: 'is not used',
    told: /^IK4(\*[^*]*){2}\*I10\*A1$/,
    mayBeRight: false,
    plant: (value) => (value === '' ? 'A1' : undefined),
  },
];

for (const [name, text] of Object.entries(GUIDES)) {
  const set = setOf(text);
  const places = set.segments.map((segment, at) => ({ ...segment, at })).slice(1);

  /** What the set says with `texts` in place of a segment, when that is not one finding of the kind expected. */
  const unlike = (at: number, texts: readonly string[], expected: RegExp, mayBeRight: boolean): string[] => {
    const told = set.tell(withSegment(set, at, ...texts));
    if (isOne(told, expected, mayBeRight)) return [];
    const { loop, text } = set.segments[at] as FullSegment;
    return [`${loop} ${text} as ${texts[0] ?? 'nothing'}: ${told.join(' ')}`.slice(0, 300)];
  };

  test(`${name}: the set without a fault is accepted`, async (t) => {
    t.same(set.tell(set.segments.map((segment) => segment.text)), []);
  });

  test(`${name}: a segment that is missing is one finding, also when it opens a loop`, async (t) => {
    const expected = /^IK3(\*[^*]*){3}\*(2|3|7|I6)$|^IK4\*(1|11:1)\*/;
    t.same(
      places.flatMap(({ at }) => unlike(at, [], expected, true)),
      [],
    );
  });

  test(`${name}: a qualifier that is wrong or missing is one finding, also when it opens a loop`, async (t) => {
    const wrong = places.flatMap(({ at, text, source }) => {
      const [first] = source.elements;
      const [id, sent, ...rest] = text.split('*');
      if (first?.position !== 1 || first.values.kind !== 'codes' || sent === undefined) return [];
      return [
        ...unlike(at, [[id, 'QQ', ...rest].join('*')], /^IK4\*1\*\d+\*(4|5|6|7|I6)\*QQ$/, false),
        ...unlike(at, [[id, '', ...rest].join('*')], /^IK4\*1\*\d+\*[12]$/, false),
      ];
    });
    t.same(wrong, []);
  });

  test(`${name}: a segment that comes too often is one finding`, async (t) => {
    const wrong = places.flatMap(({ at, text, source, opens }) => {
      if (opens || !Number.isFinite(source.max)) return [];
      return unlike(at, new Array<string>(source.max + 1).fill(text), /^IK3(\*[^*]*){3}\*5$/, false);
    });
    t.same(wrong, []);
  });

  test(`${name}: an element too many is one finding`, async (t) => {
    const wrong = places.flatMap(({ at, text }) =>
      unlike(at, [`${text}${'*'.repeat(40)}A`], /^IK4\*\d+\*\*3$/, false),
    );
    t.same(wrong, []);
  });

  for (const { name: fault, told, mayBeRight, plant } of ELEMENT_FAULTS)
    test(`${name}: an element that ${fault} is one finding`, async (t) => {
      const wrong = places.flatMap(({ at, text }) => {
        const elements = text.split('*');
        return elements.slice(1).flatMap((value, i) => {
          const planted = plant(value);
          return planted === undefined
            ? []
            : unlike(at, [elements.with(i + 1, planted).join('*')], told, mayBeRight);
        });
      });
      t.same(wrong, []);
    });
}
