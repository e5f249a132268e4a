// The acknowledgement viewer: the verdict, the counts of the 999 (AK9), and each finding in plain words beside the
// segment that it points at, with the bad element marked.

import type { CodePlace } from '../edi/acknowledgement-codes.ts';
import { explainCode } from '../edi/explain.ts';
import type {
  AnsweredGroup,
  AnsweredInterchange,
  AnsweredSet,
  PlacedFinding,
} from '../storage/transmission-answer.ts';
import type { ListedTransmission } from '../storage/transmission-search.ts';
import { Alert } from './alert.tsx';
import type { Excerpts } from './excerpts.ts';
import { FindingCard } from './finding-card.tsx';
import { Layout } from './layout.tsx';
import { findingPageSize, setsShownMax } from './limits.ts';
import { pathOfFindings, pathOfTransmission, paths } from './paths.ts';
import type { PortalSettings } from './portal-settings.ts';
import { PrintButton } from './print-button.tsx';
import type { Viewer } from './session.ts';
import { verdictWords } from './transmission-words.ts';

export interface FindingsPageProps {
  readonly settings: PortalSettings;
  readonly viewer: Viewer;
  readonly listed: ListedTransmission;
  readonly interchanges: readonly AnsweredInterchange[];
  readonly findings: readonly PlacedFinding[];
  readonly excerpts: Excerpts;
  readonly count: number;
  /** From 1. */
  readonly page: number;
}

export function FindingsPage(props: FindingsPageProps) {
  const { settings, viewer, listed, interchanges } = props;
  const { transmission } = listed;
  const { verdict } = transmission;
  return (
    <Layout
      settings={settings}
      viewer={viewer}
      path={paths.findings}
      title={verdict === undefined ? 'Not answered yet' : verdictWords[verdict].word}
      trail={[
        { text: 'Transmissions', path: paths.transmissions },
        { text: 'Transmission', path: pathOfTransmission(transmission.id) },
      ]}
    >
      <p class="cg-name">
        File {transmission.name}, tracking ID {transmission.id}
      </p>
      <p class="cg-actions cg-no-print">
        <PrintButton />
        <a href={pathOfTransmission(transmission.id)}>The file and its answers, to download</a>
      </p>
      {interchanges.map((interchange) => (
        <Interchange interchange={interchange} />
      ))}
      <section aria-labelledby="findings">
        <h2 id="findings">What was found</h2>
        <Findings {...props} />
      </section>
    </Layout>
  );
}

function Interchange(props: { readonly interchange: AnsweredInterchange }) {
  const { interchange } = props;
  const heading = `interchange-${interchange.ordinal}`;
  return (
    <section class="cg-panel" aria-labelledby={heading}>
      <h2 class="cg-panel__heading" id={heading}>
        INTERCHANGE {interchange.controlNumber}
      </h2>
      <div class="cg-panel__body">
        <dl class="cg-facts">
          <dt>From, to</dt>
          <dd>
            {interchange.sender} to {interchange.receiver}
            {interchange.usage === 'T' ? ' (test)' : ''}
          </dd>
          <dt>Envelope (TA1)</dt>
          <dd>
            <CodeWords place="TA104" code={interchange.ta1Code} />
            {interchange.ta1Note === '000' ? null : (
              <>
                {' '}
                <CodeWords place="TA105" code={interchange.ta1Note} hint={true} />
              </>
            )}
          </dd>
        </dl>
        {interchange.groups.map((group) => (
          <Group group={group} />
        ))}
      </div>
    </section>
  );
}

function Group(props: { readonly group: AnsweredGroup }) {
  const { group } = props;
  return (
    <>
      <h3>
        Group {group.controlNumber} ({group.functionalId} {group.version})
      </h3>
      <dl class="cg-facts">
        <dt>Verdict (AK901 {group.code})</dt>
        <dd>
          <CodeWords place="AK901" code={group.code} />
          {group.codes.map((code) => (
            <>
              {' '}
              <CodeWords place="AK905" code={code} hint={true} />
            </>
          ))}
        </dd>
        <dt>Sets in the trailer (AK902)</dt>
        <dd>{group.setsIncluded}</dd>
        <dt>Sets received (AK903)</dt>
        <dd>{group.setsReceived}</dd>
        <dt>Sets accepted (AK904)</dt>
        <dd>{group.setsAccepted}</dd>
      </dl>
      <Sets sets={group.sets} />
    </>
  );
}

function Sets(props: { readonly sets: readonly AnsweredSet[] }) {
  const shown = props.sets.slice(0, setsShownMax);
  if (shown.length === 0) return null;
  const left = props.sets.length - shown.length;
  return (
    <>
      <table class="usa-table usa-table--borderless usa-table--stacked cg-table">
        <caption class="usa-sr-only">Transaction sets of the group</caption>
        <thead>
          <tr>
            <th scope="col">Set</th>
            <th scope="col">Transaction</th>
            <th scope="col">Claims</th>
            <th scope="col">Findings</th>
            <th scope="col">Verdict (IK5)</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((set) => (
            <tr>
              <th scope="row" data-label="Set">
                {set.controlNumber}
              </th>
              <td data-label="Transaction">{set.name}</td>
              <td data-label="Claims">{set.claims}</td>
              <td data-label="Findings">{set.findings}</td>
              <td data-label="Verdict (IK5)">
                {set.code}: <CodeWords place="IK501" code={set.code} />
                {set.codes.map((code) => (
                  <>
                    {' '}
                    <CodeWords place="IK502" code={code} />
                  </>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {left === 0 ? null : <p>And {left} further sets.</p>}
    </>
  );
}

/** A code's meaning; the hint says what to do about it. */
export function CodeWords(props: {
  readonly place: CodePlace;
  readonly code: string;
  readonly hint?: boolean;
}) {
  const words = explainCode(props.place, props.code);
  if (words === undefined) return <>Code {props.code}.</>;
  return (
    <>
      {words.plain}
      {props.hint === true ? ` ${words.hint}` : ''}
    </>
  );
}

function Findings(props: FindingsPageProps) {
  const { findings, excerpts, count, page, listed } = props;
  if (count === 0) return <p>Nothing is wrong inside the transaction sets.</p>;
  const first = (page - 1) * findingPageSize + 1;
  const last = first + findings.length - 1;
  const { id } = listed.transmission;
  return (
    <>
      {excerpts.kind === 'read' ? null : <NoExcerpts kind={excerpts.kind} />}
      <p role="status">
        {count === findings.length
          ? `${count} ${count === 1 ? 'finding' : 'findings'}`
          : `Findings ${first} to ${last} of ${count}`}
        , in the order of the file.
      </p>
      <ol class="cg-findings" start={first}>
        {findings.map((finding, index) => (
          <li>
            <FindingCard
              id={`finding-${first + index}`}
              finding={finding}
              excerpt={excerpts.kind === 'read' ? excerpts.of(finding) : undefined}
            />
          </li>
        ))}
      </ol>
      {count <= findingPageSize ? null : (
        <nav class="cg-pages" aria-label="Pages of findings">
          {page === 1 ? null : <a href={pathOfFindings(id, page - 1)}>Earlier findings</a>}
          {last >= count ? null : <a href={pathOfFindings(id, page + 1)}>Further findings</a>}
        </nav>
      )}
    </>
  );
}

function NoExcerpts(props: { readonly kind: Exclude<Excerpts['kind'], 'read'> }) {
  if (props.kind === 'too-large')
    return (
      <p>The file is too large to show its segments here. The positions below count from ST, which is 1.</p>
    );
  return (
    <Alert kind="error" heading="The segments cannot be shown">
      The stored file is not as it was received, so nothing of it is shown. Tell the support desk the tracking
      ID.
    </Alert>
  );
}
