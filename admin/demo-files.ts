// The claims that the demo sends: synthetic, nobody's data. The first three are the project's own baseline (a valid
// 837P, one without a required segment, one with letters in an amount); then one 837I and one 837D.

/** One valid 837P claim, as a partner's software writes it. */
const professional = [
  'ISA*00*          *00*          *ZZ*SUBMITTER      *ZZ*RECEIVER       *240101*1200*^*00501*000000001*1*T*:~',
  'GS*HC*SUBMITTER*RECEIVER*20240101*1200*1*X*005010X222A1~',
  'ST*837*0001*005010X222A1~',
  'BHT*0019*00*0123*20240101*1200*CH~',
  'NM1*41*2*PREMIER BILLING*****46*SUBMITTER~',
  'PER*IC*JERRY*TE*3055552222~',
  'NM1*40*2*KEY INSURANCE*****46*RECEIVER~',
  'HL*1**20*1~',
  'PRV*BI*PXC*203BF0100Y~',
  'NM1*85*2*BEN KILDARE SERVICE*****XX*1234567893~',
  'N3*234 SEAWAY ST~',
  'N4*MIAMI*FL*331110000~',
  'REF*EI*587654321~',
  'HL*2*1*22*0~',
  'SBR*P*18*2222SJ******CI~',
  'NM1*IL*1*SMITH*JANE****MI*JS00111223333~',
  'N3*236 N MAIN ST~',
  'N4*MIAMI*FL*33413~',
  'DMG*D8*19430501*F~',
  'NM1*PR*2*KEY INSURANCE COMPANY*****PI*999996666~',
  'CLM*26463774*100***11:B:1*Y*A*Y*I~',
  'REF*D9*17312345600006351~',
  'HI*ABK:J020*ABF:Z1159~',
  'LX*1~',
  'SV1*HC:99213*40*UN*1***1~',
  'DTP*472*D8*20061003~',
  'LX*2~',
  'SV1*HC:87070*15*UN*1***1~',
  'DTP*472*D8*20061003~',
  'LX*3~',
  'SV1*HC:99214*35*UN*1***2~',
  'DTP*472*D8*20061010~',
  'LX*4~',
  'SV1*HC:86663*10*UN*1***2~',
  'DTP*472*D8*20061010~',
  'SE*34*0001~',
  'GE*1*1~',
  'IEA*1*000000001~',
];

/** One valid 837I claim. */
const institutional = [
  'ISA*00*          *00*          *ZZ*SUBMITTER      *ZZ*RECEIVER       *240101*1200*^*00501*000000002*1*T*:~',
  'GS*HC*SUBMITTER*RECEIVER*20240101*1200*2*X*005010X223A2~',
  'ST*837*0001*005010X223A2~',
  'BHT*0019*00*0123*20240101*1200*CH~',
  'NM1*41*2*JONES HOSPITAL*****46*12345~',
  'PER*IC*JANE DOE*TE*9005555555~',
  'NM1*40*2*MEDICARE*****46*00120~',
  'HL*1**20*1~',
  'PRV*BI*PXC*203BA0200N~',
  'NM1*85*2*JONES HOSPITAL*****XX*1234567893~',
  'N3*225 MAIN STREET BARKLEY BUILDING~',
  'N4*CENTERVILLE*PA*171110001~',
  'REF*EI*567891234~',
  'HL*2*1*22*0~',
  'SBR*P*18*******MB~',
  'NM1*IL*1*DOE*JOHN*T***MI*030005074A~',
  'N3*125 CITY AVENUE~',
  'N4*CENTERVILLE*PA*17111~',
  'DMG*D8*19261111*M~',
  'NM1*PR*2*MEDICARE B*****PI*00435~',
  'CLM*756048Q*89.93***13:A:1**A*Y*Y~',
  'DTP*434*RD8*20231001-20231001~',
  'CL1*3**01~',
  'HI*ABK:I10~',
  'HI*ABF:E119*ABF:Z7984~',
  'HI*BH:A1:D8:19261111~',
  'HI*BE:A2:::15.31~',
  'HI*BG:09~',
  'NM1*71*1*JONES*JOHN*J***XX*1234567893~',
  'LX*1~',
  'SV2*0305*HC:85025*13.39*UN*1~',
  'DTP*472*D8*20231001~',
  'LX*2~',
  'SV2*0730*HC:93005*76.54*UN*3~',
  'DTP*472*D8*20231001~',
  'SE*34*0001~',
  'GE*1*2~',
  'IEA*1*000000002~',
];

/** One valid 837D claim. */
const dental = [
  'ISA*00*          *00*          *ZZ*SUBMITTER      *ZZ*RECEIVER       *240101*1200*^*00501*000000003*1*T*:~',
  'GS*HC*SUBMITTER*RECEIVER*20240101*1200*3*X*005010X224A2~',
  'ST*837*0001*005010X224A2~',
  'BHT*0019*00*0123*20240101*1200*CH~',
  'NM1*41*2*PREMIER BILLING SERVICE*****46*TGJ23~',
  'PER*IC*JERRY*TE*7176149999~',
  'NM1*40*2*INSURANCE COMPANY XYZ*****46*66783JJT~',
  'HL*1**20*1~',
  'NM1*85*2*DENTAL ASSOCIATES*****XX*1234567893~',
  'N3*234 SEAWAY ST~',
  'N4*MIAMI*FL*331110001~',
  'REF*EI*587654321~',
  'HL*2*1*22*1~',
  'SBR*P********CI~',
  'NM1*IL*1*SMITH*JANE****MI*111223333~',
  'NM1*PR*2*INSURANCE COMPANY XYZ*****PI*66783JJT~',
  'HL*3*2*23*0~',
  'PAT*19~',
  'NM1*QC*1*SMITH*TED~',
  'N3*236 N MAIN ST~',
  'N4*MIAMI*FL*33413~',
  'DMG*D8*19920501*M~',
  'CLM*26403774*150***11:B:1*Y*A*Y*I~',
  'DTP*472*D8*20231029~',
  'REF*D9*17312345600006351~',
  'NM1*82*1*KILDARE*BEN****XX*1234567893~',
  'PRV*PE*PXC*1223G0001X~',
  'LX*1~',
  'SV3*AD:D2150*100****1~',
  'TOO*JP*12*M:O~',
  'LX*2~',
  'SV3*AD:D1110*50****1~',
  'SE*31*0001~',
  'GE*1*3~',
  'IEA*1*000000003~',
];

export interface DemoFile {
  /** Its name in the mailbox. */
  readonly name: string;
  readonly content: string;
  readonly transaction: '837P' | '837I' | '837D';
  /** What its 999 must say: AK901, and the error lines as they must stand in it. */
  readonly expected: { readonly ak901: 'A' | 'R'; readonly lines: readonly string[] };
  readonly about: string;
}

/** The files in the order in which they are sent. */
export const demoFiles: readonly DemoFile[] = [
  {
    name: 'p-00-valid.x12',
    content: print(professional),
    transaction: '837P',
    expected: { ak901: 'A', lines: [] },
    about: 'a valid professional claim',
  },
  {
    name: 'seg-04-missing-required-N4.x12',
    content: renumber(print(withoutCity(professional)), '000000004'),
    transaction: '837P',
    expected: { ak901: 'R', lines: ['IK3*N4*10*2010*3'] },
    about: 'the billing provider has no city, state and ZIP code',
  },
  {
    name: 'ele-02-clm02-alpha.x12',
    content: renumber(print(professional).replace('CLM*26463774*100*', 'CLM*26463774*1O0*'), '000000005'),
    transaction: '837P',
    expected: { ak901: 'R', lines: ['IK3*CLM*19*2300*8', 'CTX*CLM01:26463774', 'IK4*2*782*6*1O0'] },
    about: 'the charge has the letter O instead of a zero',
  },
  {
    name: 'i-00-valid.x12',
    content: print(institutional),
    transaction: '837I',
    expected: { ak901: 'A', lines: [] },
    about: 'a valid institutional claim',
  },
  {
    name: 'd-00-valid.x12',
    content: print(dental),
    transaction: '837D',
    expected: { ak901: 'A', lines: [] },
    about: 'a valid dental claim',
  },
];

/** Segments a line each, as the baseline files have them. */
function print(segments: readonly string[]): string {
  return `${segments.join('\n')}\n`;
}

/** Leaves out the billing provider's N4 and counts one segment less. */
function withoutCity(segments: readonly string[]): readonly string[] {
  return segments
    .filter((segment) => segment !== 'N4*MIAMI*FL*331110000~')
    .map((segment) => (segment === 'SE*34*0001~' ? 'SE*33*0001~' : segment));
}

/** Gives a copy its own interchange control number, as a partner's software does: the same one twice is a duplicate. */
function renumber(content: string, controlNumber: string): string {
  return content.replaceAll('000000001', controlNumber);
}
