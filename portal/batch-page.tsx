// Batch Transfer: sending files from the browser, and fetching what the gateway has put into `outbound`.

import type { OutboundFile, OutboundPosition } from '../storage/outbound-list.ts';
import { ErrorSummary } from './alert.tsx';
import { assetPaths } from './asset-paths.ts';
import { type FieldError, formTokenField } from './form.ts';
import { FormToken, Layout } from './layout.tsx';
import { uploadFilesMax } from './limits.ts';
import { Moment } from './moment.tsx';
import { pathOfOutboundFile, pathOfTransmission, paths } from './paths.ts';
import type { PortalSettings } from './portal-settings.ts';
import type { Viewer } from './session.ts';
import { Tag } from './stages.tsx';
import { kindWords } from './transmission-page.tsx';
import { printSize } from './transmission-words.ts';

/** An outbound file, and whether it is still in the mailbox. */
export interface ShownOutboundFile extends OutboundFile {
  readonly there: boolean;
}

export interface BatchPageProps {
  readonly settings: PortalSettings;
  readonly viewer: Viewer;
  readonly errors: readonly FieldError[];
  readonly received: readonly { readonly id: string; readonly name: string }[];
  readonly files: readonly ShownOutboundFile[];
  readonly next: OutboundPosition | undefined;
  readonly further: boolean;
}

export function BatchPage(props: BatchPageProps) {
  const { settings, viewer, errors } = props;
  return (
    <Layout
      settings={settings}
      viewer={viewer}
      path={paths.batchTransfer}
      title="Batch Transfer"
      failed={errors.length > 0}
      scripts={[assetPaths.batchScript]}
    >
      <ErrorSummary errors={errors} />
      <Received received={props.received} />
      <section class="cg-panel" aria-labelledby="send">
        <h2 class="cg-panel__heading" id="send">
          SEND FILES
        </h2>
        <div class="cg-panel__body">
          <SendForm settings={settings} viewer={viewer} errors={errors} />
        </div>
      </section>
      <section class="cg-panel" aria-labelledby="fetch">
        <h2 class="cg-panel__heading" id="fetch">
          FETCH FILES
        </h2>
        <div class="cg-panel__body">
          <FetchForm {...props} />
        </div>
      </section>
    </Layout>
  );
}

/** Files of a request that were taken although others of it were not. */
function Received(props: Pick<BatchPageProps, 'received'>) {
  if (props.received.length === 0) return null;
  return (
    <section aria-labelledby="received">
      <h2 id="received">These files were received</h2>
      <ul class="usa-list">
        {props.received.map(({ id, name }) => (
          <li>
            <a href={pathOfTransmission(id)}>{name}</a>
          </li>
        ))}
      </ul>
    </section>
  );
}

function SendForm(props: Pick<BatchPageProps, 'settings' | 'viewer' | 'errors'>) {
  const { settings, viewer } = props;
  const error = props.errors.find(({ field }) => field === 'files');
  const hints = ['files-hint', ...(error === undefined ? [] : ['files-error'])].join(' ');
  return (
    <form
      method="post"
      action={paths.batchTransfer}
      encType="multipart/form-data"
      class="cg-form"
      id="batch-form"
      data-max-bytes={settings.maxFileBytes}
      data-token-field={formTokenField}
      data-receipt={paths.batchReceipt}
      data-keep={paths.session}
      noValidate={true}
    >
      {/* The token stands before the files, so that nothing is taken of a form that is not ours. */}
      <FormToken token={viewer.session.csrfToken} />
      <label class="usa-label" for="files">
        X12 files
      </label>
      <span class="usa-hint" id="files-hint">
        Up to {uploadFilesMax} files, each up to {printSize(settings.maxFileBytes)}; not compressed.
      </span>
      {error === undefined ? null : (
        <span class="usa-error-message" id="files-error">
          <span class="usa-sr-only">Error: </span>
          {error.text}
        </span>
      )}
      <input
        class="cg-file-input"
        type="file"
        id="files"
        name="files"
        multiple={true}
        required={true}
        aria-describedby={hints}
        aria-invalid={error === undefined ? undefined : 'true'}
      />
      <ul class="cg-chosen" id="chosen" aria-label="Chosen files" hidden={true}></ul>
      <p class="usa-error-message" id="send-problem" role="alert" hidden={true}></p>
      <div id="sending" hidden={true}>
        <label for="send-progress" class="usa-label">
          Sending
        </label>
        <progress id="send-progress" class="cg-progress" max={100} value={0}></progress>
      </div>
      <p id="send-said" role="status" class="cg-small"></p>
      <button type="submit" class="usa-button" id="send-button">
        Send
      </button>
      <button type="button" class="usa-button usa-button--outline" id="send-cancel" hidden={true}>
        Cancel
      </button>
    </form>
  );
}

function FetchForm(props: BatchPageProps) {
  const { files, viewer, settings, next, further } = props;
  if (files.length === 0) {
    return (
      <p>
        {further
          ? 'There are no further files.'
          : 'There is nothing to fetch yet. Acknowledgments of what you send come here.'}
      </p>
    );
  }
  const error = props.errors.find(({ field }) => field === 'fetch-list');
  return (
    <form method="post" action={paths.outboundZip}>
      <FormToken token={viewer.session.csrfToken} />
      {error === undefined ? null : (
        <span class="usa-error-message" id="fetch-error">
          <span class="usa-sr-only">Error: </span>
          {error.text}
        </span>
      )}
      <table
        class="usa-table usa-table--borderless usa-table--stacked cg-table"
        id="fetch-list"
        tabIndex={error === undefined ? undefined : -1}
      >
        <caption class="usa-sr-only">Files in your outbound folder, the newest first</caption>
        <thead>
          <tr>
            <th scope="col">File</th>
            <th scope="col">Kind</th>
            <th scope="col">Size</th>
            <th scope="col">Date</th>
            <th scope="col">Collected</th>
          </tr>
        </thead>
        <tbody>
          {files.map((file) => (
            <FileRow file={file} settings={settings} />
          ))}
        </tbody>
      </table>
      <button type="submit" class="usa-button">
        Download the chosen files as ZIP
      </button>
      {next === undefined && !further ? null : (
        <nav class="cg-pages cg-pages--below" aria-label="Pages of files">
          {further ? <a href={paths.batchTransfer}>Back to the newest</a> : null}
          {next === undefined ? null : (
            <a href={`${paths.batchTransfer}?after=${next.publishedAtMs}.${next.id}`}>Older files</a>
          )}
        </nav>
      )}
    </form>
  );
}

function FileRow(props: { readonly file: ShownOutboundFile; readonly settings: PortalSettings }) {
  const { file, settings } = props;
  const { collected } = file;
  const box = `file-${file.id}`;
  return (
    <tr>
      <th scope="row" data-label="File">
        {file.there ? (
          <>
            <div class="usa-checkbox cg-row-checkbox">
              <input class="usa-checkbox__input" type="checkbox" id={box} name={box} value="yes" />
              <label class="usa-checkbox__label cg-name" for={box}>
                <span class="usa-sr-only">Choose </span>
                {file.name}
              </label>
            </div>
            <a href={pathOfOutboundFile(file.id)}>
              Download<span class="usa-sr-only"> {file.name}</span>
            </a>
          </>
        ) : (
          <>
            <span class="cg-name">{file.name}</span>
            <div class="cg-small">Removed from the mailbox</div>
          </>
        )}
        {file.transmissionId === undefined ? null : (
          <>
            {' '}
            <a href={pathOfTransmission(file.transmissionId)}>
              What it answers<span class="usa-sr-only"> ({file.name})</span>
            </a>
          </>
        )}
      </th>
      <td data-label="Kind">{kindWords(file.kinds)}</td>
      <td data-label="Size">{printSize(file.sizeBytes)}</td>
      <td data-label="Date">
        <Moment atMs={file.publishedAtMs} settings={settings} />
      </td>
      <td data-label="Collected">
        {collected === undefined ? (
          <Tag look="due" word="Not yet" />
        ) : (
          <>
            <Tag look="good" word="Collected" />
            <div class="cg-small">
              by {collected.userId}, <Moment atMs={collected.atMs} settings={settings} />
            </div>
          </>
        )}
      </td>
    </tr>
  );
}
