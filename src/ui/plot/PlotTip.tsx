// What a line plot says of one point: the tip beside the crosshair, and the same in words.
import type { ReactNode } from 'react';
import styles from './LinePlot.module.css';
import { LineSwatch } from './LineSwatch.tsx';
import type { PlotLine, PlotY } from './lines.ts';

interface TipProps {
  lines: readonly PlotLine[];
  y: PlotY;
  /** What stands at the head in place of the name, and more facts below. */
  pointFace: ((point: number) => ReactNode) | undefined;
  tip: ((point: number) => ReactNode) | undefined;
  point: number;
  name: string;
  /** px from the left of the plot, and its whole width. */
  at: number;
  width: number;
}

export function PlotTip({ lines, y, tip, pointFace, point, name, at, width }: TipProps) {
  const side = at > width / 2 ? { right: width - at + 10 } : { left: at + 10 };
  return (
    <div className={styles.tip} style={side} aria-hidden="true">
      <div className={styles.tipHead}>{pointFace?.(point) ?? name}</div>
      <ul>
        {lines.map(line => {
          const value = line.values[point] ?? Number.NaN;
          return (
            <li key={line.key}>
              <LineSwatch look={line.look} />
              <span className={styles.tipName}>{line.face ?? line.name}</span>
              <span className="num">{y.format(value)}</span>
            </li>
          );
        })}
      </ul>
      {tip?.(point)}
    </div>
  );
}

/** What is said of a point: its name and the value of every line. */
export function spokenPoint(name: string, lines: readonly PlotLine[], y: PlotY, point: number): string {
  const values = lines.map(line => `${line.name} ${y.format(line.values[point] ?? Number.NaN)}`);
  return [name, ...values].join('; ');
}
