// What a back end sends: small files of every kind, right in their envelope and made up throughout.

import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { corpusSubmitterId } from './claims.ts';

const kinds = {
  '835': ['HP', '005010X221A1', '835', ['BPR*I*100*C*CHK************20260101', 'TRN*1*1*1512345678']],
  '271': ['HB', '005010X279A1', '271', ['BHT*0022*11*1*20260101*1200', 'HL*1**20*1']],
  '277': ['HN', '005010X212', '277', ['BHT*0010*08*1*20260101*1200*DG', 'HL*1**20*1']],
  '820': ['RA', '005010X218', '820', ['BPR*I*100*C*CHK', 'TRN*3*1']],
  '834': ['BE', '005010X220A1', '834', ['BGN*00*1*20260101', 'INS*Y*18*030']],
  '278': ['HI', '005010X217', '278', ['BHT*0007*11*1*20260101*1200*18', 'HL*1**20*1']],
} as const;

export type OutgoingKind = keyof typeof kinds;

/** @param input.receiver ISA08; without it, the partner of the tests */
export function outgoingFile(
  kind: OutgoingKind,
  input: { readonly control?: number; readonly receiver?: string; readonly body?: readonly string[] } = {},
): string {
  const [functionalId, version, setId, standard] = kinds[kind];
  const control = String(input.control ?? 1).padStart(9, '0');
  const receiver = (input.receiver ?? corpusSubmitterId).padEnd(15);
  const body = input.body ?? standard;
  const segments = [
    `ISA*00*${' '.repeat(10)}*00*${' '.repeat(10)}*ZZ*${'PAYER'.padEnd(15)}*ZZ*${receiver}*260101*1200*^*00501*${control}*0*P*:`,
    `GS*${functionalId}*PAYER*PARTNER*20260101*1200*1*X*${version}`,
    `ST*${setId}*0001*${version}`,
    ...body,
    `SE*${body.length + 2}*0001`,
    'GE*1*1',
    `IEA*1*${control}`,
  ];
  return segments.map((segment) => `${segment}~`).join('');
}

/** Drops a file where the back end drops them, under a temporary name first, as a careful program does. */
export function dropOutgoing(
  dataDirectory: string,
  partner: string,
  name: string,
  content: string | Uint8Array,
): void {
  const folder = join(dataDirectory, 'backend', 'outgoing', partner);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `.${name}.tmp`), content);
  renameSync(join(folder, `.${name}.tmp`), join(folder, name));
}
