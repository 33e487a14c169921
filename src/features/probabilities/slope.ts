// The slope picture as numbers: for each candidate a line over the stages, and labels at both ends that do not lie over each other.
import { mostOf } from '../../lib/most.ts';
import type { Distribution } from '../../sampling/pipeline.ts';
import type { StepName } from '../../sampling/steps.ts';
import { traceOf } from '../../sampling/trace.ts';

interface SlopePoint {
  readonly x: number;
  readonly y: number;
  readonly p: number;
}

export interface SlopeLine {
  readonly id: number;
  /** Over the stages where it is kept. */
  readonly points: readonly SlopePoint[];
  /** Where it falls to nothing: the stage that cut it; null for one that is kept. */
  readonly cutAt: SlopePoint | null;
  /** Middle of its label on the left, and on the right; null without one. */
  readonly leftY: number | null;
  readonly rightY: number | null;
}

export interface Slope {
  readonly lines: readonly SlopeLine[];
  /** Of the stages, the first before sampling. */
  readonly xs: readonly number[];
  /** The probability at the upper edge. */
  readonly top: number;
}

export interface SlopeBox {
  /** px. */
  readonly width: number;
  readonly height: number;
  /** Room for labels on either side. */
  readonly margin: number;
  /** Height of a label. */
  readonly label: number;
}

/** Moves the middles of labels apart to at least `gap`, inside [low, high], each as near to its wish as the order allows. */
export function spread(wishes: readonly number[], gap: number, low: number, high: number): number[] {
  const order = wishes.map((wish, i) => ({ wish, i })).sort((a, b) => a.wish - b.wish || a.i - b.i);
  const placed = new Array<number>(wishes.length).fill(low);
  let least = low;
  for (const { wish, i } of order) {
    placed[i] = Math.max(least, Math.min(high, wish));
    least = placed[i] + gap;
  }
  let most = high;
  for (const { i } of order.toReversed()) {
    placed[i] = Math.min(most, placed[i] ?? low);
    most = placed[i] - gap;
  }
  return placed;
}

/** Probabilities upward from 0 to the largest of any stage. */
export function slopeOf(
  distribution: Distribution,
  ids: readonly number[],
  steps: readonly StepName[],
  { width, height, margin, label }: SlopeBox,
): Slope {
  const traces = ids.map(id => traceOf(distribution, id, steps));
  const top = mostOf(
    traces.flatMap(trace => trace.map(point => point.p)),
    Number.MIN_VALUE,
  );
  const inner = Math.max(0, width - 2 * margin);
  const xs = [null, ...steps].map((_, i) => margin + (steps.length === 0 ? 0 : (inner * i) / steps.length));
  const pad = label / 2;
  const yOf = (p: number): number => height - pad - (p / top) * (height - 2 * pad);
  const lines = ids.map((id, i) => {
    const trace = traces[i] ?? [];
    const points = trace.flatMap(({ fate, p }, at) => (fate === 'kept' ? [{ x: xs[at] ?? 0, y: yOf(p), p }] : []));
    const cut = trace.findIndex(({ fate }) => fate === 'cut');
    return { id, points, cutAt: cut < 0 ? null : { x: xs[cut] ?? 0, y: yOf(0), p: 0 } };
  });
  const first = lines.map(({ points }) => points[0]?.y ?? yOf(0));
  const left = spread(first, label, pad, height - pad);
  const kept = lines.filter(line => line.cutAt === null && line.points.length > 0);
  const last = spread(
    kept.map(({ points }) => points.at(-1)?.y ?? yOf(0)),
    label,
    pad,
    height - pad,
  );
  return {
    lines: lines.map((line, i) => {
      const at = kept.indexOf(line);
      return { ...line, leftY: left[i] ?? null, rightY: at < 0 ? null : (last[at] ?? null) };
    }),
    xs,
    top,
  };
}
