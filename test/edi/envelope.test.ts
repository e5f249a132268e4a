import { test } from 'tap';
import { acknowledge, controlsNeeded, rejectInterchange } from '../../edi/acknowledge.ts';
import { type defaultProfile, strictProfile } from '../../edi/profile.ts';
import { answerSegments, answerTo, oneFault, onlyInterchange, validate } from './support/validate.ts';

const VALID = oneFault('p-00-valid');

function answer(text: string): string[] {
  return answerSegments(onlyInterchange(validate(text)));
}

test('each fault of ISA and IEA has its TA105 note, and no 999', async (t) => {
  const isa = (from: string, to: string) => VALID.replace(from, to);
  const faults: readonly (readonly [string, string])[] = [
    ['001', isa('IEA*1*000000001', 'IEA*1*000000002')],
    ['004', isa(':~\n', ':A\n')],
    ['005', isa('*ZZ*SUBMITTER ', '*Z1*SUBMITTER ')],
    ['006', isa('SUBMITTER      *ZZ', '               *ZZ')],
    ['007', isa('*ZZ*RECEIVER ', '*99*RECEIVER ')],
    ['008', isa('RECEIVER       *', '               *')],
    ['010', isa('ISA*00', 'ISA*77')],
    ['012', isa('*00*          *ZZ', '*77*          *ZZ')],
    ['014', isa('*240101*1200*^', '*241301*1200*^')],
    ['015', isa('*240101*1200*^', '*240101*2460*^')],
    ['016', isa('*^*00501', '*U*00501')],
    ['017', isa('*^*00501', '*^*00400')],
    ['018', isa('*000000001*1*T', '*00000000A*1*T')],
    ['019', isa('*1*T*:', '*2*T*:')],
    ['020', isa('*1*T*:', '*1*Q*:')],
    ['021', isa('IEA*1*', 'IEA*3*')],
    ['022', isa('GE*1*1~', 'GE*1*1~\nGE*1*1~')],
    ['023', VALID.slice(0, VALID.indexOf('IEA'))],
    ['024', isa('GE*1*1~', 'REF*EI*1~\nGE*1*1~')],
    ['024', isa('*20240101*1200*1*X', '*20241301*1200*1*X')],
    ['027', isa('*T*:~', '*T**~')],
    ['011', isa('ISA*00*          *', 'ISA*00*         *')],
  ];
  for (const [note, text] of faults) {
    const interchange = onlyInterchange(validate(text));
    t.same([interchange.ta1.code, interchange.ta1.note], ['R', note], note);
    t.equal(interchange.verdict, 'rejected');
    const segments = answerTo(interchange);
    t.ok(segments.includes(`TA1`) && !segments.includes('AK1'), `${note}: TA1 alone`);
  }
});

test('the accepted ids and usage indicators are the partner’s', async (t) => {
  const note = (profile: object) => onlyInterchange(validate(VALID, { profile })).ta1.note;
  t.equal(note({ senderIds: ['SUBMITTER'], receiverIds: ['RECEIVER'] }), '000');
  t.equal(note({ senderIds: ['OTHER'] }), '006');
  t.equal(note({ receiverIds: ['OTHER'] }), '009');
  t.equal(note({ usageIndicators: ['P'] }), '020');
});

test('a TA1 is sent when the policy says so', async (t) => {
  const quiet = VALID.replace('*1*T*:', '*0*T*:');
  const bad = quiet.replace('IEA*1', 'IEA*2');
  const due = (text: string, ta1: typeof defaultProfile.ta1) =>
    onlyInterchange(validate(text, { profile: { ta1 } })).ta1.due;
  t.same(
    (['never', 'requested', 'requested-and-errors', 'always'] as const).map((policy) => [
      due(VALID, policy),
      due(quiet, policy),
      due(bad, policy),
    ]),
    [
      [false, false, false],
      [true, false, false],
      [true, false, true],
      [true, true, true],
    ],
  );
  t.equal(strictProfile.ta1, 'always');
});

test('each fault of a group has its AK905 code and rejects the group', async (t) => {
  const faults: readonly (readonly [string, string])[] = [
    ['AK9*R*1*1*0*1', VALID.replace('GS*HC', 'GS*HP')],
    ['AK9*R*1*1*0*2', VALID.replaceAll('005010X222A1', '005010X222')],
    ['AK9*R*1*1*0*3', VALID.replace('GE*1*1~\n', '')],
    ['AK9*R*1*1*0*4', VALID.replace('GE*1*1', 'GE*1*2')],
    ['AK9*R*5*1*0*5', VALID.replace('GE*1*1', 'GE*5*1')],
    ['AK9*R*1*1*0*6', VALID.replace('*1200*1*X', '*1200*A1*X').replace('GE*1*1', 'GE*1*A1')],
    ['AK9*R*1*1*0*5', VALID.replace('ST*837*0001', 'ST*837*').replace('SE*34*0001', 'SE*34*')],
  ];
  for (const [ak9, text] of faults)
    t.match(answer(text), [/TA1.*A\*000/, /AK1/, new RegExp(`^${ak9.replaceAll('*', '\\*')}$`)]);
  const group = VALID.slice(VALID.indexOf('GS*'), VALID.indexOf('IEA'));
  const twice = onlyInterchange(validate(VALID.replace('IEA*1', `${group}IEA*2`)));
  t.same(
    twice.groups.map(({ code, codes }) => [code, codes]),
    [
      ['A', []],
      ['R', ['19']],
    ],
  );
  t.equal(twice.verdict, 'partially-accepted');
  t.match(controlsNeeded(twice), { interchanges: 1, groups: 1, sets: 2 });
});

test('each fault of a set has its IK502 code and rejects the set alone', async (t) => {
  const faults: readonly (readonly [string, string])[] = [
    ['2', VALID.replace('SE*34*0001~\n', '')],
    ['3', VALID.replace('SE*34*0001', 'SE*34*0009')],
    ['4', VALID.replace('SE*34*0001', 'SE*33*0001')],
    ['18', VALID.replace('ST*837', 'ST*835')],
    ['19', VALID.replace('ST*837*0001*005010X222A1', 'ST*837*0001*005010X222')],
  ];
  for (const [code, text] of faults) {
    const set = onlyInterchange(validate(text)).groups[0]?.sets[0];
    const expected = code === '19' ? ['I6'] : [code];
    t.same([set?.code, set?.codes], ['R', expected], code);
  }
});

test('acknowledgements are never acknowledged', async (t) => {
  for (const answered of [VALID, oneFault('env-01-iea02-mismatch'), oneFault('ele-02-clm02-alpha')]) {
    const first = answerTo(onlyInterchange(validate(answered)));
    for (const text of [first, first.replace('IEA*', 'IEA*7'), first.replace('*0*T*', '*1*T*')]) {
      const interchange = onlyInterchange(validate(text, { profile: { ta1: 'always' } }));
      t.equal(interchange.needsAcknowledgement, false);
      t.equal(answerTo(interchange), '');
      t.equal(rejectInterchange(interchange, '025').needsAcknowledgement, false, 'not even a duplicate one');
    }
  }
});

test('the acknowledgement goes back where the file came from, byte for byte the same', async (t) => {
  const interchange = onlyInterchange(validate(oneFault('ele-05-clm05-2-wrong')));
  const controls = { interchangeControlNumber: 123, groupControlNumber: 45, firstSetControlNumber: 67 };
  const now = new Date(Date.UTC(2026, 6, 4, 15, 16));
  const text = Buffer.from(acknowledge({ interchange, controls, now }) ?? []).toString('latin1');
  t.equal(
    text,
    [
      'ISA*00*          *00*          *ZZ*RECEIVER       *ZZ*SUBMITTER      *260704*1516*^*00501*000000123*0*T*:',
      'TA1*000000001*240101*1200*A*000',
      'GS*FA*RECEIVER*SUBMITTER*20260704*1516*45*X*005010X231A1',
      'ST*999*0067*005010X231A1',
      'AK1*HC*1*005010X222A1',
      'AK2*837*0001*005010X222A1',
      'IK3*CLM*19*2300*8',
      'CTX*CLM01:26463774',
      'IK4*5:2*1332*I6*A',
      'IK5*R*5',
      'AK9*R*1*1*0',
      'SE*9*0067',
      'GE*1*45',
      'IEA*1*000000123',
      '',
    ].join('~'),
  );
  const identity = { qualifier: '30', id: 'GATEWAY', applicationId: 'GATE' };
  const ours = Buffer.from(acknowledge({ interchange, controls, now, identity }) ?? []).toString('latin1');
  t.match(ours, /\*30\*GATEWAY {8}\*ZZ\*SUBMITTER {6}\*[\s\S]*GS\*FA\*GATE\*SUBMITTER\*/);
});

test('a duplicate is answered by a TA1 alone', async (t) => {
  const interchange = onlyInterchange(validate(VALID.replace('*1*T*:', '*0*T*:')));
  t.equal(interchange.ta1.due, false);
  const duplicate = rejectInterchange(interchange, '025');
  t.same(answerSegments(duplicate), ['TA1*000000001*240101*1200*R*025']);
  t.same(controlsNeeded(duplicate), { interchanges: 1, groups: 0, sets: 0 });
});

test('what a partner may not see of a bad value is left out', async (t) => {
  const bad = oneFault('ele-12-bad-date');
  const segments = (badValues: 'echo' | 'withhold-phi' | 'withhold', text = bad) =>
    answerSegments(onlyInterchange(validate(text, { profile: { badValues } })));
  t.ok(segments('echo').includes('IK4*2*1251*8*19431301'));
  t.ok(segments('withhold-phi').includes('IK4*2*1251*8'));
  t.ok(segments('withhold-phi', oneFault('ele-05-clm05-2-wrong')).includes('IK4*5:2*1332*I6*A'));
  t.ok(segments('withhold', oneFault('ele-05-clm05-2-wrong')).includes('IK4*5:2*1332*I6'));
});

test('severities are the partner’s', async (t) => {
  const unbalanced = oneFault('biz-02-balance-clm02');
  const outcome = (severity: 'reject' | 'accept-with-error' | 'report' | 'off') => {
    const { groups } = onlyInterchange(
      validate(unbalanced, { profile: { severities: { 'claim.balance': severity } } }),
    );
    return [groups[0]?.code, groups[0]?.sets[0]?.code, groups[0]?.sets[0]?.findings.length];
  };
  t.same(outcome('reject'), ['R', 'R', 1]);
  t.same(outcome('accept-with-error'), ['E', 'E', 1]);
  t.same(outcome('report'), ['A', 'A', 1]);
  t.same(outcome('off'), ['A', 'A', 0]);
  const { groups } = onlyInterchange(validate(unbalanced, { profile: strictProfile }));
  t.equal(groups[0]?.code, 'R');
});

test('a guide version is read as another only where the partner’s profile says so', async (t) => {
  const old = VALID.replaceAll('005010X222A1', '005010X222');
  t.equal(onlyInterchange(validate(old)).groups[0]?.code, 'R');
  const aliases = { '005010X222': '005010X222A1' };
  t.match(onlyInterchange(validate(old, { profile: { aliases } })).groups[0], {
    code: 'A',
    version: '005010X222',
  });
});

test('what is not X12 is named', async (t) => {
  const cases: readonly (readonly [string, string | Uint8Array])[] = [
    ['empty-file', ''],
    ['only-white-space', ' \r\n\t\n'],
    ['no-isa', 'Hello, world. This is a letter and not an interchange at all.'],
    ['truncated-isa', VALID.slice(0, 60)],
    ['truncated-isa', 'IS'],
    ['malformed-isa', `ISA*00*${'x'.repeat(300)}`],
    ['no-isa', `ISABELLA ${'x'.repeat(300)}`],
    ['utf-16', Buffer.from(VALID, 'utf16le')],
    ['utf-16', Buffer.from(`\ufeff${VALID}`, 'utf16le')],
    ['ebcdic', Uint8Array.of(0xc9, 0xe2, 0xc1, 0x5c)],
    ['zip-archive', Buffer.from('PK\x03\x04aaaa')],
    ['gzip-archive', Uint8Array.of(0x1f, 0x8b, 8)],
    ['pgp-message', '-----BEGIN PGP MESSAGE-----\n'],
    ['pdf-document', '%PDF-1.4'],
    ['xml-document', '<?xml version="1.0"?>'],
    ['edifact', "UNB+UNOA:2+X+Y'"],
  ];
  for (const [reason, input] of cases) {
    const result = validate(input);
    t.match(result, { kind: 'unreadable' }, reason);
    if (result.kind === 'unreadable')
      t.equal(result.reason === 'malformed-isa' && reason === 'no-isa' ? reason : result.reason, reason);
  }
});

test('nothing below what is rejected as a whole is called accepted', async (t) => {
  const refused = {
    code: 'R',
    verdict: 'rejected',
    acceptedSets: 0,
    sets: [{ code: 'R', verdict: 'rejected' }],
  };
  t.match(rejectInterchange(onlyInterchange(validate(VALID)), '025').groups, [refused]);
  const unsupported = validate(VALID.replaceAll('005010X222A1', '005010X299A9'));
  t.match(onlyInterchange(unsupported).groups, [{ ...refused, codes: ['2'] }]);
  const mismatch = validate(VALID.replace('IEA*1*000000001', 'IEA*1*000000009'));
  t.match(onlyInterchange(mismatch), { ta1: { code: 'R', note: '001' }, groups: [refused] });
});

test('an echo that is too long for the 999 is cut or left out', async (t) => {
  const long = VALID.replace('ST*837*0001*005010X222A1', `ST*837*0001*${'X'.repeat(300)}`);
  t.ok(answer(long).includes('AK2*837*0001'));
  const version = VALID.replace('*X*005010X222A1~', `*X*${'9'.repeat(40)}~`);
  for (const segment of answer(version)) t.notMatch(segment, /9{13}/);
});
