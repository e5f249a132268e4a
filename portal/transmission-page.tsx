// One transmission: its facts, its stages, what happened to it and when, and the files that answer it.

import { failureWords } from '../domain/failure.ts';
import type { StoredAuditRecord } from '../storage/audit-trail.ts';
import type { AnswerFileFacts } from '../storage/transmission-answer.ts';
import type { ListedTransmission } from '../storage/transmission-search.ts';
import { Layout } from './layout.tsx';
import { Moment } from './moment.tsx';
import { pathOfAnswer, pathOfFindings, pathOfOutboundFile, paths } from './paths.ts';
import type { PortalSettings } from './portal-settings.ts';
import type { Viewer } from './session.ts';
import { Stages, StateTag, Tag } from './stages.tsx';
import { printSize, sourceWord, stateSentences, verdictWords } from './transmission-words.ts';

export interface TransmissionPageProps {
  readonly settings: PortalSettings;
  readonly viewer: Viewer;
  readonly listed: ListedTransmission;
  readonly records: readonly StoredAuditRecord[];
  readonly files: readonly AnswerFileFacts[];
}

export function TransmissionPage(props: TransmissionPageProps) {
  const { settings, viewer, listed } = props;
  const { transmission } = listed;
  return (
    <Layout
      settings={settings}
      viewer={viewer}
      path={paths.transmission}
      title="Transmission"
      trail={[{ text: 'Transmissions', path: paths.transmissions }]}
    >
      <p class="usa-intro cg-name">{transmission.name}</p>
      <Stages listed={listed} />
      <section class="cg-panel" aria-labelledby="result">
        <h2 class="cg-panel__heading" id="result">
          RESULT
        </h2>
        <div class="cg-panel__body">
          <Result listed={listed} />
        </div>
      </section>
      <Answers files={props.files} id={transmission.id} settings={settings} />
      <Facts listed={listed} settings={settings} />
      <Timeline {...props} />
    </Layout>
  );
}

function Result(props: { readonly listed: ListedTransmission }) {
  const { transmission } = props.listed;
  const { verdict, state, reason = '' } = transmission;
  return (
    <>
      <p>{verdict === undefined ? <StateTag listed={props.listed} /> : <Tag {...verdictWords[verdict]} />}</p>
      <p>{stateSentences[state]}</p>
      {state === 'failed' ? <p>Why: {failureWords(reason).plain}</p> : null}
      {state === 'answered' ? (
        <p>
          <a class="usa-button" href={pathOfFindings(transmission.id)}>
            See what was found
          </a>
        </p>
      ) : null}
    </>
  );
}

export function Facts(props: {
  readonly listed: ListedTransmission;
  readonly settings: PortalSettings;
  /** Of the heading; a page may have several. */
  readonly id?: string;
}) {
  const { id = 'facts' } = props;
  const of = props.id === undefined ? '' : ` ${props.listed.transmission.name}`;
  const { transmission, transactions } = props.listed;
  const { receivedAtMs } = transmission;
  return (
    <section class="cg-panel" aria-labelledby={id}>
      <h2 class="cg-panel__heading" id={id}>
        FILE{of}
      </h2>
      <div class="cg-panel__body">
        <dl class="cg-facts">
          <dt>Tracking ID</dt>
          <dd>{transmission.id}</dd>
          <dt>Name</dt>
          <dd>{transmission.name}</dd>
          <dt>Size</dt>
          <dd>{printSize(transmission.sizeBytes)}</dd>
          <dt>SHA-256</dt>
          <dd>{transmission.sha256 ?? 'Known when the whole file is here'}</dd>
          <dt>Received</dt>
          <dd>
            {receivedAtMs === undefined ? (
              'Not yet'
            ) : (
              <Moment atMs={receivedAtMs} settings={props.settings} />
            )}
          </dd>
          <dt>Sent by</dt>
          <dd>{transmission.userId ?? 'Not known'}</dd>
          <dt>Way</dt>
          <dd>{sourceWord(transmission.source)}</dd>
          <dt>Transactions</dt>
          <dd>{transactions.length === 0 ? 'Known when it is answered' : transactions.join(', ')}</dd>
        </dl>
      </div>
    </section>
  );
}

function Answers(props: {
  readonly files: readonly AnswerFileFacts[];
  readonly id: string;
  readonly settings: PortalSettings;
}) {
  if (props.files.length === 0) return null;
  return (
    <section class="cg-panel" aria-labelledby="answers">
      <h2 class="cg-panel__heading" id="answers">
        ANSWERS
      </h2>
      <div class="cg-panel__body">
        <ul class="cg-files">
          {props.files.map((file, index) => (
            <li>
              <span class="cg-name">{file.name}</span>
              <div class="cg-small">
                {kindWords(file.kinds)}, {printSize(file.sizeBytes)},{' '}
                <Moment atMs={file.writtenAtMs} settings={props.settings} />
              </div>
              <a href={pathOfAnswer(props.id, index + 1)}>
                Read<span class="usa-sr-only"> {file.name}</span>
              </a>{' '}
              <a href={pathOfOutboundFile(file.id)}>
                Download<span class="usa-sr-only"> {file.name}</span>
              </a>
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}

/** @param kinds as the journal has them: `TA1 999`, `report`, the transactions of a dispatch */
export function kindWords(kinds: string): string {
  switch (kinds) {
    case 'report':
      return 'Report in plain words';
    case 'message':
      return 'Message';
    case 'file':
      return 'File';
    default:
      return kinds.split(' ').join(' and ');
  }
}

/** What a record of the audit trail means to the people of the partner; others are not for this page. */
const recordWords: Readonly<Record<string, string>> = {
  'transmission.receive': 'Received, durable from then on',
  'transmission.discard': 'Removed',
  'transmission.answer': 'Checked and answered',
  'transmission.quarantine': 'Put into quarantine',
  'transmission.fail': 'Checking failed on our side',
  'transmission.release': 'Released to the back end',
  'transmission.view': 'Findings looked at',
  'answer.view': 'Answer read',
  'file.download': 'Answer downloaded',
};

function Timeline(props: TransmissionPageProps) {
  const { listed, records, settings } = props;
  const known = records.filter(({ action }) => recordWords[action] !== undefined);
  return (
    <section class="cg-panel" aria-labelledby="timeline">
      <h2 class="cg-panel__heading" id="timeline">
        WHAT HAPPENED
      </h2>
      <div class="cg-panel__body">
        <ol class="cg-timeline">
          <li>
            <Moment atMs={listed.transmission.openedAtMs} settings={settings} />: The upload began
          </li>
          {[...known].reverse().map((record) => (
            <li>
              <Moment atMs={record.atMs} settings={settings} />: {recordWords[record.action]}
              {record.actor.startsWith('user:') ? ` by ${record.actor.slice('user:'.length)}` : ''}
            </li>
          ))}
        </ol>
      </div>
    </section>
  );
}
