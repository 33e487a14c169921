// Numbers that people type: reading, clamping to a range, snapping to a step.

export interface Range {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

/** `value` on a multiple of `step` and in the range; 12 significant digits, so 0.1 + 0.2 is 0.3. */
export function snap(value: number, { min, max, step }: Range): number {
  const onGrid = Number((Math.round(value / step) * step).toPrecision(12));
  return Math.min(max, Math.max(min, onGrid));
}

/** The number a person typed, a comma read as a point, clamped to the range; undefined when it is none. */
export function readNumber(text: string, range: Range): number | undefined {
  const trimmed = text.trim().replace(',', '.');
  if (trimmed === '') return undefined;
  const value = Number(trimmed);
  if (!Number.isFinite(value)) return undefined;
  const whole = Number.isInteger(range.step) && Number.isInteger(range.min);
  return Math.min(range.max, Math.max(range.min, whole ? Math.round(value) : value));
}

/** Share of the way from `min` to `max`, in [0, 1]. */
export function shareOf(value: number, { min, max }: Range): number {
  return max > min ? Math.min(1, Math.max(0, (value - min) / (max - min))) : 0;
}
