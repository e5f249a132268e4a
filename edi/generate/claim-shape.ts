/** What a made-up claim is about. */
import type { Random } from './random.ts';

export type Transaction = '837P' | '837I' | '837D';

export const TRANSACTIONS: readonly Transaction[] = ['837P', '837I', '837D'];

/** What a claim has beyond the least that its guide asks for. */
export type ClaimShape = {
  /** The patient is a dependent of the subscriber. */
  readonly dependent: boolean;
  /** It replaces another claim. */
  readonly replacement: boolean;
  readonly accident: boolean;
  readonly inpatient: boolean;
  /** Another payer has paid before. */
  readonly otherPayer: boolean;
  readonly drug: boolean;
  readonly ambulance: boolean;
};

export const PLAIN: ClaimShape = {
  dependent: false,
  replacement: false,
  accident: false,
  inpatient: false,
  otherPayer: false,
  drug: false,
  ambulance: false,
};

/** The shape of the next claim: mostly plain, now and then something of everything. */
export function shapeOf(random: Random): ClaimShape {
  const ambulance = random.once(20);
  return {
    dependent: random.once(4),
    replacement: random.once(10),
    accident: random.once(8),
    inpatient: !ambulance && random.once(12),
    otherPayer: random.once(6),
    drug: random.once(10),
    ambulance,
  };
}
