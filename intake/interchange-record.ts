// What the engine found, as the rows that the journal keeps of it.

import type { Finding } from '../edi/finding.ts';
import type { InterchangeResult, SetResult } from '../edi/interchange-result.ts';
import type { FindingRecord, InterchangeRecord, SetRecord } from '../storage/answer-store.ts';

export function interchangeRecord(interchange: InterchangeResult): InterchangeRecord {
  return {
    sender_qualifier: interchange.senderQualifier,
    sender_id: interchange.senderId,
    receiver_qualifier: interchange.receiverQualifier,
    receiver_id: interchange.receiverId,
    control_number: interchange.controlNumber,
    version: interchange.version,
    usage_indicator: interchange.usage,
    ta1_code: interchange.ta1.code,
    ta1_note: interchange.ta1.note,
    verdict: interchange.verdict,
    groups: interchange.groups.map((group) => ({
      functional_id: group.functionalId,
      control_number: group.controlNumber,
      version: group.version,
      ak901: group.code,
      ak905: group.codes.join(' '),
      sets_included: group.declaredSets,
      sets_received: group.receivedSets,
      sets_accepted: group.acceptedSets,
      sets: group.sets.map(setRecord),
    })),
  };
}

function setRecord(set: SetResult): SetRecord {
  return {
    set_id: set.setId,
    control_number: set.controlNumber,
    implementation: set.version,
    transaction_name: set.name,
    ik501: set.code,
    ik502: set.codes.join(' '),
    claims: set.claimCount,
    findings: set.findings.map(findingRecord),
    findingsOmitted: set.findingsOmitted,
  };
}

function findingRecord(finding: Finding): FindingRecord {
  return {
    rule_id: finding.ruleId,
    severity: finding.severity,
    segment_id: finding.segmentId,
    segment_position: finding.position,
    loop_id: finding.loop,
    element: finding.element?.element ?? null,
    component: finding.element?.component ?? null,
    repetition: finding.element?.repetition ?? null,
    ik304: finding.segmentCode,
    ik403: finding.element?.code ?? '',
    snip: finding.snip,
    plain: finding.plain,
    hint: finding.hint,
  };
}
