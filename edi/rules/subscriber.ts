/** Subscriber and patient: who the patient is, and what is known of the subscriber. TR3 2000B, 2010BA, 2000C. */
import type { GuideLoop, GuideNode } from '../compiled-guide.ts';
import type { SituationalTrigger } from '../finding.ts';
import {
  MARK_SUBSCRIBER_BIRTH,
  MARK_SUBSCRIBER_CITY,
  MARK_SUBSCRIBER_NAME,
  MARK_SUBSCRIBER_STREET,
} from '../mark.ts';
import type { Rule, RuleScope } from '../rule.ts';
import type { RuleId } from '../rule-facts.ts';
import { byteAt, isAbsent, nodeIn, wrong, wrongBefore, wrongSegment } from './reading.ts';

const CLAIM_GUIDES = ['837P', '837I', '837D'];

const PRIMARY = 0x50;

function beginSubscriber(scope: RuleScope, node: GuideNode): void {
  const { claim, cursor, maker } = scope;
  const { subscriber } = claim;
  claim.beginSubscriber();
  subscriber.position = maker.position;
  subscriber.isPatient = cursor.equals(2, 1, '18');
  // A code that is wrong has been reported as such.
  subscriber.reported = !subscriber.isPatient && !isAbsent(cursor, 2);
  subscriber.sequence = byteAt(cursor, 1);
  checkInsurance(scope, node);
}

/** TR3 SBR05 (Medicare that is not primary) and SBR09 (until a national plan id is mandated; none has been). */
function checkInsurance(scope: RuleScope, node: GuideNode): void {
  const { claim, cursor, maker } = scope;
  if (isAbsent(cursor, 9)) wrong(scope, 'subscriber.claim-filing', node, 9, 'I9');
  const { sequence } = claim.subscriber;
  const medicare = cursor.equals(9, 1, 'MA') || cursor.equals(9, 1, 'MB');
  if (!medicare || sequence === 0 || sequence === PRIMARY || !isAbsent(cursor, 5)) return;
  const loop = scope.guide.loops[node.loop]?.id ?? '';
  const trigger = { segmentId: 'SBR', position: maker.position, loop, element: 1 };
  wrong(scope, 'subscriber.insurance-type', node, 5, 'I9', { trigger });
}

function subscriberTrigger(scope: RuleScope): SituationalTrigger {
  return { segmentId: 'SBR', position: scope.claim.subscriber.position, loop: '2000B', element: 2 };
}

/** A claim below the subscriber: TR3 SBR02, required (18) when the subscriber is the patient. */
function placeClaim(scope: RuleScope, node: GuideNode): void {
  const { claim, guide, maker } = scope;
  const { subscriber } = claim;
  const parent = guide.loops[guide.loops[node.loop]?.parent ?? 0];
  if (parent?.id !== '2000B') return;
  subscriber.claims += 1;
  if (subscriber.isPatient || subscriber.reported || subscriber.position === 0) return;
  subscriber.reported = true;
  const loop = guide.loops[node.loop]?.id ?? '';
  wrongBefore(
    scope,
    'subscriber.relationship',
    { node: nodeIn(scope, parent.index, 'SBR'), position: subscriber.position, element: 2 },
    { code: 'I9', trigger: { segmentId: 'CLM', position: maker.position, loop } },
  );
}

/** Made only when something is missing: a function here that is made for each subscriber is garbage for each. */
function missingIn(scope: RuleScope, loop: GuideLoop) {
  return (rule: RuleId, segmentId: string, title: string, after: number) =>
    wrongSegment(scope, rule, {
      segmentId,
      name: title,
      code: 'I6',
      loop,
      position: after + 1,
      trigger: subscriberTrigger(scope),
    });
}

/** TR3 2010BA N3, N4 and DMG: required when the patient is the subscriber. */
function endName(scope: RuleScope, loop: GuideLoop): void {
  const { marks, subscriber } = scope.claim;
  const { isPatient } = subscriber;
  const name = marks[MARK_SUBSCRIBER_NAME] as number;
  const street = marks[MARK_SUBSCRIBER_STREET] as number;
  const city = marks[MARK_SUBSCRIBER_CITY] as number;
  const birth = marks[MARK_SUBSCRIBER_BIRTH] as number;
  if (!isPatient || name === 0 || (street > 0 && city > 0 && birth > 0)) return;
  const missing = missingIn(scope, loop);
  if (street === 0) missing('subscriber.street', 'N3', 'Subscriber Address', name);
  if (city === 0)
    missing('subscriber.city', 'N4', 'Subscriber City, State, ZIP Code', Math.max(name, street));
  if (birth === 0)
    missing(
      'subscriber.birth-date',
      'DMG',
      'Subscriber Demographic Information',
      Math.max(name, street, city),
    );
}

/** TR3 2000C: required when the patient is not the subscriber, and else not sent. */
function endSubscriber(scope: RuleScope): void {
  const { subscriber } = scope.claim;
  if (subscriber.position === 0) return;
  if (subscriber.claims === 0 && subscriber.isPatient !== (subscriber.patients === 0)) wrongPatient(scope);
  scope.claim.beginSubscriber();
}

function wrongPatient(scope: RuleScope): void {
  const { claim, guide, maker } = scope;
  const { subscriber } = claim;
  const about = {
    segmentId: 'HL',
    name: 'Patient Hierarchical Level',
    loop: guide.loops.find(({ id }) => id === '2000C'),
    trigger: subscriberTrigger(scope),
  };
  if (subscriber.isPatient)
    wrongSegment(scope, 'patient.not-expected', { ...about, code: 'I9', position: subscriber.firstPatient });
  else wrongSegment(scope, 'patient.required', { ...about, code: 'I6', position: maker.position });
}

/**
 * TR3 SBR01: within one claim no two payers have the same place in the order, but for U (unknown). One bit a letter.
 * TR3 2320: required when other payers are known; a secondary payer means a primary one.
 */
function checkSequence(scope: RuleScope, node: GuideNode): void {
  const { claim, cursor, maker } = scope;
  const { payers } = claim;
  claim.endProviders(maker.position);
  payers.open();
  const letter = byteAt(cursor, 1);
  if (letter < 0x41 || letter > 0x5a || letter === 0x55) return;
  if (payers.sequences === 0) payers.sequences = bitOf(claim.subscriber.sequence);
  const bit = bitOf(letter);
  if ((payers.sequences & bit) !== 0) wrong(scope, 'payer.sequence', node, 1, 'I12');
  payers.sequences |= bit;
}

function bitOf(letter: number): number {
  return letter < 0x41 || letter > 0x5a || letter === 0x55 ? 0 : 1 << (letter - 0x41);
}

/** A claim to any but the first payer has had another payer before. */
function checkOthers(scope: RuleScope): void {
  const { claim, guide } = scope;
  const { sequence, position } = claim.subscriber;
  const later = sequence !== 0 && sequence !== PRIMARY && sequence !== 0x55;
  if (!later || claim.payers.count > 0 || claim.position === 0) return;
  const loop = guide.loops.find(({ id, parent }) => id === '2320' && parent === claim.loop);
  const trigger = { segmentId: 'SBR', position, loop: '2000B', element: 1 };
  wrongSegment(scope, 'payer.other-required', {
    segmentId: 'SBR',
    name: 'Other Subscriber Information',
    code: 'I6',
    loop,
    position: claim.afterProviders,
    trigger,
  });
}

const inName = { kind: 'mark', loops: ['2010BA'], guides: CLAIM_GUIDES } as const;

export const subscriberRules: readonly Rule[] = [
  { kind: 'segment', segment: 'SBR', loops: ['2000B'], guides: CLAIM_GUIDES, check: beginSubscriber },
  { ...inName, segment: 'NM1', mark: MARK_SUBSCRIBER_NAME },
  { ...inName, segment: 'N3', mark: MARK_SUBSCRIBER_STREET },
  { ...inName, segment: 'N4', mark: MARK_SUBSCRIBER_CITY },
  { ...inName, segment: 'DMG', mark: MARK_SUBSCRIBER_BIRTH },
  { kind: 'loop-end', loops: ['2010BA'], guides: CLAIM_GUIDES, check: endName },
  { kind: 'segment', segment: 'CLM', loops: ['2300'], check: placeClaim },
  {
    kind: 'segment',
    segment: 'HL',
    loops: ['2000C'],
    guides: CLAIM_GUIDES,
    check: ({ claim, maker }) => {
      const { subscriber } = claim;
      subscriber.patients += 1;
      if (subscriber.firstPatient === 0) subscriber.firstPatient = maker.position;
    },
  },
  { kind: 'segment', segment: 'SBR', loops: ['2320'], check: checkSequence },
  { kind: 'loop-end', loops: ['2300'], guides: CLAIM_GUIDES, check: checkOthers },
  { kind: 'loop-end', loops: ['2000B'], guides: CLAIM_GUIDES, check: endSubscriber },
];
