// Lines over positions: axes with units, a crosshair that follows pointer and keys, and a table with the same numbers.
import {
  type KeyboardEvent,
  memo,
  type PointerEvent,
  type ReactNode,
  type RefObject,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { cx } from '../controls/cx.ts';
import styles from './LinePlot.module.css';
import { lineProps } from './LineSwatch.tsx';
import type { PlotLine, PlotX, PlotY } from './lines.ts';
import { MARGIN, PlotAxes } from './PlotAxes.tsx';
import { PlotTable } from './PlotTable.tsx';
import { PlotTip, spokenPoint } from './PlotTip.tsx';
import { extentOf, nearestIndex, pathOf, place, roundDomain, type Scale, stepPoint } from './plot.ts';
import { TableToggle } from './TableToggle.tsx';

interface LinePlotProps {
  /** Accessible name of the picture and its table. */
  label: string;
  lines: readonly PlotLine[];
  x: PlotX;
  y: PlotY;
  /** A point that stays marked: the selected token. */
  marked?: number | null;
  /** A click, or Enter at the crosshair. */
  onSelect?: (point: number) => void;
  /** A point in words: `position 12, fox`. */
  pointName?: (point: number) => string;
  /** Stands at the head of the tip and of the table's row, when it is more than words. */
  pointFace?: (point: number) => ReactNode;
  /** More facts of a point, below its values in the tip. */
  tip?: (point: number) => ReactNode;
  /** px */
  height?: number;
  /** Stands beside the button of the table: a legend, a choice of scale. */
  aside?: ReactNode;
}

/** Width of an element as it is laid out, in px; 0 before that. */
function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const found = element.current;
    if (!found) return;
    const measure = () => setWidth(found.clientWidth);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(found);
    return () => observer.disconnect();
  }, [element]);
  return width;
}

function useScales(lines: readonly PlotLine[], x: PlotX, y: PlotY, width: number, height: number) {
  return useMemo(() => {
    const found = roundDomain(
      extentOf(
        lines.map(line => line.values),
        y.scale,
      ),
      y.scale,
    );
    const last = Math.max(0, x.count - 1);
    const xScale: Scale = {
      kind: 'linear',
      from: x.values?.[0] ?? 0,
      to: x.values?.[last] ?? last,
      length: Math.max(1, width - MARGIN.left - MARGIN.right),
    };
    const yScale: Scale = {
      kind: y.scale,
      from: y.from ?? found.from,
      to: y.to ?? found.to,
      length: height - MARGIN.top - MARGIN.bottom,
    };
    return { xScale, yScale };
  }, [lines, x.count, x.values, y.scale, y.from, y.to, width, height]);
}

/** A line is drawn anew only when its values or the scales change. */
const Path = memo(function Path({ line, xs, x, y }: { line: PlotLine; xs: PlotX['values']; x: Scale; y: Scale }) {
  return <path className={styles.line} d={pathOf(line.values, xs ?? null, x, y)} {...lineProps(line.look)} />;
});

export function LinePlot(props: LinePlotProps) {
  const { label, lines, x, y, marked = null, onSelect, pointName, pointFace, tip, height = 170, aside } = props;
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const { xScale, yScale } = useScales(lines, x, y, width, height);
  /** Where the crosshair is; null when it is nowhere. */
  const [point, setPoint] = useState<number | null>(null);
  const [table, setTable] = useState(false);
  const last = x.count - 1;
  const shown = point === null || last < 0 ? null : Math.min(point, last);
  const current = shown ?? Math.min(Math.max(0, marked ?? 0), Math.max(0, last));
  const xAt = (index: number) => place(xScale, x.values?.[index] ?? index);
  const name = pointName ?? ((index: number) => `${x.label} ${x.values?.[index] ?? index}`);

  const follow = (event: PointerEvent<HTMLDivElement>) => {
    const left = event.currentTarget.getBoundingClientRect().left + MARGIN.left;
    const found = nearestIndex(event.clientX - left, xScale, x.count, x.values ?? null);
    setPoint(found < 0 ? null : found);
    return found;
  };
  const walk = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.ctrlKey || event.metaKey || event.altKey || last < 0) return;
    if ((event.key === 'Enter' || event.key === ' ') && onSelect) {
      event.preventDefault();
      onSelect(current);
      return;
    }
    const next = stepPoint(event.key, current, x.count);
    if (next === null) return;
    event.preventDefault();
    setPoint(next);
  };
  return (
    <div className={styles.plot}>
      <div
        ref={frame}
        className={cx(styles.frame, onSelect && styles.selects)}
        style={{ height }}
        role="slider"
        tabIndex={0}
        aria-label={label}
        aria-orientation="horizontal"
        aria-valuemin={0}
        aria-valuemax={Math.max(0, last)}
        aria-valuenow={current}
        aria-valuetext={last < 0 ? 'empty' : spokenPoint(name(current), lines, y, current)}
        onPointerMove={follow}
        onPointerDown={follow}
        onPointerLeave={event => {
          if (event.pointerType === 'mouse') setPoint(null);
        }}
        onClick={event => {
          const left = event.currentTarget.getBoundingClientRect().left + MARGIN.left;
          const found = nearestIndex(event.clientX - left, xScale, x.count, x.values ?? null);
          if (found >= 0) onSelect?.(found);
        }}
        onFocus={event => {
          if (event.currentTarget.matches(':focus-visible')) setPoint(current);
        }}
        onBlur={() => setPoint(null)}
        onKeyDown={walk}
      >
        {width > 0 && (
          <svg width={width} height={height} aria-hidden="true" focusable="false">
            <g transform={`translate(${MARGIN.left} ${MARGIN.top})`}>
              <PlotAxes x={x} y={y} xScale={xScale} yScale={yScale} />
              {marked !== null && marked >= 0 && marked <= last && (
                <line className={styles.marked} x1={xAt(marked)} x2={xAt(marked)} y1={-4} y2={yScale.length} />
              )}
              {lines.map(line => (
                <Path key={line.key} line={line} xs={x.values} x={xScale} y={yScale} />
              ))}
              {shown !== null && (
                <g className={styles.cross}>
                  <line x1={xAt(shown)} x2={xAt(shown)} y1={0} y2={yScale.length} />
                  {lines.map(line => {
                    const value = line.values[shown] ?? Number.NaN;
                    return Number.isNaN(value) ? null : (
                      <circle
                        key={line.key}
                        cx={xAt(shown)}
                        cy={yScale.length - place(yScale, value)}
                        r={3.5}
                        stroke={lineProps(line.look).stroke}
                      />
                    );
                  })}
                </g>
              )}
            </g>
          </svg>
        )}
        {shown !== null && (
          <PlotTip
            {...{ lines, y, tip, pointFace, width }}
            point={shown}
            name={name(shown)}
            at={MARGIN.left + xAt(shown)}
          />
        )}
      </div>
      <div className={styles.foot}>
        {aside}
        <TableToggle open={table} onChange={setTable} />
      </div>
      {table && <PlotTable {...{ label, lines, x, y, marked, onSelect, pointFace }} name={name} />}
    </div>
  );
}
