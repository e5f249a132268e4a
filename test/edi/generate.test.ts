import { test } from 'tap';
import { TRANSACTIONS, type Transaction } from '../../edi/generate/claim-shape.ts';
import { FAULTS, type Fault } from '../../edi/generate/faults.ts';
import { type GenerateOptions, generateFile } from '../../edi/generate/generate.ts';
import type { InterchangeResult } from '../../edi/interchange-result.ts';
import { type EdiProfile, strictProfile } from '../../edi/profile.ts';
import { onlyInterchange, validate } from './support/validate.ts';

/** Strict, and what single payers ask as well. */
const profile: EdiProfile = { ...strictProfile, severities: { 'provider.billing-taxonomy': 'reject' } };

function generated(options: Partial<GenerateOptions> & { readonly transaction: Transaction }): Buffer {
  return Buffer.concat([...generateFile({ claims: 3, lines: 2, sets: 2, seed: 1, ...options })]);
}

function findings(interchange: InterchangeResult): string[] {
  return interchange.groups.flatMap(({ sets }) =>
    sets.flatMap((set) => set.findings.map(({ ruleId, plain }) => `${ruleId}: ${plain}`)),
  );
}

for (const transaction of TRANSACTIONS) {
  test(`${transaction}: what is generated is accepted by the strict profile`, async (t) => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const lines = 1 + (seed % 7);
      const bytes = generated({ transaction, claims: 12, lines, sets: 2, seed });
      const interchange = onlyInterchange(validate(bytes, { profile }));
      t.same(findings(interchange), [], `seed ${seed}`);
      t.match(interchange, { ta1: { code: 'A', note: '000' }, groups: [{ code: 'A', acceptedSets: 2 }] });
      t.equal(
        interchange.groups[0]?.sets.reduce((sum, set) => sum + set.claimCount, 0),
        24,
      );
    }
  });

  test(`${transaction}: the seed decides every byte`, async (t) => {
    t.ok(generated({ transaction }).equals(generated({ transaction })));
    t.notOk(generated({ transaction }).equals(generated({ transaction, seed: 2 })));
    const control = (seed: number): string => generated({ transaction, seed }).toString('latin1', 90, 99);
    t.not(control(1), control(2));
  });

  for (const fault of FAULTS.filter(({ transactions }) => transactions.includes(transaction)))
    test(`${transaction}: the fault ${fault.id} is found, and nothing else`, async (t) => {
      const bytes = generated({ transaction, faults: [fault.id] });
      t.same(answers(onlyInterchange(validate(bytes, { profile })), fault), expected(fault));
    });
}

/** What the engine says of a fault: rules by how often, or the codes of the envelope. */
function answers(interchange: InterchangeResult, fault: Fault): string[] {
  const { ta1, groups } = interchange;
  if (fault.place.startsWith('interchange')) return [`TA105 ${ta1.note}`];
  const sets = groups.flatMap((group) => group.sets);
  return [
    ...groups.flatMap(({ codes }) => codes.map((code) => `AK905 ${code}`)),
    ...sets.flatMap(({ codes }) =>
      codes.filter((code) => fault.place !== 'claim' || code !== '5').map((code) => `IK502 ${code}`),
    ),
    ...sets.flatMap((set) => set.findings.map(({ ruleId }) => ruleId)),
  ].filter((answer) => answer !== 'IK502 I5');
}

function expected({ place, answer }: Fault): string[] {
  const times = { claim: 6, set: 2, group: 1, interchange: 1 }[place.split('-')[0] ?? ''] ?? 0;
  return Array.from({ length: times }, () => answer);
}

test('several faults in every claim make as many findings', async (t) => {
  const faults = ['claim.balance', 'element.code', 'subscriber.street', 'code-set.npi'];
  const interchange = onlyInterchange(validate(generated({ transaction: '837P', faults }), { profile }));
  t.same(
    interchange.groups[0]?.sets.map((set) => set.findings.map(({ ruleId }) => ruleId).sort()),
    [1, 2].map(() => [...faults, ...faults, ...faults].sort()),
  );
});

test('a fault that a transaction cannot have is refused', async (t) => {
  t.throws(() => generated({ transaction: '837P', faults: ['code-set.tooth'] }), /837D/);
  t.throws(() => generated({ transaction: '837P', faults: ['no.fault'] }), /no fault/);
});
