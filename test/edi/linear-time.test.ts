import { test } from 'tap';
import { answerTo, oneFault, validate } from './support/validate.ts';

const VALID = oneFault('p-00-valid').replaceAll('\n', '');
const HEAD = VALID.slice(0, VALID.indexOf('LX*1~'));
const TAIL = 'SE*1*0001~GE*1*1~IEA*1*000000001~';
const CLAIM = VALID.slice(VALID.indexOf('CLM*'), VALID.indexOf('SE*34'));

/** Kinds of input that a careless engine takes more than linear time for; each grows with `n`. */
const SHAPES: Readonly<Record<string, (n: number) => string>> = {
  claims: (n) => HEAD + CLAIM.repeat(n) + TAIL,
  'claims with faults': (n) => HEAD + CLAIM.replace('*100*', '*x*').replace('ABK', 'ZZZ').repeat(n) + TAIL,
  'segments out of order': (n) => HEAD + 'REF*D9*1~SBR*P~HI*ABK:I10~PRV*PE~'.repeat(n) + TAIL,
  'unknown segments': (n) => `${HEAD}${'QQQ*1~'.repeat(10 * n)}${TAIL}`,
  'a segment of many elements': (n) => `${HEAD}NTE${'*A'.repeat(20 * n)}~${TAIL}`,
  'an element of many components': (n) => `${HEAD}SV1*HC${':A'.repeat(20 * n)}~${TAIL}`,
  'an element of many repetitions': (n) => `${HEAD}HI*ABK:I10${'^ABK:I10'.repeat(10 * n)}~${TAIL}`,
  'empty segments': (n) => HEAD + '~'.repeat(50 * n) + TAIL,
  'sets without an end': (n) => HEAD + 'ST*837*0001~'.repeat(5 * n) + TAIL,
  'groups without an end': (n) =>
    HEAD + VALID.slice(VALID.indexOf('GS*'), VALID.indexOf('ST*')).repeat(n) + TAIL,
  interchanges: (n) => `${VALID.slice(0, 106)}IEA*0*000000001~`.repeat(n),
  'headers cut short': (n) => VALID + `${VALID.slice(0, 50)}~`.repeat(n),
  'data after the interchange': (n) => VALID + 'IS'.repeat(50 * n),
  'bytes that are not allowed': (n) => HEAD + 'NTE*ADD*\u0001\u0002\u00ff~'.repeat(10 * n) + TAIL,
};

/** Least processor time of some runs, in milliseconds. */
function millisecondsFor(text: string): number {
  const bytes = Buffer.from(text, 'latin1');
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 3; run += 1) {
    const before = process.cpuUsage();
    const result = validate(bytes, { chunk: 4096 });
    if (result.kind === 'x12') for (const interchange of result.interchanges) answerTo(interchange);
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

const SMALL = 1000;
const FACTOR = 8;
/** T(n) = O(n^k): 1 is linear, 2 is quadratic. Small inputs run unoptimized, so k comes out below 1 as a rule. */
const EXPONENT_MAX = 1.5;
const TRIES = 4;

test('validating takes time in proportion to size, whatever the input', async (t) => {
  for (const [name, make] of Object.entries(SHAPES)) {
    millisecondsFor(make(SMALL));
    // What else the machine does can make one measurement worse, and never all of them better than they are.
    const tries: number[] = [];
    while (tries.length < TRIES && !tries.some((exponent) => exponent < EXPONENT_MAX)) {
      const small = millisecondsFor(make(SMALL));
      const large = millisecondsFor(make(SMALL * FACTOR));
      // Below a millisecond the clock says little.
      tries.push(Math.log(large / Math.max(small, 1)) / Math.log(FACTOR));
    }
    t.ok(
      tries.some((exponent) => exponent < EXPONENT_MAX),
      `${name}: exponents ${tries.map((exponent) => exponent.toFixed(2)).join(', ')}`,
    );
  }
});

test('chunks of one byte take no longer than in proportion', async (t) => {
  const segment = `${HEAD}NTE*ADD*${'A:'.repeat(20_000)}~${TAIL}`;
  const before = process.cpuUsage();
  validate(segment, { chunk: 1 });
  const { user } = process.cpuUsage(before);
  t.ok(user < 2_000_000, `${user / 1000} ms for ${segment.length} chunks`);
});
