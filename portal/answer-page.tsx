// One file of an answer, read back in plain words: a 999, a TA1, or the report on a file that could not be read as X12.

import { type AcknowledgementView, type GroupView, readAcknowledgement } from '../edi/explain.ts';
import type { AnswerFileFacts } from '../storage/transmission-answer.ts';
import type { TransmissionFiles } from '../storage/transmission-files.ts';
import type { ListedTransmission } from '../storage/transmission-search.ts';
import { Alert } from './alert.tsx';
import { Layout } from './layout.tsx';
import { Moment } from './moment.tsx';
import { pathOfFindings, pathOfOutboundFile, pathOfTransmission, paths } from './paths.ts';
import type { PortalSettings } from './portal-settings.ts';
import { PrintButton } from './print-button.tsx';
import type { Viewer } from './session.ts';
import { kindWords } from './transmission-page.tsx';
import { printSize } from './transmission-words.ts';

export interface AnswerPageProps {
  readonly settings: PortalSettings;
  readonly viewer: Viewer;
  readonly listed: ListedTransmission;
  readonly file: AnswerFileFacts;
  readonly content: Awaited<ReturnType<TransmissionFiles['readAnswer']>>;
}

export function AnswerPage(props: AnswerPageProps) {
  const { settings, viewer, listed, file } = props;
  const { transmission } = listed;
  return (
    <Layout
      settings={settings}
      viewer={viewer}
      path={paths.answerFile}
      title={
        file.kinds === 'report' ? 'Why the file was not processed' : `Acknowledgment ${kindWords(file.kinds)}`
      }
      trail={[
        { text: 'Transmissions', path: paths.transmissions },
        { text: 'Transmission', path: pathOfTransmission(transmission.id) },
      ]}
    >
      <dl class="cg-facts">
        <dt>Answers</dt>
        <dd>{transmission.name}</dd>
        <dt>File</dt>
        <dd>{file.name}</dd>
        <dt>Size</dt>
        <dd>{printSize(file.sizeBytes)}</dd>
        <dt>SHA-256</dt>
        <dd>{file.sha256}</dd>
        <dt>Written</dt>
        <dd>
          <Moment atMs={file.writtenAtMs} settings={settings} />
        </dd>
      </dl>
      <p class="cg-actions cg-no-print">
        <a class="usa-button" href={pathOfOutboundFile(file.id)}>
          Download
        </a>
        {file.kinds === 'report' ? null : (
          <a class="usa-button usa-button--outline" href={pathOfFindings(transmission.id)}>
            See each finding beside its segment
          </a>
        )}
        <PrintButton />
      </p>
      <Content {...props} />
    </Layout>
  );
}

function Content(props: AnswerPageProps) {
  const { content, file } = props;
  if (content.kind === 'too-large') return <p>The file is too large to be shown here. Download it.</p>;
  if (content.kind !== 'read')
    return (
      <Alert kind="error" heading="The answer cannot be shown">
        The stored answer is not as it was written. Tell the support desk its name.
      </Alert>
    );
  const text = new TextDecoder('latin1').decode(content.bytes);
  if (file.kinds === 'report') {
    const words = new TextDecoder().decode(content.bytes);
    return <pre class="cg-code">{words}</pre>;
  }
  const view = readAcknowledgement(content.bytes);
  return (
    <>
      {view === undefined ? null : <Explained view={view} />}
      <details>
        <summary>The acknowledgment as it was sent</summary>
        <pre class="cg-code">{text.replaceAll('~', '~\n').replaceAll(/\n[\r\n]+/g, '\n')}</pre>
      </details>
    </>
  );
}

function Explained(props: { readonly view: AcknowledgementView }) {
  const { ta1, groups } = props.view;
  return (
    <>
      {ta1 === undefined ? null : (
        <section aria-labelledby="ta1">
          <h2 id="ta1">TA1: the envelope of interchange {ta1.controlNumber}</h2>
          <p>{ta1.plain}</p>
        </section>
      )}
      {groups.map((group, index) => (
        <Group group={group} id={`group-${index + 1}`} />
      ))}
    </>
  );
}

/** Sets and errors that are written out; the findings page has all of them, and pages. */
const shownMax = 50;

function Group(props: { readonly group: GroupView; readonly id: string }) {
  const { group, id } = props;
  const wrong = group.sets.filter(({ code }) => code !== 'A');
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>
        999: group {group.controlNumber} ({group.functionalId} {group.version})
      </h2>
      <p>{group.plain}</p>
      {wrong.slice(0, shownMax).map((set) => (
        <>
          <h3>
            Set {set.controlNumber} ({set.setId})
          </h3>
          <p>{set.plain}</p>
          <ul class="usa-list">
            {set.errors.slice(0, shownMax).map((error) => (
              <li>{error.plain}</li>
            ))}
          </ul>
        </>
      ))}
      {wrong.length > shownMax ? <p>And {wrong.length - shownMax} further sets with errors.</p> : null}
    </section>
  );
}
