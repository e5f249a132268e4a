import { test } from 'tap';
import { type Change, toldOf } from './support/told.ts';

/** Where 837I differs from 837P, and what was decided where its transcriptions differ. */
const CHANGES: readonly Change[] = [
  ['the facility code qualifier is A', '13:A:1', '13:B:1', 'CLM 2300 8 5-2 I6'],
  ['CLM06 is not used', '13:A:1**A', '13:A:1*Y*A', 'CLM 2300 8 6 I10'],
  ['the statement dates are required', 'DTP*434*RD8*20231001-20231001~', '', 'DTP 2300 3'],
  ['and have two days', 'RD8*20231001-20231001', 'RD8*20231001'],
  ['that exist', 'RD8*20231001-20231001', 'RD8*20231001-20231032', 'DTP 2300 8 3 8'],
  ['and are a range', 'RD8*20231001-20231001', 'D8*20231001', 'DTP 2300 8 2 I6'],
  ['the admission date may have an hour', 'CL1*3', 'DTP*435*DT*202310011530~CL1*3'],
  ['the discharge hour is a time', 'CL1*3', 'DTP*096*TM*1530~CL1*3'],
  ['the institutional claim code is required', 'CL1*3**01~', '', 'CL1 2300 3'],
  ['with the admission type', 'CL1*3**01', 'CL1***01', 'CL1 2300 8 1 1'],
  ['but the admission source is situational', 'CL1*3**01', 'CL1*3*1*01'],
  ['a principal diagnosis is required', 'HI*ABK:I10~', '', 'HI 2300 3'],
  ['with a present on admission indicator', 'HI*ABK:I10', 'HI*ABK:I10:::::::Y'],
  ['which has four codes', 'HI*ABK:I10', 'HI*ABK:I10:::::::Q', 'HI 2300 8 1-9 7'],
  ['a principal procedure has its date', 'HI*BH', 'HI*BBR:0FB03ZX:D8:20231001~HI*BH'],
  [
    'and stands alone',
    'HI*BH',
    'HI*BBR:0FB03ZX:D8:20231001*BBR:0FB03ZX:D8:20231001~HI*BH',
    'HI 2300 8 2 I10',
  ],
  ['occurrence codes have a date', 'BH:A1:D8:19261111', 'BH:A1', 'HI 2300 8 1-3 1', 'HI 2300 8 1-4 1'],
  ['occurrence spans have a range', 'HI*BE', 'HI*BI:70:RD8:20230901-20230910~HI*BE'],
  ['value codes have an amount', 'BE:A2:::15.31', 'BE:A2', 'HI 2300 8 1-5 1'],
  ['the attending provider is a person', 'NM1*71*1', 'NM1*71*2', 'NM1 2310A 8 2 I6'],
  ['the state of an auto accident is a state', 'HI*ABK', 'REF*LU*QQ~HI*ABK', 'REF 2300 8 2 7'],
  ['the revenue code is required', 'SV2*0305', 'SV2*', 'SV2 2400 8 1 1'],
  ['the procedure is not', 'SV2*0305*HC:85025', 'SV2*0305*'],
  ['units are days or units', '*UN*1', '*MJ*1', 'SV2 2400 8 4 I6'],
  ['the service date is situational', 'DTP*472*D8*20231001~', ''],
  ['the insurance type code is not used', 'SBR*P*18*******MB', 'SBR*P*18***12****MB', 'SBR 2000B 8 5 I10'],
  ['a professional service line is of another guide', 'SV2*0305', 'SV1*0305', 'SV2 2400 3', 'SV1 2400 I4'],
];

for (const [name, from, to, ...told] of CHANGES)
  test(`837I: ${name}`, async (t) => {
    t.same(toldOf('i-00-valid', from, to).sort(), told.sort());
  });
