// One transmission as those who run the gateway see it: what became of it, and not what is in it. To see that, they say
// why, and see it for a limited time.

import { failureWords } from '../domain/failure.ts';
import type { RuleCount } from '../storage/administrator-list.ts';
import type { StoredAuditRecord } from '../storage/audit-trail.ts';
import type { ContentOpening } from '../storage/content-opening.ts';
import type { Transmission } from '../storage/transmission-store.ts';
import { ErrorSummary } from './alert.tsx';
import { LongTextField } from './field.tsx';
import type { FieldError } from './form.ts';
import { FormToken, Layout } from './layout.tsx';
import { Moment } from './moment.tsx';
import { pathOfAdministered, pathOfContent, paths } from './paths.ts';
import type { PortalSettings } from './portal-settings.ts';
import type { Viewer } from './session.ts';
import { stateOf } from './standing-page.tsx';
import { printSize } from './transmission-words.ts';

export interface AdministeredProps {
  readonly settings: PortalSettings;
  readonly viewer: Viewer;
  readonly transmission: Transmission;
  readonly rules: readonly RuleCount[];
  readonly records: readonly StoredAuditRecord[];
  readonly opening: ContentOpening | undefined;
  readonly reason: string;
  readonly errors: readonly FieldError[];
}

/** For how long content may be opened, in minutes. */
export const openingMinutes = [15, 30, 60] as const;

const trail = [{ text: 'Dashboard', path: paths.dashboard }];

export function AdministeredPage(props: AdministeredProps) {
  const { settings, viewer, transmission, errors } = props;
  return (
    <Layout
      settings={settings}
      viewer={viewer}
      path={paths.administered}
      title={`Transmission of ${transmission.partnerId}`}
      trail={trail}
      failed={errors.length > 0}
    >
      <ErrorSummary errors={errors} />
      <p class="usa-intro cg-name">{transmission.name}</p>
      <div class="cg-stack">
        <Facts transmission={transmission} settings={settings} />
        <Rules rules={props.rules} />
        <Opening {...props} />
        <Records records={props.records} settings={settings} />
      </div>
    </Layout>
  );
}

function Facts(props: { readonly transmission: Transmission; readonly settings: PortalSettings }) {
  const { transmission, settings } = props;
  const { receivedAtMs, answeredAtMs, state, reason } = transmission;
  return (
    <section class="cg-panel" aria-labelledby="facts">
      <h2 class="cg-panel__heading" id="facts">
        FILE
      </h2>
      <div class="cg-panel__body">
        <dl class="cg-facts">
          <dt>State</dt>
          <dd>{stateOf(transmission)}</dd>
          {state === 'failed' && reason !== undefined ? (
            <>
              <dt>Why</dt>
              <dd>
                {failureWords(reason).plain} {failureWords(reason).cure}
              </dd>
            </>
          ) : null}
          <dt>Tracking ID</dt>
          <dd>{transmission.id}</dd>
          <dt>Sent by</dt>
          <dd>{transmission.userId ?? 'Not known'}</dd>
          <dt>Size</dt>
          <dd>{printSize(transmission.sizeBytes)}</dd>
          <dt>Received</dt>
          <dd>
            {receivedAtMs === undefined ? 'Not yet' : <Moment atMs={receivedAtMs} settings={settings} />}
          </dd>
          <dt>Answered</dt>
          <dd>
            {answeredAtMs === undefined ? 'Not yet' : <Moment atMs={answeredAtMs} settings={settings} />}
          </dd>
          <dt>Attempts</dt>
          <dd>{transmission.attempts}</dd>
        </dl>
      </div>
    </section>
  );
}

function Rules(props: { readonly rules: readonly RuleCount[] }) {
  if (props.rules.length === 0) return null;
  return (
    <section class="cg-panel" aria-labelledby="rules">
      <h2 class="cg-panel__heading" id="rules">
        FINDINGS BY RULE
      </h2>
      <div class="cg-panel__body">
        <table class="usa-table usa-table--borderless cg-table">
          <caption>How often each rule was broken</caption>
          <thead>
            <tr>
              <th scope="col">Rule</th>
              <th scope="col">Severity</th>
              <th scope="col">Findings</th>
            </tr>
          </thead>
          <tbody>
            {props.rules.map(({ ruleId, severity, count }) => (
              <tr>
                <th scope="row">{ruleId}</th>
                <td>{severity}</td>
                <td>{count.toLocaleString('en-US')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Opening(props: AdministeredProps) {
  const { opening, transmission, viewer, settings } = props;
  return (
    <section class="cg-panel" aria-labelledby="content">
      <h2 class="cg-panel__heading" id="content">
        CONTENT
      </h2>
      <div class="cg-panel__body">
        {opening !== undefined ? (
          <>
            <p>
              You opened it until <Moment atMs={opening.untilMs} settings={settings} />. The reason you gave:{' '}
              {opening.reason}
            </p>
            <p>
              <a class="usa-button" href={pathOfContent(transmission.id)}>
                See the content
              </a>
            </p>
          </>
        ) : (
          <form method="post" action={pathOfAdministered(transmission.id)} class="cg-form">
            <FormToken token={viewer.session.csrfToken} />
            <p>
              What is in the file tells of patients. To see it, say why. The reason, your name and every look
              are recorded, and the trading partner’s office is told by mail.
            </p>
            <LongTextField
              id="reason"
              label="Why you must see it"
              hint="A sentence, such as: the partner asked on the phone why claim 123 was rejected."
              errors={props.errors}
              value={props.reason}
            />
            <fieldset class="usa-fieldset">
              <legend class="usa-legend">For how long</legend>
              {openingMinutes.map((minutes, index) => (
                <div class="usa-radio">
                  <input
                    class="usa-radio__input"
                    type="radio"
                    name="minutes"
                    id={`minutes-${minutes}`}
                    value={minutes}
                    checked={index === 0}
                  />
                  <label class="usa-radio__label" for={`minutes-${minutes}`}>
                    {minutes} minutes
                  </label>
                </div>
              ))}
            </fieldset>
            <button class="usa-button" type="submit">
              Open the content
            </button>
          </form>
        )}
      </div>
    </section>
  );
}

function Records(props: {
  readonly records: readonly StoredAuditRecord[];
  readonly settings: PortalSettings;
}) {
  return (
    <section class="cg-panel" aria-labelledby="records">
      <h2 class="cg-panel__heading" id="records">
        WHAT HAPPENED
      </h2>
      <div class="cg-panel__body">
        <ol class="cg-timeline">
          {props.records.map((record) => (
            <li>
              <strong>{record.action}</strong> by {record.actor},{' '}
              <Moment atMs={record.atMs} settings={props.settings} />
            </li>
          ))}
        </ol>
      </div>
    </section>
  );
}

export function ContentPage(props: {
  readonly settings: PortalSettings;
  readonly viewer: Viewer;
  readonly transmission: Transmission;
  readonly opening: ContentOpening;
  /** Undefined where it cannot be shown. */
  readonly text: string | undefined;
  readonly why: string;
}) {
  const { settings, viewer, transmission, opening, text } = props;
  return (
    <Layout
      settings={settings}
      viewer={viewer}
      path={paths.administered}
      title="Content of a transmission"
      trail={[...trail, { text: 'Transmission', path: paths.administered.replace(':id', transmission.id) }]}
    >
      <p class="usa-intro cg-name">{transmission.name}</p>
      <p>
        Open until <Moment atMs={opening.untilMs} settings={settings} />. This look is recorded.
      </p>
      {text === undefined ? (
        <p>{props.why}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1).
        <pre class="cg-code cg-content" tabIndex={0}>
          {text}
        </pre>
      )}
    </Layout>
  );
}
