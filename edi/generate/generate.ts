/**
 * Made-up 837 files of any size, valid by the strict profile, or with known faults. The same options give the same
 * bytes. One interchange, one group; nothing grows with the file.
 */
import { claimParts } from './claim-parts.ts';
import { PLAIN, shapeOf, type Transaction } from './claim-shape.ts';
import { type Fault, faultNamed } from './faults.ts';
import { address, npi, type Part, part } from './parts.ts';
import { Random } from './random.ts';

export type GenerateOptions = {
  readonly transaction: Transaction;
  /** Claims in each set. */
  readonly claims: number;
  /** Service lines in each claim. */
  readonly lines: number;
  readonly sets: number;
  readonly seed: number;
  /** Ids of faults, planted in every claim (or in every set, or in the envelope, as the fault is). */
  readonly faults?: readonly string[];
};

/** Bytes handed out at once, about. */
const BLOCK_CHARS = 64 * 1024;

/** ISA09 and GS04: a fixed day, so that the same options give the same bytes on any day. */
const DATE = '20240102';

const VERSIONS: Readonly<Record<Transaction, string>> = {
  '837P': '005010X222A1',
  '837I': '005010X223A2',
  '837D': '005010X224A2',
};

const TAXONOMIES: Readonly<Record<Transaction, string>> = {
  '837P': '207Q00000X',
  '837I': '282N00000X',
  '837D': '1223G0001X',
};

/** Lines that one claim may have. */
export const LINES_MAX: Readonly<Record<Transaction, number>> = { '837P': 50, '837I': 999, '837D': 50 };

const encoder = new TextEncoder();

/**
 * The file, block by block.
 * @throws {RangeError} when a fault is not known, or not one of this transaction.
 */
export function* generateFile(options: GenerateOptions): Generator<Uint8Array, void, void> {
  let text = '';
  for (const segment of segments(options)) {
    text += `${segment}~\n`;
    if (text.length < BLOCK_CHARS) continue;
    yield encoder.encode(text);
    text = '';
  }
  yield encoder.encode(text);
}

function* segments(options: GenerateOptions): Generator<string, void, void> {
  const faults = (options.faults ?? []).map((id) => faultNamed(id, options.transaction));
  const planted = (place: Fault['place']): boolean => faults.some((fault) => fault.place === place);
  const random = new Random(options.seed);
  const version = VERSIONS[options.transaction];
  const control = String(1 + (options.seed % 999_999_999)).padStart(9, '0');
  const group = String(Number(control));
  yield `ISA*00*          *00*          *ZZ*SUBMITTER      *ZZ*RECEIVER       *${DATE.slice(2)}*1200*^*00501*${control}*0*T*:`;
  yield `GS*HC*SUBMITTER*RECEIVER*${DATE}*1200*${group}*X*${version}`;
  for (let set = 1; set <= options.sets; set += 1) yield* setSegments(options, { set, random, faults });
  yield `GE*${options.sets + (planted('group-count') ? 1 : 0)}*${planted('group-control') ? `${group}1`.slice(-9) : group}`;
  yield `IEA*${planted('interchange-count') ? 2 : 1}*${planted('interchange-control') ? '999999999' : control}`;
}

type SetState = { readonly set: number; readonly random: Random; readonly faults: readonly Fault[] };

function* setSegments(options: GenerateOptions, state: SetState): Generator<string, void, void> {
  const { set, random, faults } = state;
  const planted = (place: Fault['place']): boolean => faults.some((fault) => fault.place === place);
  const control = String(set).padStart(4, '0');
  let count = 0;
  for (const { elements } of setHead(options, control, random)) {
    count += 1;
    yield elements.join('*');
  }
  let level = 1;
  for (let claim = 1; claim <= options.claims; claim += 1) {
    const parts = nextClaim(options, state, { claim, level: level + 1 });
    for (const { elements } of parts) {
      count += 1;
      if (elements[0] === 'HL') level = Number(elements[1]);
      yield elements.join('*');
    }
  }
  yield `SE*${count + (planted('set-count') ? 2 : 1)}*${planted('set-control') ? '999999999' : control}`;
}

function setHead(options: GenerateOptions, control: string, random: Random): Part[] {
  const { transaction, seed } = options;
  return [
    part('', `ST*837*${control}*${VERSIONS[transaction]}`),
    part('', `BHT*0019*00*${seed}${control}*${DATE}*1200*CH`),
    part('1000A', 'NM1*41*2*PREMIER BILLING*****46*SUBMITTER'),
    part('1000A', 'PER*IC*JERRY*TE*3055552222'),
    part('1000B', 'NM1*40*2*KEY CLEARINGHOUSE*****46*RECEIVER'),
    part('2000A', 'HL*1**20*1'),
    part('2000A', `PRV*BI*PXC*${TAXONOMIES[transaction]}`),
    part('2010AA', `NM1*85*2*GENERAL CLINIC*****XX*${npi(random)}`),
    ...address('2010AA', random, 9),
    part('2010AA', `REF*EI*${random.digits(9)}`),
  ];
}

/** A faulty claim has nothing but what its faults need, so that each fault is one finding. */
function nextClaim(
  options: GenerateOptions,
  { set, random, faults }: SetState,
  { claim, level }: { readonly claim: number; readonly level: number },
): Part[] {
  const { transaction, lines } = options;
  const shape =
    faults.length === 0 ? shapeOf(random) : Object.assign({}, PLAIN, ...faults.map(({ needs }) => needs));
  const claimId = `C${set}-${claim}`;
  const parts = claimParts({ transaction, shape, random, claimId, level, parent: 1, lines });
  for (const fault of faults) fault.plant?.(parts, transaction);
  return parts;
}
