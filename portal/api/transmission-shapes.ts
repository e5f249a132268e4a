// Transmissions and what came of them, as the API shows them.

import { z } from 'zod';
import type { TransmissionState, Verdict } from '../../domain/transmission.ts';
import type {
  AnsweredGroup,
  AnsweredInterchange,
  AnsweredSet,
  AnswerFileFacts,
  PlacedFinding,
} from '../../storage/transmission-answer.ts';
import type { ListedTransmission } from '../../storage/transmission-search.ts';
import { maybeTimeOut, printMaybeTime, printTime, timeOut } from './api-values.ts';

/** A file that has come whole is in one of these. */
export const stateOut = z.enum([
  'received',
  'processing',
  'answered',
  'quarantined',
  'failed',
  'discarded',
] as const satisfies readonly TransmissionState[]);

export const verdictOut = z.enum([
  'accepted',
  'accepted-with-errors',
  'partially-accepted',
  'rejected',
] as const satisfies readonly Verdict[]);

const count = z.int().min(0);

const transmissionFacts = {
  id: z.string(),
  partnerId: z.string(),
  userId: z.string().nullable().describe('Who sent it; null: a program put it into `inbound`.'),
  name: z.string(),
  source: z.enum(['sftp', 'portal', 'adopted']),
  state: z.string().describe('`received`, `processing`, `answered`, `quarantined`, `failed` or `discarded`.'),
  verdict: verdictOut.nullable(),
  reason: z.string().nullable().describe('Why it was quarantined, discarded or failed.'),
  transactions: z.array(z.string()).describe('Such as `837P`; empty until it was read.'),
  release: z.enum(['due', 'released']).nullable().describe('Whether the back end has it.'),
  sizeBytes: count,
  sha256: z.string().nullable(),
  openedAt: timeOut,
  receivedAt: maybeTimeOut,
  answeredAt: maybeTimeOut,
};

export const transmissionOut = z
  .strictObject(transmissionFacts)
  .meta({ id: 'Transmission', description: 'A file that a trading partner has sent.' });

const setOut = z
  .strictObject({
    setId: z.string().describe('ST01.'),
    controlNumber: z.string().describe('ST02.'),
    transaction: z.string().describe('Such as `837P`.'),
    code: z.string().describe('IK501 of the 999.'),
    codes: z.array(z.string()).describe('IK502 to IK506.'),
    claims: count,
    findings: count,
  })
  .meta({ id: 'TransactionSet' });

const groupOut = z
  .strictObject({
    functionalId: z.string().describe('GS01.'),
    controlNumber: z.string().describe('GS06.'),
    version: z.string().describe('GS08.'),
    code: z.string().describe('AK901 of the 999.'),
    codes: z.array(z.string()).describe('AK905 to AK909.'),
    setsIncluded: count,
    setsReceived: count,
    setsAccepted: count,
    sets: z.array(setOut),
  })
  .meta({ id: 'FunctionalGroup' });

const interchangeOut = z
  .strictObject({
    sender: z.string().describe('ISA06.'),
    receiver: z.string().describe('ISA08.'),
    controlNumber: z.string().describe('ISA13.'),
    version: z.string().describe('ISA12.'),
    usage: z.string().describe('ISA15.'),
    ta1Code: z.string().describe('TA104.'),
    ta1Note: z.string().describe('TA105.'),
    verdict: z.string(),
    groups: z.array(groupOut),
  })
  .meta({ id: 'Interchange' });

export const transmissionDetailOut = z
  .strictObject({ ...transmissionFacts, findings: count, interchanges: z.array(interchangeOut) })
  .meta({ id: 'TransmissionDetail', description: 'A transmission and what stood in it.' });

export const findingOut = z
  .strictObject({
    interchange: count.describe('Which interchange of the file, from 1; and so on.'),
    group: count,
    set: count,
    ruleId: z.string(),
    severity: z.string(),
    snip: count,
    segmentId: z.string(),
    position: count.describe('Of the segment in its set, ST being 1.'),
    loop: z.string(),
    element: count.nullable(),
    component: count.nullable(),
    repetition: count.nullable(),
    segmentCode: z.string().describe('IK304.'),
    elementCode: z.string().describe('IK403; empty where no element is to blame.'),
    plain: z.string().describe('What is wrong, in plain words.'),
    hint: z.string().describe('How to mend it.'),
  })
  .meta({ id: 'Finding', description: 'One error, and where it is.' });

export const acknowledgementOut = z
  .strictObject({
    id: z.string(),
    name: z.string().describe('In `outbound`.'),
    kinds: z.string().describe('`TA1`, `999`, `TA1 999`, or `report` for one in plain words.'),
    sizeBytes: count,
    sha256: z.string(),
    controlNumber: z.string(),
    state: z.enum(['written', 'published']),
    writtenAt: timeOut,
  })
  .meta({ id: 'Acknowledgement', description: 'A file of the answer.' });

export function transmissionShown(listed: ListedTransmission): z.input<typeof transmissionOut> {
  const { transmission, transactions, release } = listed;
  const { id, partnerId, name, state, sizeBytes } = transmission;
  return {
    id,
    partnerId,
    userId: transmission.userId ?? null,
    name,
    source: transmission.source as 'sftp' | 'portal' | 'adopted',
    state,
    verdict: transmission.verdict ?? null,
    reason: transmission.reason ?? null,
    transactions: [...transactions],
    release: release ?? null,
    sizeBytes,
    sha256: transmission.sha256 ?? null,
    openedAt: printTime(transmission.openedAtMs),
    receivedAt: printMaybeTime(transmission.receivedAtMs),
    answeredAt: printMaybeTime(transmission.answeredAtMs),
  };
}

export const interchangeShown = (interchange: AnsweredInterchange): z.input<typeof interchangeOut> => {
  const { ordinal, groups, ...facts } = interchange;
  return { ...facts, groups: groups.map(groupShown) };
};

const groupShown = ({ ordinal, sets, codes, ...facts }: AnsweredGroup): z.input<typeof groupOut> => ({
  ...facts,
  codes: [...codes],
  sets: sets.map(setShown),
});

const setShown = ({ id, ordinal, name, codes, ...facts }: AnsweredSet): z.input<typeof setOut> => ({
  ...facts,
  codes: [...codes],
  transaction: name,
});

export function findingShown(finding: PlacedFinding): z.input<typeof findingOut> {
  const { setId, place, element, component, repetition, ...facts } = finding;
  const [interchange, group, set] = place;
  return {
    ...facts,
    interchange,
    group,
    set,
    element: element ?? null,
    component: component ?? null,
    repetition: repetition ?? null,
  };
}

export const acknowledgementShown = ({
  writtenAtMs,
  ...facts
}: AnswerFileFacts): z.input<typeof acknowledgementOut> => ({ ...facts, writtenAt: printTime(writtenAtMs) });
