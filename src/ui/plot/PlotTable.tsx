// The numbers of a plot as a table: a window over as many rows as there are points, since a thousand of them would be too much of a page.
import { type ReactNode, useLayoutEffect, useRef, useState } from 'react';
import { rowsInView } from '../controls/rowWindow.ts';
import type { PlotLine, PlotX, PlotY } from './lines.ts';
import styles from './PlotTable.module.css';

interface PlotTableProps {
  label: string;
  lines: readonly PlotLine[];
  x: PlotX;
  y: PlotY;
  marked: number | null;
  onSelect: ((point: number) => void) | undefined;
  pointFace: ((point: number) => ReactNode) | undefined;
  name: (point: number) => string;
}

/** px; the same in the style. */
const HEAD = 26;

function rowHeight(): number {
  return matchMedia('(pointer: coarse), (max-width: 760px)').matches ? 44 : 24;
}

export function PlotTable({ label, lines, x, y, marked, onSelect, pointFace, name }: PlotTableProps) {
  const pane = useRef<HTMLElement>(null);
  const [scroll, setScroll] = useState({ top: 0, height: 240 });
  const height = rowHeight();
  useLayoutEffect(() => {
    if (!pane.current) return;
    const { current } = pane;
    if (marked !== null) current.scrollTop = Math.max(0, (marked - 3) * height);
    setScroll({ top: current.scrollTop, height: current.clientHeight });
  }, [marked, height]);
  const { from, to } = rowsInView(scroll.top, scroll.height, height, x.count);
  const points = Array.from({ length: to - from }, (_, i) => from + i);
  return (
    <section
      ref={pane}
      className={styles.pane}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a pane that scrolls is reached by keys.
      tabIndex={0}
      aria-label={`${label}, table`}
      onScroll={event => setScroll({ top: event.currentTarget.scrollTop, height: event.currentTarget.clientHeight })}
    >
      <div style={{ height: x.count * height + HEAD, paddingTop: from * height }}>
        <table className={styles.table} aria-rowcount={x.count + 1} aria-label={label}>
          <thead>
            <tr aria-rowindex={1}>
              <th scope="col">{x.label}</th>
              {lines.map(line => (
                <th key={line.key} scope="col">
                  {line.face ?? line.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {points.map(point => (
              <tr
                key={point}
                aria-rowindex={point + 2}
                aria-current={point === marked || undefined}
                style={{ height }}
                data-point={point}
              >
                <th scope="row">
                  {onSelect ? (
                    <button type="button" aria-label={`Select ${name(point)}`} onClick={() => onSelect(point)}>
                      {pointFace?.(point) ?? name(point)}
                    </button>
                  ) : (
                    (pointFace?.(point) ?? name(point))
                  )}
                </th>
                {lines.map(line => {
                  const value = line.values[point] ?? Number.NaN;
                  return (
                    <td key={line.key} className="num" title={Number.isNaN(value) ? undefined : String(value)}>
                      {y.format(value)}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
