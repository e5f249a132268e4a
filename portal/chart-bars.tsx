// A chart of bars, one below the other, each with its name and its number.

import { scaleLinear } from 'd3-scale';
import { ChartFrame, type ChartLook } from './chart-frame.tsx';

export interface Bar {
  readonly label: string;
  readonly count: number;
  readonly look: ChartLook;
}

export interface BarsProps {
  readonly id: string;
  readonly title: string;
  readonly says: string;
  /** What the bars count: `Answers`. */
  readonly unit: string;
  /** What a bar is: `Time`. */
  readonly slotWord: string;
  readonly bars: readonly Bar[];
}

const width = 720;
const labelWidth = 250;
const numberWidth = 70;
const rowHeight = 28;
const thickness = 18;

export function Bars(props: BarsProps) {
  const { bars, unit } = props;
  const x = scaleLinear()
    .domain([0, Math.max(1, ...bars.map(({ count }) => count))])
    .range([0, width - labelWidth - numberWidth]);
  return (
    <ChartFrame
      id={props.id}
      title={props.title}
      says={props.says}
      slotWord={props.slotWord}
      series={[{ key: 'count', text: unit, look: 'one' }]}
      legend={false}
      rows={bars.map(({ label, count }) => ({ label, values: [count] }))}
      width={width}
      height={bars.length * rowHeight}
    >
      {bars.map(({ label, count, look }, index) => {
        const middle = index * rowHeight + rowHeight / 2;
        return (
          <g class={`cg-chart__${look}`}>
            <text class="cg-chart__label" x={labelWidth - 8} y={middle} dy="0.32em" text-anchor="end">
              {label}
            </text>
            <rect x={labelWidth} y={middle - thickness / 2} width={x(count)} height={thickness} />
            <text class="cg-chart__label" x={labelWidth + x(count) + 6} y={middle} dy="0.32em">
              {count.toLocaleString('en-US')}
            </text>
          </g>
        );
      })}
    </ChartFrame>
  );
}
