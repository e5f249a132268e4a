// Files to measure the X12 engine with: one interchange, one group, sets of 5,000 claims (the most that the guides
// recommend), two lines a claim, 20 segments a claim for 837P. Names, ids and amounts vary in value and length: where
// each claim is like the one before, the processor learns the places of the delimiters by heart (a bare scan then runs
// at 1,100 MB/s, not 600). The same size and kind give the same bytes.
import { closeSync, openSync, writeSync } from 'node:fs';

const CLAIMS_PER_SET = 5000;
const FLUSH_CHARACTERS = 1024 * 1024;

/** What the kinds of claim differ in. `faults` are four replacements, each one finding of its own code. */
const LAST =
  'LI NGO SMITH GARCIA JOHNSON WILLIAMS OCONNOR MONTGOMERY FITZGERALD VANDERMEERSCH HERNANDEZ-RUIZ'.split(
    ' ',
  );
const FIRST = 'AL BO ANN JOSE MARIA ROBERT MICHAEL PATRICIA ELIZABETH MAXIMILIANO'.split(' ');
const STREETS = 'ELM ST,N MAIN ST,OLD POST RD APT 4,MARTIN LUTHER KING BLVD,1ST AVE,COUNTY HIGHWAY 12'.split(
  ',',
);
const CITIES = 'ADA,MIAMI,RALEIGH,WINSTON-SALEM,ELIZABETH CITY,WAKE FOREST'.split(',');
const DIAGNOSES = 'I10 J020 E119 Z1159 M5450 S72001A R0789 Z7984 N390 F419'.split(' ');

/** mulberry32, as in the fuzz tests: the same seed, the same file. */
function chooser(seed) {
  let state = seed;
  const below = (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
  return { below, of: (list) => list[below(list.length)] };
}

const cents = (amount) => String(amount / 100);

/** The kinds of claim. `bad` asks for a wrong CLM02 and an empty procedure: two of the four faults of a claim. */
const KINDS = {
  '837P': {
    version: '005010X222A1',
    provider: 'PRV*BI*PXC*203BF0100Y~',
    claim: (id, { below, of }, bad) => {
      const [one, two] = [100 + below(90_000), 100 + below(900_000)];
      return (
        `CLM*${id}*${bad ? '14x' : cents(one + two)}***11:B:1*Y*A*Y*I~REF*D9*1731234560000635${below(10 ** (1 + below(6)))}~` +
        `HI*ABK:${of(DIAGNOSES)}*ABF:${of(DIAGNOSES)}~NM1*82*1*${of(LAST)}*${of(FIRST)}****XX*1234567893~PRV*PE*PXC*204C00000X~` +
        `LX*1~SV1*HC:99213*${cents(one)}*UN*${1 + below(12)}***1:2~DTP*472*D8*20061003~` +
        `LX*2~SV1*${bad ? '' : 'HC:87070'}*${cents(two)}*UN*1***1~DTP*472*D8*200610${10 + below(20)}~`
      );
    },
  },
  '837I': {
    version: '005010X223A2',
    provider: 'PRV*BI*PXC*203BA0200N~',
    claim: (id, { below, of }, bad) => {
      const [one, two] = [100 + below(90_000), 100 + below(900_000)];
      return (
        `CLM*${id}*${bad ? '8x' : cents(one + two)}***13:A:1**A*Y*Y~DTP*434*RD8*20231001-202310${10 + below(20)}~CL1*3**01~` +
        `HI*ABK:${of(DIAGNOSES)}~HI*ABF:${of(DIAGNOSES)}*ABF:${of(DIAGNOSES)}~HI*BH:A1:D8:19261111~` +
        `NM1*71*1*${of(LAST)}*${of(FIRST)}*J***XX*1234567893~LX*1~SV2*0305*HC:85025*${cents(one)}*UN*${1 + below(12)}~` +
        `DTP*472*D8*20231001~LX*2~SV2*${bad ? '' : '0730'}*HC:93005*${cents(two)}*UN*3~DTP*472*D8*20231001~`
      );
    },
  },
  '837D': {
    version: '005010X224A2',
    provider: '',
    claim: (id, { below, of }, bad) => {
      const [one, two] = [100 + below(90_000), 100 + below(900_000)];
      return (
        `CLM*${id}*${bad ? '15x' : cents(one + two)}***11:B:1*Y*A*Y*I~DTP*472*D8*20231029~REF*D9*${below(10 ** (3 + below(6)))}1~` +
        `NM1*82*1*${of(LAST)}*${of(FIRST)}****XX*1234567893~PRV*PE*PXC*1223G0001X~LX*1~SV3*AD:D2150*${cents(one)}****1~` +
        `TOO*JP*${1 + below(32)}*M:O~LX*2~SV3*${bad ? '' : 'AD:D1110'}*${cents(two)}****1~`
      );
    },
  },
};

/** `bad` asks for a birth date that does not exist and an unknown gender: the other two faults. */
function subscriber({ below, of }, bad) {
  return (
    `SBR*P*18*${2000 + below(9_000_000)}******CI~NM1*IL*1*${of(LAST)}*${of(FIRST)}****MI*JS${below(10 ** (4 + below(6)))}01~` +
    `N3*${1 + below(20_000)} ${of(STREETS)}~N4*${of(CITIES)}*NC*27${100 + below(900)}~` +
    `DMG*D8*${1930 + below(80)}${bad ? '1431' : '0501'}*${bad ? 'Q' : 'F'}~NM1*PR*2*KEY INSURANCE COMPANY*****PI*999996666~`
  );
}

function setHead(kind, number) {
  return (
    `ST*837*${number}*${kind.version}~BHT*0019*00*0123*20240101*1200*CH~NM1*41*2*PREMIER BILLING*****46*SUBMITTER~` +
    'PER*IC*JERRY*TE*3055552222~NM1*40*2*KEY INSURANCE*****46*RECEIVER~' +
    `HL*1**20*1~${kind.provider}NM1*85*2*BEN KILDARE SERVICE*****XX*1234567893~N3*234 SEAWAY ST~` +
    'N4*MIAMI*FL*331110000~REF*EI*587654321~'
  );
}

function segmentsIn(text) {
  return text.split('~').length - 1;
}

function* pieces(kind, sizeBytes, faulty) {
  const random = chooser(837);
  yield `ISA*00*          *00*          *ZZ*SUBMITTER      *ZZ*RECEIVER       *240101*1200*^*00501*000000001*1*T*:~GS*HC*SUBMITTER*RECEIVER*20240101*1200*1*X*${kind.version}~`;
  let written = 0;
  let sets = 0;
  while (written < sizeBytes) {
    sets += 1;
    const number = String(sets).padStart(4, '0');
    const head = setHead(kind, number);
    yield head;
    written += head.length;
    let segments = segmentsIn(head) + 1;
    for (let claims = 0; claims < CLAIMS_PER_SET && written < sizeBytes; claims += 1) {
      const id = `${sets}A${claims}`;
      const claim = `HL*${claims + 2}*1*22*0~${subscriber(random, faulty)}${kind.claim(id, random, faulty)}`;
      yield claim;
      written += claim.length;
      segments += segmentsIn(claim);
    }
    yield `SE*${segments}*${number}~`;
  }
  yield `GE*${sets}*1~IEA*1*000000001~`;
}

/**
 * Writes one file of about `sizeBytes`.
 * @param {{ file: string, kind: '837P' | '837I' | '837D', sizeBytes: number, faulty: boolean }} input
 */
export function writeInput({ file, kind, sizeBytes, faulty }) {
  const fd = openSync(file, 'w');
  try {
    let pending = '';
    for (const piece of pieces(KINDS[kind], sizeBytes, faulty)) {
      pending += piece;
      if (pending.length < FLUSH_CHARACTERS) continue;
      writeSync(fd, pending, null, 'latin1');
      pending = '';
    }
    writeSync(fd, pending, null, 'latin1');
  } finally {
    closeSync(fd);
  }
}
