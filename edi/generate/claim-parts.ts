/** One made-up claim from its HL to its last line, in the order of the guides. */
import type { ClaimShape, Transaction } from './claim-shape.ts';
import { address, day, INSURERS, money, npi, type Part, part, personName } from './parts.ts';
import type { Random } from './random.ts';

export type ClaimRequest = {
  readonly transaction: Transaction;
  readonly shape: ClaimShape;
  readonly random: Random;
  /** CLM01. */
  readonly claimId: string;
  /** HL01 of the subscriber, and of the billing provider. */
  readonly level: number;
  readonly parent: number;
  readonly lines: number;
};

/** What several parts of one claim must agree on. */
type Facts = ClaimRequest & {
  readonly charges: readonly number[];
  readonly date: string;
  readonly otherId: string;
};

/** All segments of one claim, its subscriber and patient. */
export function claimParts(request: ClaimRequest): Part[] {
  const { random, lines } = request;
  const facts: Facts = {
    ...request,
    charges: Array.from({ length: lines }, () => 1000 + random.below(30_000)),
    date: day(random, 2022, 2),
    otherId: `P${random.digits(6)}`,
  };
  const parts = [...subscriberParts(facts), ...claimHead(facts), ...providerParts(facts)];
  if (facts.shape.otherPayer) parts.push(...otherPayerParts(facts));
  for (let line = 0; line < lines; line += 1) parts.push(...lineParts(facts, line));
  return parts;
}

function subscriberParts(facts: Facts): Part[] {
  const { shape, random, level, parent } = facts;
  const { dependent } = shape;
  const relationship = dependent ? '' : '18';
  const sequence = shape.otherPayer ? 'S' : 'P';
  const id = `M${random.digits(9)}`;
  const parts = [
    part('2000B', `HL*${level}*${parent}*22*${dependent ? 1 : 0}`),
    part('2000B', `SBR*${sequence}*${relationship}*${random.digits(6)}******CI`),
    part('2010BA', `NM1*IL*1*${personName(random)}****MI*${id}`),
  ];
  if (!dependent) {
    parts.push(...address('2010BA', random, 5));
    parts.push(part('2010BA', `DMG*D8*${day(random, 1935, 70)}*${random.of(['F', 'M'])}`));
  }
  parts.push(part('2010BB', `NM1*PR*2*${random.of(INSURERS)}*****PI*${random.digits(5)}`));
  if (!dependent) return parts;
  return [
    ...parts,
    part('2000C', `HL*${level + 1}*${level}*23*0`),
    part('2000C', 'PAT*19'),
    part('2010CA', `NM1*QC*1*${personName(random)}`),
    ...address('2010CA', random, 5),
    part('2010CA', `DMG*D8*${day(random, 2008, 12)}*${random.of(['F', 'M'])}`),
  ];
}

function claimHead(facts: Facts): Part[] {
  const { transaction, shape, random, claimId, charges, date } = facts;
  const total = money(charges.reduce((sum, charge) => sum + charge, 0));
  const frequency = shape.replacement ? 7 : 1;
  const trace = part('2300', `REF*D9*${random.digits(17)}`);
  const replaced = shape.replacement ? [part('2300', `REF*F8*${random.digits(12)}`)] : [];
  const accident = shape.accident && transaction !== '837I';
  const accidentDate = accident ? [part('2300', `DTP*439*D8*${date}`)] : [];
  const cause = accident ? '**AA:::NC' : '';
  const claim = (place: string, rest: string): Part =>
    part('2300', `CLM*${claimId}*${total}***${place}:${frequency}*${rest}`);
  if (transaction === '837I') return institutionalHead(facts, claim, [...replaced, trace]);
  if (transaction === '837D')
    return [
      claim('11:B', `Y*A*Y*Y${cause}`),
      ...accidentDate,
      part('2300', `DTP*472*D8*${date}`),
      ...replaced,
      trace,
      part('2300', 'HI*ABK:K0260'),
    ];
  const place = shape.ambulance ? '41' : shape.inpatient ? '21' : '11';
  return [
    claim(`${place}:B`, `Y*A*Y*Y${cause}`),
    ...accidentDate,
    ...(shape.inpatient ? [part('2300', `DTP*435*D8*${date}`)] : []),
    ...replaced,
    trace,
    ...(shape.ambulance
      ? [part('2300', `CR1*LB*${100 + random.below(100)}**A*DH*${1 + random.below(50)}`)]
      : []),
    part('2300', 'HI*ABK:J020*ABF:Z1159'),
  ];
}

function institutionalHead(
  facts: Facts,
  claim: (place: string, rest: string) => Part,
  references: readonly Part[],
): Part[] {
  const { shape, date } = facts;
  const { inpatient } = shape;
  return [
    claim(inpatient ? '11:A' : '13:A', '*A*Y*Y'),
    ...(inpatient ? [part('2300', 'DTP*096*TM*1130')] : []),
    part('2300', `DTP*434*RD8*${date}-${date}`),
    ...(inpatient ? [part('2300', `DTP*435*DT*${date}0915`)] : []),
    part('2300', 'CL1*3*1*01'),
    ...references,
    part('2300', 'HI*ABK:I10'),
    ...(inpatient ? [part('2300', 'HI*ABJ:I10')] : []),
    part('2300', 'HI*ABF:E119*ABF:Z7984'),
    part('2300', 'HI*BG:09'),
  ];
}

function providerParts({ transaction, shape, random }: Facts): Part[] {
  if (transaction === '837I') return [part('2310A', `NM1*71*1*${personName(random)}****XX*${npi(random)}`)];
  const specialty = transaction === '837D' ? '1223G0001X' : '207Q00000X';
  const parts = [
    part('2310B', `NM1*82*1*${personName(random)}****XX*${npi(random)}`),
    part('2310B', `PRV*PE*PXC*${specialty}`),
  ];
  if (!shape.ambulance || transaction !== '837P') return parts;
  return [
    ...parts,
    part('2310E', 'NM1*PW*2'),
    ...address('2310E', random, 5),
    part('2310F', 'NM1*45*2'),
    ...address('2310F', random, 5),
  ];
}

/** What the other payer leaves to the patient: a fifth, in whole cents. */
function unpaid(charge: number): number {
  return Math.floor(charge / 5);
}

function otherPayerParts({ random, charges, otherId }: Facts): Part[] {
  const paid = charges.reduce((sum, charge) => sum + charge - unpaid(charge), 0);
  return [
    part('2320', `SBR*P*18*${random.digits(6)}******CI`),
    part('2320', `AMT*D*${money(paid)}`),
    part('2320', 'OI***Y***Y'),
    part('2330A', `NM1*IL*1*${personName(random)}****MI*M${random.digits(9)}`),
    part('2330B', `NM1*PR*2*${random.of(INSURERS)}*****PI*${otherId}`),
  ];
}

function lineParts(facts: Facts, line: number): Part[] {
  const { transaction, shape, random, charges, date, otherId } = facts;
  const charge = charges[line] ?? 0;
  const parts = [part('2400', `LX*${line + 1}`), ...serviceParts(facts, charge)];
  if (transaction !== '837D') parts.push(part('2400', `DTP*472*D8*${date}`));
  if (shape.drug && transaction !== '837D' && line === 0)
    parts.push(
      part('2410', `LIN**N4*${random.digits(11)}`),
      part('2410', `CTP****${1 + random.below(9)}*UN`),
    );
  if (!shape.otherPayer) return parts;
  const service = transaction === '837D' ? 'AD:D1110' : 'HC:99213';
  const revenue = transaction === '837I' ? '0305' : '';
  return [
    ...parts,
    part('2430', `SVD*${otherId}*${money(charge - unpaid(charge))}*${service}*${revenue}*1`),
    part('2430', `CAS*PR*2*${money(unpaid(charge))}`),
    part('2430', `DTP*573*D8*${date}`),
  ];
}

function serviceParts({ transaction, random }: Facts, charge: number): Part[] {
  const amount = money(charge);
  if (transaction === '837I')
    return [
      part(
        '2400',
        `SV2*${random.of(['0305', '0730', '0450'])}*HC:${random.of(['85025', '93005'])}*${amount}*UN*1`,
      ),
    ];
  if (transaction === '837D')
    return [
      part('2400', `SV3*AD:${random.of(['D2150', 'D1110', 'D0120'])}*${amount}****1`),
      part('2400', `TOO*JP*${1 + random.below(32)}*M:O`),
    ];
  const procedure = random.of(['99213', '99214', '87070', '86663', 'J1885']);
  return [part('2400', `SV1*HC:${procedure}*${amount}*UN*1***${random.of(['1', '2', '1:2'])}`)];
}
