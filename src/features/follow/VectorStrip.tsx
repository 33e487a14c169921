// Vectors drawn one below the other, a bar for each of their C numbers, on one scale; a crosshair reads them, a table has them all.

import { type KeyboardEvent, type PointerEvent, useMemo, useState } from 'react';
import { formatLogit } from '../../lib/format.ts';
import { mostOf } from '../../lib/most.ts';
import type { PlotLine } from '../../ui/plot/lines.ts';
import { PlotTable } from '../../ui/plot/PlotTable.tsx';
import { stepPoint } from '../../ui/plot/plot.ts';
import { largest } from '../shared/vectors.ts';
import { TableBeside } from './Parts.tsx';
import styles from './VectorStrip.module.css';

export interface StripVector {
  readonly key: string;
  readonly name: string;
  readonly values: ArrayLike<number>;
}

interface VectorStripProps {
  /** Accessible name of the picture and its table. */
  label: string;
  vectors: readonly StripVector[];
  /** One scale for all, so that their sizes can be compared; or the own one of each, where they differ too much for that. */
  scale: 'shared' | 'own';
  /** One channel in words, for what stands below the picture: `0.12 + 0.03 = 0.15`. */
  reading?: (channel: number) => string;
}

/** Units of the drawing; stretched to the width. */
const HEIGHT = 44;

/** A bar from the middle line for each number. */
function barsOf(values: ArrayLike<number>, most: number): string {
  let path = '';
  const middle = HEIGHT / 2;
  for (let c = 0; c < values.length; c++) {
    const size = ((values[c] ?? 0) / (most || 1)) * (middle - 1);
    path += `M${c + 0.5} ${middle}v${(-size).toFixed(2)}`;
  }
  return path;
}

export function VectorStrip({ label, vectors, scale, reading }: VectorStripProps) {
  const [channel, setChannel] = useState<number | null>(null);
  const C = vectors[0]?.values.length ?? 0;
  const tallest = useMemo(() => {
    const own = vectors.map(each => largest([each.values]));
    return scale === 'own' ? own : own.map(() => mostOf(own));
  }, [vectors, scale]);
  const paths = useMemo(() => vectors.map((each, i) => barsOf(each.values, tallest[i] ?? 1)), [vectors, tallest]);
  const current = Math.min(channel ?? 0, C - 1);
  const words =
    reading?.(current) ?? vectors.map(each => `${each.name} ${formatLogit(each.values[current] ?? 0)}`).join(', ');
  const follow = (event: PointerEvent<HTMLDivElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    const at = Math.floor(((event.clientX - left) / Math.max(1, width)) * C);
    setChannel(Math.min(C - 1, Math.max(0, at)));
  };
  const walk = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const next = stepPoint(event.key, current, C);
    if (next === null) return;
    event.preventDefault();
    setChannel(next);
  };
  const lines: PlotLine[] = vectors.map(({ key, name, values }) => ({ key, name, values, look: 'main' }));
  return (
    <div className={styles.strip}>
      <div
        className={styles.pane}
        role="slider"
        tabIndex={0}
        aria-label={label}
        aria-orientation="horizontal"
        aria-valuemin={0}
        aria-valuemax={Math.max(0, C - 1)}
        aria-valuenow={current}
        aria-valuetext={`channel ${current}: ${words}`}
        onPointerMove={follow}
        onPointerDown={follow}
        onKeyDown={walk}
      >
        {vectors.map(({ key, name }, i) => (
          <div key={key} className={styles.vector}>
            <span className={styles.name}>{name}</span>
            <svg viewBox={`0 0 ${C} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
              <path className={styles.zero} d={`M0 ${HEIGHT / 2}H${C}`} />
              <path className={styles.bars} d={paths[i]} />
            </svg>
          </div>
        ))}
        {channel !== null && (
          <span className={styles.cross} style={{ left: `${((current + 0.5) / C) * 100}%` }} aria-hidden="true" />
        )}
      </div>
      <TableBeside
        aside={
          <span className={styles.reading} aria-hidden="true">
            channel {current}: <span className="num">{words}</span>
          </span>
        }
      >
        <PlotTable
          label={label}
          lines={lines}
          x={{ label: 'channel', count: C }}
          y={{ label: 'value', scale: 'linear', format: formatLogit }}
          marked={channel}
          onSelect={undefined}
          pointFace={undefined}
          name={String}
        />
      </TableBeside>
      <p className={styles.scale}>
        A bar for each of the {C} numbers, up for positive.{' '}
        {scale === 'shared'
          ? `The tallest is ${formatLogit(tallest[0] ?? 0)}.`
          : `Each on its own scale, the tallest ${tallest.map(formatLogit).join(', ')}.`}
      </p>
    </div>
  );
}
