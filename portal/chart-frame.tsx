// What stands around every chart: its name, what it says in a sentence, its legend, and the table of its numbers.

import type { ComponentChildren } from 'preact';

/** A colour of the style sheet, by what it means. They differ in lightness too, for print and for eyes that need it. */
export type ChartLook = 'one' | 'good' | 'due' | 'part' | 'bad' | 'none';

export interface Series {
  readonly key: string;
  readonly text: string;
  readonly look: ChartLook;
}

export interface ChartRow {
  readonly label: string;
  readonly values: readonly number[];
}

export function ChartFrame(props: {
  readonly id: string;
  readonly title: string;
  readonly says: string;
  readonly slotWord: string;
  readonly series: readonly Series[];
  readonly legend?: boolean;
  readonly rows: readonly ChartRow[];
  readonly width: number;
  readonly height: number;
  readonly children: ComponentChildren;
}) {
  const { id, title, says, series, rows } = props;
  const empty = rows.every(({ values }) => values.every((value) => value === 0));
  return (
    <section class="cg-panel" aria-labelledby={id}>
      <h2 class="cg-panel__heading" id={id}>
        {title.toUpperCase()}
      </h2>
      <div class="cg-panel__body">
        <p>{says}</p>
        {empty ? null : (
          <>
            {props.legend === false ? null : <Legend series={series} />}
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1). */}
            <section class="cg-chart__scroll" tabIndex={0} aria-label={`${title}, chart`}>
              <svg
                class="cg-chart"
                viewBox={`0 0 ${props.width} ${props.height}`}
                role="img"
                aria-label={`${title}. ${says} The table below has the numbers.`}
              >
                {props.children}
              </svg>
            </section>
            <Numbers {...props} />
          </>
        )}
      </div>
    </section>
  );
}

function Legend(props: { readonly series: readonly Series[] }) {
  return (
    <ul class="cg-legend">
      {props.series.map(({ text, look }) => (
        <li>
          <svg class="cg-legend__key" viewBox="0 0 16 16" aria-hidden="true">
            <g class={`cg-chart__${look}`}>
              <rect width="16" height="16" />
            </g>
          </svg>
          {text}
        </li>
      ))}
    </ul>
  );
}

/** Folded, and open in print. Slots in which nothing happened are left out. */
function Numbers(props: {
  readonly title: string;
  readonly slotWord: string;
  readonly series: readonly Series[];
  readonly rows: readonly ChartRow[];
}) {
  const rows = props.rows.filter(({ values }) => values.some((value) => value > 0));
  return (
    <details class="cg-more">
      <summary>
        Numbers<span class="usa-sr-only"> of {props.title}</span>
      </summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1). */}
      <div class="usa-table-container--scrollable" tabIndex={0}>
        <table class="usa-table usa-table--borderless cg-table">
          <caption>{props.title}</caption>
          <thead>
            <tr>
              <th scope="col">{props.slotWord}</th>
              {props.series.map(({ text }) => (
                <th scope="col">{text}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ label, values }) => (
              <tr>
                <th scope="row">{label}</th>
                {values.map((value) => (
                  <td>{value.toLocaleString('en-US')}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
