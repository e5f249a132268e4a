// Lists of transmissions of all partners, for those who run the gateway.

import type { StandingList } from '../storage/administrator-list.ts';
import type { Transmission } from '../storage/transmission-store.ts';
import { Layout } from './layout.tsx';
import { Moment } from './moment.tsx';
import { pathOfAdministered, paths } from './paths.ts';
import type { PortalSettings } from './portal-settings.ts';
import type { Viewer } from './session.ts';
import { printSize, stateWords, verdictWords } from './transmission-words.ts';

export const standingTitles: Readonly<Record<StandingList, string>> = {
  arriving: 'Files that are arriving',
  unanswered: 'Files that wait for an answer',
  failed: 'Files that failed',
  quarantined: 'Files in quarantine',
};

export function StandingPage(props: {
  readonly settings: PortalSettings;
  readonly viewer: Viewer;
  readonly title: string;
  readonly found: readonly Transmission[];
  readonly limit: number;
}) {
  const { settings, viewer, title, found } = props;
  return (
    <Layout
      settings={settings}
      viewer={viewer}
      path={paths.administratorList}
      title={title}
      trail={[{ text: 'Dashboard', path: paths.dashboard }]}
    >
      {found.length === 0 ? (
        <p>There are none.</p>
      ) : (
        <>
          {found.length < props.limit ? null : (
            <p>The first {props.limit} are shown; `claimgate transmission list` has them all.</p>
          )}
          <StandingTable caption={title} found={found} settings={settings} />
        </>
      )}
    </Layout>
  );
}

export function StandingTable(props: {
  readonly caption: string;
  readonly found: readonly Transmission[];
  readonly settings: PortalSettings;
}) {
  return (
    <table class="usa-table usa-table--borderless usa-table--stacked cg-table">
      <caption>{props.caption}</caption>
      <thead>
        <tr>
          <th scope="col">File</th>
          <th scope="col">Trading partner</th>
          <th scope="col">State</th>
          <th scope="col">Since</th>
          <th scope="col">Size</th>
        </tr>
      </thead>
      <tbody>
        {props.found.map((one) => (
          <tr>
            <th scope="row" data-label="File">
              <a href={pathOfAdministered(one.id)} class="cg-name">
                {one.name}
              </a>
            </th>
            <td data-label="Trading partner">{one.partnerId}</td>
            <td data-label="State">{stateOf(one)}</td>
            <td data-label="Since">
              <Moment atMs={one.receivedAtMs ?? one.openedAtMs} settings={props.settings} />
            </td>
            <td data-label="Size">{printSize(one.sizeBytes)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function stateOf({ state, verdict }: Transmission): string {
  if (verdict !== undefined) return verdictWords[verdict].word;
  // Partners read milder words: what waits for whoever reads this is called by its name.
  if (state === 'failed') return 'Failed';
  return state === 'quarantined' ? 'In quarantine' : stateWords[state].word;
}
