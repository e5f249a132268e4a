// The list of a trading partner's transmissions.

import type { ListedTransmission, ListPosition } from '../storage/transmission-search.ts';
import type { User } from '../storage/user-store.ts';
import { ErrorSummary } from './alert.tsx';
import { FilterForm } from './filter-form.tsx';
import type { FieldError } from './form.ts';
import { Layout } from './layout.tsx';
import { Moment } from './moment.tsx';
import { pathOfTransmission, paths } from './paths.ts';
import type { PortalSettings } from './portal-settings.ts';
import type { Viewer } from './session.ts';
import { Stages, StateTag, Tag } from './stages.tsx';
import { type FilterTexts, printFilter } from './transmission-filter.ts';
import { printSize, verdictWords } from './transmission-words.ts';

export interface TransmissionListProps {
  readonly settings: PortalSettings;
  readonly viewer: Viewer;
  readonly texts: FilterTexts;
  readonly users: readonly User[];
  readonly errors: readonly FieldError[];
  readonly listed: readonly ListedTransmission[];
  /** Where the next page begins; absent on the last one. */
  readonly next: ListPosition | undefined;
  /** Whether this is a page after the first. */
  readonly further: boolean;
}

export function TransmissionListPage(props: TransmissionListProps) {
  const { settings, viewer, texts, listed } = props;
  return (
    <Layout
      settings={settings}
      viewer={viewer}
      path={paths.transmissions}
      title="Transmissions"
      failed={props.errors.length > 0}
    >
      <ErrorSummary errors={props.errors} />
      <p>
        Every file that came from your trading partner, over SFTP or Batch Transfer, the newest first. Times
        are in {settings.timeZone ?? 'UTC'}.
      </p>
      <FilterForm texts={texts} users={props.users} errors={props.errors} />
      {listed.length === 0 ? (
        <p role="status">
          {printFilter(texts) === ''
            ? 'Nothing was sent yet.'
            : 'No transmission matches. Change the search, or clear it.'}
        </p>
      ) : (
        <Results listed={listed} settings={settings} />
      )}
      <Pages {...props} />
    </Layout>
  );
}

function Results(props: {
  readonly listed: readonly ListedTransmission[];
  readonly settings: PortalSettings;
}) {
  return (
    <table class="usa-table usa-table--borderless usa-table--stacked cg-table cg-transmissions">
      <caption class="usa-sr-only">Transmissions, the newest first</caption>
      <thead>
        <tr>
          <th scope="col">File</th>
          <th scope="col">Arrived</th>
          <th scope="col">Transaction</th>
          <th scope="col">Stages</th>
          <th scope="col">Result</th>
        </tr>
      </thead>
      <tbody>
        {props.listed.map((listed) => (
          <Row listed={listed} settings={props.settings} />
        ))}
      </tbody>
    </table>
  );
}

function Row(props: { readonly listed: ListedTransmission; readonly settings: PortalSettings }) {
  const { transmission, transactions } = props.listed;
  return (
    <tr>
      <th scope="row" data-label="File">
        <a href={pathOfTransmission(transmission.id)}>{transmission.name}</a>
        <div class="cg-small">
          {printSize(transmission.sizeBytes)}
          {transmission.userId === undefined ? '' : `, ${transmission.userId}`}
        </div>
      </th>
      <td data-label="Arrived">
        <Moment atMs={transmission.openedAtMs} settings={props.settings} />
      </td>
      <td data-label="Transaction">{transactions.length === 0 ? '–' : transactions.join(', ')}</td>
      <td data-label="Stages">
        <Stages listed={props.listed} />
      </td>
      <td data-label="Result">
        {transmission.verdict === undefined ? (
          <StateTag listed={props.listed} />
        ) : (
          <Tag {...verdictWords[transmission.verdict]} />
        )}
      </td>
    </tr>
  );
}

function Pages(props: TransmissionListProps) {
  const { texts, next, further, listed } = props;
  return (
    <>
      {next === undefined && !further ? null : (
        <nav class="cg-pages" aria-label="Pages">
          {further ? <a href={`${paths.transmissions}${printFilter(texts)}`}>Back to the newest</a> : null}
          {next === undefined ? null : (
            <a href={`${paths.transmissions}${printFilter(texts, next)}`}>Older transmissions</a>
          )}
        </nav>
      )}
      {listed.length === 0 ? null : (
        <p>
          <a href={`${paths.transmissionsCsv}${printFilter(texts)}`}>Save this list as CSV</a> (a file for
          spreadsheets)
        </p>
      )}
    </>
  );
}
