// The arithmetic of a line plot: scales, round ticks, paths, the point nearest to a pointer. Lengths in px; pure.

export type ScaleKind = 'linear' | 'log';

/** From values to px: `from` lies at 0, `to` at `length`; what lies outside is drawn at the border. */
export interface Scale {
  readonly kind: ScaleKind;
  readonly from: number;
  readonly to: number;
  readonly length: number;
}

export function place(scale: Scale, value: number): number {
  const { kind, from, to, length } = scale;
  const [low, high, at] = kind === 'log' ? [Math.log(from), Math.log(to), Math.log(value)] : [from, to, value];
  // The logarithm of 0 lies infinitely low, and is drawn at the border too.
  const share = high === low ? 0.5 : (at - low) / (high - low);
  return Math.min(1, Math.max(0, share)) * length;
}

/** The smallest and largest finite value; on a log scale of those above 0. Null where there is none. */
export function extentOf(lines: readonly ArrayLike<number>[], kind: ScaleKind): { from: number; to: number } | null {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const values of lines) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i] ?? Number.NaN;
      if (!Number.isFinite(value) || (kind === 'log' && value <= 0)) continue;
      if (value < from) from = value;
      if (value > to) to = value;
    }
  }
  return from <= to ? { from, to } : null;
}

/** The least of 1, 2, 5, 10, 20 ... (times any power of ten) that is not below `least`. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const digit = [1, 2, 5, 10].find(each => each * power >= least * (1 - 1e-9)) ?? 10;
  return digit * power;
}

/** Round values within [from, to], at most `most` of them; `least` is the smallest step between two (1 for counts). */
export function linearTicks(from: number, to: number, most: number, least = 0): number[] {
  if (!(to > from)) return [from];
  const step = roundStep(Math.max(least, (to - from) / Math.max(1, most - 1)));
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => Number(((first + i) * step).toPrecision(15)));
}

/** Powers of ten within [from, to], at most about `most` of them; the highest is always there. */
export function logTicks(from: number, to: number, most: number): number[] {
  const low = Math.ceil(Math.log10(from) - 1e-9);
  const high = Math.floor(Math.log10(to) + 1e-9);
  const step = Math.max(1, Math.ceil((high - low) / Math.max(1, most - 1)));
  const ticks: number[] = [];
  for (let power = high; power >= low; power -= step) ticks.unshift(Number(`1e${power}`));
  return ticks;
}

/** Round borders around an extent: whole decades on a log scale, 0 to a round value above on a linear one. */
export function roundDomain(
  extent: { from: number; to: number } | null,
  kind: ScaleKind,
): { from: number; to: number } {
  if (kind === 'log') {
    if (extent === null) return { from: 1, to: 10 };
    const from = 10 ** Math.floor(Math.log10(extent.from) + 1e-9);
    return { from, to: Math.max(from * 10, 10 ** Math.ceil(Math.log10(extent.to) - 1e-9)) };
  }
  if (extent === null) return { from: 0, to: 1 };
  const from = Math.min(0, extent.from);
  const to = Math.max(extent.to, from + 1e-12);
  const step = roundStep((to - from) / 4);
  return { from: Math.floor(from / step + 1e-9) * step, to: Math.ceil(to / step - 1e-9) * step };
}

/** Where a line is drawn: `xs` gives the x of each value (default: its index). */
export function pathOf(values: ArrayLike<number>, xs: ArrayLike<number> | null, x: Scale, y: Scale): string {
  let path = '';
  let open = false;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? Number.NaN;
    if (Number.isNaN(value)) {
      open = false;
      continue;
    }
    const at = `${place(x, xs?.[i] ?? i).toFixed(1)} ${(y.length - place(y, value)).toFixed(1)}`;
    // A point between two gaps is a line without length, which round caps make a dot.
    path += open ? `L${at}` : `M${at}h0`;
    open = true;
  }
  return path;
}

/** The index in ascending `xs` (default: 0 to count - 1) whose x is nearest to `px`; -1 of none. */
export function nearestIndex(px: number, x: Scale, count: number, xs: ArrayLike<number> | null): number {
  let best = -1;
  let distance = Number.POSITIVE_INFINITY;
  if (xs === null) {
    const value = x.from + (px / Math.max(1, x.length)) * (x.to - x.from);
    return count === 0 ? -1 : Math.min(count - 1, Math.max(0, Math.round(value)));
  }
  for (let i = 0; i < count; i++) {
    const gap = Math.abs(place(x, xs[i] ?? 0) - px);
    if (gap < distance) [best, distance] = [i, gap];
  }
  return best;
}

/** The index a key leads to from `at` among `count`; null for other keys. */
export function stepPoint(key: string, at: number, count: number): number | null {
  const within = (to: number): number => Math.min(count - 1, Math.max(0, to));
  switch (key) {
    case 'ArrowRight':
    case 'ArrowUp':
      return within(at + 1);
    case 'ArrowLeft':
    case 'ArrowDown':
      return within(at - 1);
    case 'PageUp':
      return within(at + 10);
    case 'PageDown':
      return within(at - 10);
    case 'Home':
      return 0;
    case 'End':
      return within(count - 1);
    default:
      return null;
  }
}
