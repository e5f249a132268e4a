// The dashboard of those who run the gateway: what is in flight, what came of what was sent, how fast it was answered,
// who signs in, and how much room there is.

import { answerTimes } from '../domain/activity.ts';
import type { Depth } from '../storage/queue-depths.ts';
import { Bars } from './chart-bars.tsx';
import { Columns, type Slot } from './chart-columns.tsx';
import type { Series } from './chart-frame.tsx';
import { type DashboardData, type RangeName, ranges } from './dashboard-data.ts';
import { Layout } from './layout.tsx';
import { Moment } from './moment.tsx';
import { pathOfStanding, paths } from './paths.ts';
import type { PortalSettings } from './portal-settings.ts';
import { PrintButton } from './print-button.tsx';
import type { Viewer } from './session.ts';
import { StandingTable } from './standing-page.tsx';
import { printSize } from './transmission-words.ts';

interface DashboardProps {
  readonly settings: PortalSettings;
  readonly viewer: Viewer;
  readonly data: DashboardData;
  readonly nowMs: number;
}

const verdictSeries: readonly Series[] = [
  { key: 'accepted', text: 'Accepted', look: 'good' },
  { key: 'accepted-with-errors', text: 'Accepted with errors', look: 'due' },
  { key: 'partially-accepted', text: 'Partly accepted', look: 'part' },
  { key: 'rejected', text: 'Rejected', look: 'bad' },
  { key: 'quarantined', text: 'Quarantined or failed', look: 'none' },
];
const loginSeries: readonly Series[] = [
  { key: 'accepted', text: 'Accepted', look: 'good' },
  { key: 'refused', text: 'Refused', look: 'bad' },
];

export function DashboardPage(props: DashboardProps) {
  const { settings, viewer, data, nowMs } = props;
  const { slotWord } = ranges[data.range];
  return (
    <Layout settings={settings} viewer={viewer} path={paths.dashboard} title="Dashboard">
      <p>
        As of <Moment atMs={nowMs} settings={settings} />. <PrintButton />
      </p>
      <div class="cg-stack">
        <Now {...props} />
        <InFlight {...props} />
        <RangeLinks range={data.range} />
        <Columns
          id="verdicts"
          title={`Files and verdicts, last ${ranges[data.range].text}`}
          says={verdictSentence(data)}
          series={verdictSeries}
          slots={data.verdicts.map(withFailed)}
          slotWord={slotWord}
        />
        <AnswerTimes data={data} />
        <Rejections {...props} />
        <Columns
          id="sign-ins"
          title={`Sign-ins, last ${ranges[data.range].text}`}
          says={`${number(sumOf(data.logins, 'accepted'))} sign-ins were accepted and ${number(sumOf(data.logins, 'refused'))} refused, over SFTP and in the portal.`}
          series={loginSeries}
          slots={data.logins}
          slotWord={slotWord}
        />
        <Refusals data={data} />
      </div>
    </Layout>
  );
}

const number = (count: number) => count.toLocaleString('en-US');
const sumOf = (slots: readonly Slot[], key: string) =>
  slots.reduce((sum, { counts }) => sum + (counts[key] ?? 0), 0);

function withFailed({ label, counts }: Slot): Slot {
  return {
    label,
    counts: { ...counts, quarantined: (counts['quarantined'] ?? 0) + (counts['failed'] ?? 0) },
  };
}

function verdictSentence({ received, verdicts }: DashboardData): string {
  const answered = verdictSeries.reduce((sum, { key }) => sum + sumOf(verdicts, key), 0);
  const good = sumOf(verdicts, 'accepted') + sumOf(verdicts, 'accepted-with-errors');
  if (answered === 0) return `${number(received)} files were received, and none was answered.`;
  return `${number(received)} files were received and ${number(answered)} answered; ${percent(good, answered)} of those were accepted.`;
}

function percent(part: number, whole: number): string {
  const share = (100 * part) / whole;
  // 99.96 % is not 100.0 %.
  return `${(part === whole ? 100 : Math.min(share, 99.9)).toFixed(part === whole || part === 0 ? 0 : 1)} %`;
}

function Now({ data, nowMs }: DashboardProps) {
  const { queues, disk } = data;
  return (
    <section class="cg-panel" aria-labelledby="now">
      <h2 class="cg-panel__heading" id="now">
        NOW
      </h2>
      <div class="cg-panel__body">
        <ul class="cg-tiles">
          <Tile name="Arriving" depth={queues.arriving} nowMs={nowMs} path={pathOfStanding('arriving')} />
          <Tile
            name="Waiting for an answer"
            depth={queues.unanswered}
            nowMs={nowMs}
            path={pathOfStanding('unanswered')}
          />
          <Tile
            name="Failed"
            depth={queues.failed}
            nowMs={nowMs}
            path={pathOfStanding('failed')}
            bad={true}
          />
          <Tile
            name="In quarantine"
            depth={queues.quarantined}
            nowMs={nowMs}
            path={pathOfStanding('quarantined')}
          />
          <Tile name="Answers on their way out" depth={queues.unpublished} nowMs={nowMs} />
          <Tile name="Due to the back end" depth={queues.unreleased} nowMs={nowMs} />
          <Figure name="SFTP sessions" text={number(queues.sessions)} />
          <Figure name="Bans" text={number(queues.bans)} />
          <Figure
            name="Hooks"
            text={`${number(queues.waitingDeliveries)} waiting`}
            more={`${number(queues.deadDeliveries)} given up`}
            bad={queues.deadDeliveries > 0}
          />
          <Figure
            name="Mails"
            text={`${number(queues.waitingMails)} waiting`}
            more={`${number(queues.deadMails)} given up`}
            bad={queues.deadMails > 0}
          />
          <Figure
            name="Disk"
            text={`${printSize(disk.freeBytes)} free`}
            more={`of ${printSize(disk.sizeBytes)}; uploads need ${printSize(disk.minFreeBytes)}`}
            bad={disk.freeBytes < 2 * disk.minFreeBytes}
          />
          <Figure
            name="Last backup"
            text={queues.lastBackupAtMs === undefined ? 'none' : `${ago(nowMs - queues.lastBackupAtMs)} ago`}
            bad={queues.lastBackupAtMs === undefined}
          />
        </ul>
      </div>
    </section>
  );
}

function Tile(props: {
  readonly name: string;
  readonly depth: Depth;
  readonly nowMs: number;
  readonly path?: string;
  readonly bad?: boolean;
}) {
  const { count, oldestAtMs } = props.depth;
  const more = oldestAtMs === undefined ? '' : `oldest for ${ago(props.nowMs - oldestAtMs)}`;
  return (
    <Figure
      name={props.name}
      text={number(count)}
      more={more}
      bad={props.bad === true && count > 0}
      path={props.path}
    />
  );
}

function Figure(props: {
  readonly name: string;
  readonly text: string;
  readonly more?: string;
  readonly bad?: boolean;
  readonly path?: string | undefined;
}) {
  return (
    <li class={props.bad === true ? 'cg-tile cg-tile--bad' : 'cg-tile'}>
      <span class="cg-tile__name">
        {props.path === undefined ? props.name : <a href={props.path}>{props.name}</a>}
      </span>
      <span class="cg-tile__number">{props.text}</span>
      {props.bad === true ? <span class="cg-tile__more">Needs attention</span> : null}
      {props.more === undefined || props.more === '' ? null : <span class="cg-tile__more">{props.more}</span>}
    </li>
  );
}

function ago(ms: number): string {
  const units = [
    [86_400_000, 'days'],
    [3_600_000, 'hours'],
    [60_000, 'minutes'],
    [1_000, 'seconds'],
  ] as const;
  const [size, unit] = units.find(([size]) => ms >= 2 * size) ?? [1_000, 'seconds'];
  return `${Math.max(0, Math.floor(ms / size))} ${unit}`;
}

function InFlight({ data, settings }: DashboardProps) {
  return (
    <section class="cg-panel" aria-labelledby="in-flight">
      <h2 class="cg-panel__heading" id="in-flight">
        IN FLIGHT
      </h2>
      <div class="cg-panel__body">
        {data.inFlight.length === 0 ? (
          <p>Nothing is arriving, and everything that has arrived is answered.</p>
        ) : (
          <StandingTable caption="Files in flight" found={data.inFlight} settings={settings} />
        )}
      </div>
    </section>
  );
}

function RangeLinks(props: { readonly range: RangeName }) {
  return (
    <nav aria-label="How far back" class="cg-pages">
      {Object.entries(ranges).map(([name, { text }]) => (
        <a
          href={`${paths.dashboard}?range=${name}`}
          aria-current={name === props.range ? 'page' : undefined}
          class={name === props.range ? 'text-bold' : undefined}
        >
          Last {text}
        </a>
      ))}
    </nav>
  );
}

function AnswerTimes({ data }: { readonly data: DashboardData }) {
  const count = (word: string) => data.answerTimes[word] ?? 0;
  const all = answerTimes.reduce((sum, { word }) => sum + count(word), 0);
  const late = count('more');
  const says =
    all === 0
      ? 'No answer was put out in this time.'
      : `${percent(all - late, all)} of ${number(all)} answers stood in outbound within the hour that CAQH CORE allows after receipt; ${number(late)} came later.`;
  return (
    <Bars
      id="answer-times"
      title={`From receipt to answer, last ${ranges[data.range].text}`}
      says={says}
      unit="Answers"
      slotWord="Time"
      bars={answerTimes.map(({ word, text }) => ({
        label: text,
        count: count(word),
        look: word === 'more' ? 'bad' : word === '3600' ? 'due' : 'one',
      }))}
    />
  );
}

function Rejections({ data }: DashboardProps) {
  const rows = data.rejections;
  return (
    <section class="cg-panel" aria-labelledby="rejections">
      <h2 class="cg-panel__heading" id="rejections">
        TOP REJECTION REASONS BY PARTNER
      </h2>
      <div class="cg-panel__body">
        {rows.length === 0 ? (
          <p>Nothing was rejected in this time.</p>
        ) : (
          <table class="usa-table usa-table--borderless usa-table--stacked cg-table">
            <caption>In how many files, last {ranges[data.range].text}</caption>
            <thead>
              <tr>
                <th scope="col">Trading partner</th>
                <th scope="col">Reason</th>
                <th scope="col">Files</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ partnerId, word, count }) => (
                <tr>
                  <th scope="row" data-label="Trading partner">
                    <a href={`${paths.administratorList}?${new URLSearchParams({ partner: partnerId })}`}>
                      {partnerId}
                    </a>
                  </th>
                  <td data-label="Reason">{word}</td>
                  <td data-label="Files">{number(count)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </section>
  );
}

function Refusals({ data }: { readonly data: DashboardData }) {
  if (data.refusals.length === 0) return null;
  const [worst] = data.refusals;
  return (
    <Bars
      id="refusals"
      title="Why sign-ins were refused"
      says={`Most often: ${worst?.word ?? ''}.`}
      unit="Sign-ins"
      slotWord="Door and reason"
      bars={data.refusals.map(({ word, count }) => ({ label: word, count, look: 'bad' }))}
    />
  );
}
