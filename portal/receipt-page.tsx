// The receipt of an upload: what was received, when, and by which hash; and how it goes on from there. It can be printed,
// and opened again by its address.

import type { ListedTransmission } from '../storage/transmission-search.ts';
import { Alert } from './alert.tsx';
import { assetPaths } from './asset-paths.ts';
import { Layout } from './layout.tsx';
import { pathOfTransmission, paths } from './paths.ts';
import type { PortalSettings } from './portal-settings.ts';
import { PrintButton } from './print-button.tsx';
import type { Viewer } from './session.ts';
import { Stages, StateTag, Tag } from './stages.tsx';
import { Facts } from './transmission-page.tsx';
import { stateSentences, verdictWords } from './transmission-words.ts';

export function ReceiptPage(props: {
  readonly settings: PortalSettings;
  readonly viewer: Viewer;
  readonly listed: readonly ListedTransmission[];
}) {
  const { settings, viewer, listed } = props;
  const ids = listed.map(({ transmission }) => transmission.id).join('.');
  return (
    <Layout
      settings={settings}
      viewer={viewer}
      path={paths.batchReceipt}
      title="Receipt"
      trail={[{ text: 'Batch Transfer', path: paths.batchTransfer }]}
      scripts={[assetPaths.batchScript]}
    >
      <Alert
        kind="success"
        heading={listed.length === 1 ? 'Your file was received' : `${listed.length} files were received`}
      >
        Keep the tracking ID: the support desk finds the file by it.
      </Alert>
      <p class="cg-actions cg-no-print">
        <PrintButton />
        <a href={paths.batchTransfer}>Send further files</a>
      </p>
      <div id="states" data-state-path={`${paths.batchState}?t=${ids}`}>
        {listed.map((one) => (
          <section aria-label={one.transmission.name}>
            <ReceiptState listed={one} />
            <Facts listed={one} settings={settings} id={`facts-${one.transmission.id}`} />
          </section>
        ))}
      </div>
      <p id="state-said" role="status" class="usa-sr-only"></p>
      <p class="cg-no-print">
        <a href={`${paths.batchReceipt}?t=${ids}`}>Show how it stands now</a>
      </p>
    </Layout>
  );
}

/** How one file stands; the page's script asks for this part again until it is answered. */
export function ReceiptState(props: { readonly listed: ListedTransmission }) {
  const { transmission } = props.listed;
  const { state, verdict } = transmission;
  return (
    <div class="cg-receipt-state" id={`state-${transmission.id}`}>
      <p class="cg-name">
        <strong>{transmission.name}</strong>{' '}
        {verdict === undefined ? <StateTag listed={props.listed} /> : <Tag {...verdictWords[verdict]} />}
      </p>
      <Stages listed={props.listed} />
      <p>{stateSentences[state]}</p>
      <p class="cg-no-print">
        <a href={pathOfTransmission(transmission.id)}>
          Follow this transmission<span class="usa-sr-only"> ({transmission.name})</span>
        </a>
      </p>
    </div>
  );
}
