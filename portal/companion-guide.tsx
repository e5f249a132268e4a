// A companion guide, made from what this gateway is set to: what stands in the envelope, what is accepted, when a TA1
// comes, what each rule does to a file, and how files are named. It cannot differ from what the gateway does.

import { type CodePlace, codesOf } from '../edi/acknowledgement-codes.ts';
import type { EdiProfile } from '../edi/profile.ts';
import { RULE_FACTS, type RuleId } from '../edi/rule-facts.ts';
import { createRulePolicy } from '../edi/rule-policy.ts';
import { RULE_WORDS } from '../edi/rule-words.ts';
import type { GuideFacts } from './documents.ts';
import { days } from './duration.ts';
import type { ExchangeFacts, PortalSettings } from './portal-settings.ts';
import { printSize } from './transmission-words.ts';

interface GuideProps {
  readonly guide: GuideFacts;
  readonly settings: PortalSettings;
  readonly exchange: ExchangeFacts;
  /** Whose terms these are; undefined: what holds for everyone. */
  readonly partnerName?: string | undefined;
}

export function CompanionGuide(props: GuideProps) {
  return (
    <>
      <p>
        What this gateway asks beside the implementation guide {props.guide.version} (TR3). It was made from
        the gateway's present settings
        {props.partnerName === undefined
          ? '. What is agreed with one trading partner may differ: sign in to see yours.'
          : ` and from what is agreed with ${props.partnerName}.`}
      </p>
      {props.guide.transaction === '999' ? (
        <Codes />
      ) : (
        <>
          <Envelope {...props} />
          <Answers {...props} />
          <Files {...props} />
          <Rules {...props} />
        </>
      )}
    </>
  );
}

function Envelope({ guide, exchange, settings }: GuideProps) {
  const { profile } = exchange;
  const aliases = Object.entries(profile.aliases)
    .filter(([, target]) => target === guide.version)
    .map(([alias]) => alias);
  const receivers = profile.receiverIds ?? [];
  return (
    <section aria-labelledby="envelope">
      <h2 id="envelope">Envelope</h2>
      <dl class="cg-facts">
        <dt>Delimiters</dt>
        <dd>
          Yours, as ISA names them; any character but letters, digits and blanks. Usual: element *, repetition
          ^, component :, segment ~. Line ends after the segment terminator are allowed.
        </dd>
        <dt>ISA05, ISA07</dt>
        <dd>As agreed on, usually ZZ</dd>
        <dt>ISA06, GS02</dt>
        <dd>
          Your submitter ID (TSN), as your {settings.siteName} home page shows it
          {profile.senderIds === undefined
            ? exchange.checkSenderId
              ? '; ISA06 is checked'
              : ''
            : `. ISA06 is checked: ${profile.senderIds.join(' or ')}`}
          {profile.groupSenderIds === undefined
            ? ''
            : `. GS02 is checked: ${profile.groupSenderIds.join(' or ')}`}
        </dd>
        <dt>ISA08</dt>
        <dd>
          {receivers.length === 0
            ? 'The receiver ID that you were given; it is not checked'
            : receivers.join(' or ')}
        </dd>
        {profile.groupReceiverIds === undefined ? null : (
          <>
            <dt>GS03</dt>
            <dd>{profile.groupReceiverIds.join(' or ')}</dd>
          </>
        )}
        <dt>ISA12</dt>
        <dd>00501</dd>
        <dt>ISA13</dt>
        <dd>
          Nine digits, a number used once: the same sender, receiver and number again within{' '}
          {days(exchange.duplicateWindowMs)} is a duplicate (TA1 025) and not processed
        </dd>
        <dt>ISA15</dt>
        <dd>{profile.usageIndicators.join(' or ')} (P: production, T: test)</dd>
        <dt>GS01, ST01</dt>
        <dd>{guide.functionalId}, 837</dd>
        <dt>GS08, ST03</dt>
        <dd>
          {guide.version}
          {aliases.length === 0 ? '; no other addenda' : `; ${aliases.join(', ')} are read as it`}
        </dd>
      </dl>
    </section>
  );
}

const ta1Words: Readonly<Record<EdiProfile['ta1'], string>> = {
  never: 'never',
  requested: 'when ISA14 is 1',
  'requested-and-errors': 'when ISA14 is 1, and always when the interchange has an error',
  always: 'for every interchange',
};

function Answers({ exchange }: GuideProps) {
  return (
    <section aria-labelledby="answers">
      <h2 id="answers">Answers</h2>
      <ul class="usa-list">
        <li>A 999 for each functional group, in one file for each interchange.</li>
        <li>A TA1 {ta1Words[exchange.profile.ta1]}.</li>
        <li>A report in plain words for a file that cannot be read as X12; no 999 and no TA1 then follow.</li>
        <li>Accepted transaction sets go on to the back end; rejected ones must be sent again, corrected.</li>
      </ul>
    </section>
  );
}

function Files({ exchange, settings }: GuideProps) {
  return (
    <section aria-labelledby="files">
      <h2 id="files">Files</h2>
      <ul class="usa-list">
        <li>
          Up to {printSize(exchange.maxFileBytes ?? settings.maxFileBytes)}, not compressed and not encrypted;
          one file may hold several interchanges.
        </li>
        <li>Names of up to 255 bytes; no slash, backslash or control character.</li>
        {exchange.inboundNames === undefined ? null : (
          <li>Only names such as {exchange.inboundNames.join(', ')} are taken.</li>
        )}
        <li>
          A name that begins with a dot or ends in .tmp, .temp, .part, .partial, .filepart or .crdownload
          counts as unfinished until the file is renamed.
        </li>
        <li>An interrupted upload can be resumed for {days(exchange.interruptedExpiryMs)}.</li>
        <li>
          Answers begin with the name of your file: NAME.NUMBER.999, NAME.NUMBER.ta1 or NAME.ID.rejected.txt,
          where NUMBER is ISA13 of the answer and ID the tracking ID.
        </li>
      </ul>
    </section>
  );
}

const severities = [
  ['reject', 'Rejected: the transaction set is rejected (IK5 R)'],
  ['accept-with-error', 'Accepted with errors: the 999 names the error (IK5 E)'],
  ['report', 'Told in the portal: the set is accepted (IK5 A)'],
] as const;

/** Rules for one kind of claim alone, by their id or its beginning. */
const onlyFor: Readonly<Record<string, GuideFacts['transaction']>> = {
  dental: '837D',
  institutional: '837I',
  ambulance: '837P',
  'code-set.tooth': '837D',
  'code-set.oral-cavity': '837D',
  'code-set.revenue': '837I',
  'code-set.billing-code': '837I',
  'code-set.facility-type': '837I',
};

function Rules({ guide, exchange }: GuideProps) {
  const policy = createRulePolicy(exchange.profile);
  const rules = (Object.keys(RULE_FACTS) as RuleId[]).filter((rule) => {
    const only = onlyFor[rule] ?? onlyFor[rule.split('.')[0] ?? ''];
    return only === undefined || only === guide.transaction;
  });
  return (
    <section aria-labelledby="rules">
      <h2 id="rules">What is checked</h2>
      {severities.map(([severity, heading]) => {
        const of = rules.filter((rule) => policy.severityOf(rule) === severity);
        return of.length === 0 ? null : <RuleTable heading={heading} rules={of} />;
      })}
    </section>
  );
}

function RuleTable(props: { readonly heading: string; readonly rules: readonly RuleId[] }) {
  return (
    <table class="usa-table usa-table--borderless usa-table--compact cg-table">
      <caption>{props.heading}</caption>
      <thead>
        <tr>
          <th scope="col">What is wrong</th>
          <th scope="col">SNIP type</th>
        </tr>
      </thead>
      <tbody>
        {props.rules.map((rule) => (
          <tr>
            <td>{RULE_WORDS[rule]}</td>
            <td>{RULE_FACTS[rule].snip}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const places: readonly (readonly [place: CodePlace, title: string])[] = [
  ['AK901', 'AK901: the functional group'],
  ['AK905', 'AK905: errors of the group'],
  ['IK501', 'IK501: the transaction set'],
  ['IK502', 'IK502: errors of the set'],
  ['IK304', 'IK304: errors of a segment'],
  ['IK403', 'IK403: errors of an element'],
  ['TA104', 'TA104: the interchange'],
  ['TA105', 'TA105: errors of the interchange'],
];

function Codes() {
  return (
    <>
      {places.map(([place, title]) => (
        <table class="usa-table usa-table--borderless usa-table--compact cg-table">
          <caption>{title}</caption>
          <thead>
            <tr>
              <th scope="col">Code</th>
              <th scope="col">What it means</th>
              <th scope="col">What to do</th>
            </tr>
          </thead>
          <tbody>
            {[...codesOf(place)].map(([code, [plain, hint]]) => (
              <tr>
                <th scope="row">{code}</th>
                <td>{plain}</td>
                <td>{hint}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ))}
    </>
  );
}
