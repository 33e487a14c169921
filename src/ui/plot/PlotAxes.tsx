// The axes of a line plot: round ticks, the name with its unit above, the count below.

import styles from './LinePlot.module.css';
import type { PlotX, PlotY } from './lines.ts';
import { linearTicks, logTicks, place, type Scale } from './plot.ts';

/** px around the lines. */
export const MARGIN = { left: 46, right: 10, top: 20, bottom: 20 } as const;

export function PlotAxes({ x, y, xScale, yScale }: { x: PlotX; y: PlotY; xScale: Scale; yScale: Scale }) {
  const words = y.tick ?? y.format;
  const yTicks = yScale.kind === 'log' ? logTicks(yScale.from, yScale.to, 5) : linearTicks(yScale.from, yScale.to, 5);
  const xTicks = linearTicks(xScale.from, xScale.to, Math.max(2, Math.floor(xScale.length / 70)), 1);
  return (
    <g className={styles.axes}>
      <text className={styles.name} x={-MARGIN.left + 2} y={-9}>
        {y.label}
      </text>
      {yTicks.map(value => (
        <g key={value} transform={`translate(0 ${yScale.length - place(yScale, value)})`}>
          <line x2={xScale.length} />
          <text x={-6} dy="0.35em" textAnchor="end">
            {words(value)}
          </text>
        </g>
      ))}
      {xTicks.map(value => {
        const at = place(xScale, value);
        // The name of the axis stands at its end.
        return at > xScale.length - 64 && value !== xTicks[0] ? null : (
          <text key={value} x={at} y={yScale.length + 14} textAnchor={at < 8 ? 'start' : 'middle'}>
            {value}
          </text>
        );
      })}
      <text className={styles.name} x={xScale.length} y={yScale.length + 14} textAnchor="end">
        {x.label}
      </text>
    </g>
  );
}
