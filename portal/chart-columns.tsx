// A chart of stacked columns over time: drawn on the server as SVG, so that it needs no script, prints, and stands
// beside a table of the same numbers for whoever does not see it. Colours and widths are attributes or classes: the
// content security policy allows no styles in the page.

import { scaleBand, scaleLinear } from 'd3-scale';
import { stack } from 'd3-shape';
import { ChartFrame, type Series } from './chart-frame.tsx';

export interface Slot {
  /** Where it begins, as it is read under the column. */
  readonly label: string;
  /** By the key of the series. */
  readonly counts: Readonly<Record<string, number>>;
}

export interface ColumnsProps {
  readonly id: string;
  readonly title: string;
  /** What the chart shows, in a sentence with its most important number. */
  readonly says: string;
  readonly series: readonly Series[];
  /** In the order of time. */
  readonly slots: readonly Slot[];
  /** What a slot is: `Hour`, `Day`. */
  readonly slotWord: string;
}

const size = { width: 720, height: 240 };
const margin = { top: 12, right: 8, bottom: 28, left: 48 };
/** Labels below the columns that fit beside each other. */
const labelsMax = 8;
const ticks = 4;

export function Columns(props: ColumnsProps) {
  const { slots, series } = props;
  const rows = slots.map(({ label, counts }) => ({
    label,
    values: series.map(({ key }) => counts[key] ?? 0),
  }));
  return (
    <ChartFrame {...props} slotWord={props.slotWord} rows={rows} width={size.width} height={size.height}>
      <Drawing {...props} />
    </ChartFrame>
  );
}

function Drawing({ slots, series }: ColumnsProps) {
  const total = ({ counts }: Slot) => series.reduce((sum, { key }) => sum + (counts[key] ?? 0), 0);
  const most = Math.max(1, ...slots.map(total));
  const y = scaleLinear()
    .domain([0, most])
    .nice(ticks)
    .range([size.height - margin.bottom, margin.top]);
  const x = scaleBand<number>()
    .domain(slots.map((_, index) => index))
    .range([margin.left, size.width - margin.right])
    .paddingInner(0.2);
  const layers = stack<Slot, string>()
    .keys(series.map(({ key }) => key))
    .value(({ counts }, key) => counts[key] ?? 0)([...slots]);
  const every = Math.max(1, Math.ceil(slots.length / labelsMax));
  const wholeTicks = y.ticks(ticks).filter(Number.isInteger);
  return (
    <>
      {wholeTicks.map((tick) => (
        <g class="cg-chart__grid">
          <line x1={margin.left} x2={size.width - margin.right} y1={y(tick)} y2={y(tick)} />
          <text x={margin.left - 6} y={y(tick)} dy="0.32em" text-anchor="end">
            {tick.toLocaleString('en-US')}
          </text>
        </g>
      ))}
      {layers.map((layer, at) => (
        <g class={`cg-chart__${series[at]?.look ?? 'none'}`}>
          {layer.map(([from, to], index) =>
            to > from ? (
              <rect x={x(index)} y={y(to)} width={x.bandwidth()} height={Math.max(0.5, y(from) - y(to))} />
            ) : null,
          )}
        </g>
      ))}
      {slots.map(({ label }, index) =>
        index % every === 0 ? (
          <text
            class="cg-chart__label"
            x={(x(index) ?? 0) + x.bandwidth() / 2}
            y={size.height - margin.bottom + 18}
            text-anchor={index === 0 ? 'start' : 'middle'}
          >
            {label}
          </text>
        ) : null,
      )}
    </>
  );
}
