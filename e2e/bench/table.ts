// The numbers of the engine as a markdown table: how many times as long as the first row of a model, the median, the best round, and the spread.
import type { AdapterDescription } from '../../src/protocol/events.ts';
import type { Cells, EngineNumbers } from './measure.ts';
import { ratioOf, type Timing } from './timing.ts';

type Column = readonly [string, (numbers: EngineNumbers, first: EngineNumbers) => string];

/** `median (best)`, whole numbers with one digit more while they are small; `–` for a cell that was left out. */
export function timingCell(timing: Timing | null | undefined, unit: (ms: number) => number, digits = 1): string {
  if (!timing) return '–';
  const written = (value: number): string => value.toFixed(value < 10 ? Math.max(digits, 1) : digits);
  return `${written(unit(timing.median))} (${written(unit(timing.min))})`;
}

/** `ratio: median (best) ±spread`: the ratio of times to those of `first`, by rounds. */
export function comparedCell(
  own: Timing | null | undefined,
  first: Timing | null | undefined,
  unit: (ms: number) => number = ms => ms,
  digits = 1,
): string {
  if (!own) return '–';
  const ratio = own === first ? null : ratioOf(own, first);
  const spread = own.each.length > 2 ? ` ±${(50 * own.spread).toFixed(0)} %` : '';
  return `${ratio === null ? '' : `**${ratio.toFixed(2)}x** `}${timingCell(own, unit, digits)}${spread}`;
}

/** One line a model, format and class of kernels; ratios are to the first line of the model. */
export function engineTable(rows: readonly EngineNumbers[]): string {
  const per = (
    title: (key: number) => string,
    cells: (row: EngineNumbers) => Cells,
    unit: (key: number) => (ms: number) => number,
    digits = 1,
  ): Column[] =>
    keysOf(rows.map(cells)).map(key => [
      title(key),
      (row, first) => comparedCell(cells(row)[key], cells(first)[key], unit(key), digits),
    ]);
  const columns: Column[] = [
    ['model', row => row.model],
    ['weights', row => row.format],
    ['kernels', row => row.kernels],
    ...per(
      p => `decode at ${p}, ms/token`,
      row => row.decode,
      () => ms => ms,
    ),
    ...per(
      p => `whole row at ${p}, ms`,
      row => row.row,
      () => ms => ms,
    ),
    ...per(
      T => `prefill ${T}, tokens/s`,
      row => row.prefill,
      T => ms => (T / ms) * 1000,
      0,
    ),
    ['load, s: weights + kernels', ({ load }) => `${seconds(load.weights)} + ${seconds(load.kernels)}`],
    ['MB: weights + session', ({ bytes }) => `${megabytes(bytes.weights)} + ${megabytes(bytes.session)}`],
    ['dispatches/token', row => String(row.dispatchesPerToken)],
    ['MB of weights/token', row => megabytes(row.weightBytesPerToken)],
    ['logits', row => row.check],
  ];
  const lines = rows.map(row => {
    const first = rows.find(({ model }) => model === row.model) ?? row;
    return columns.map(([, cell]) => cell(row, first));
  });
  return markdown(
    columns.map(([title]) => title),
    lines,
  );
}

/** An adapter in a few words. */
export function adapterWords({ vendor, architecture, description, software }: AdapterDescription): string {
  return `${[vendor, architecture, description].join(' ').trim()}${software ? ' (a CPU)' : ''}`;
}

const seconds = (ms: number): string => (ms / 1000).toFixed(1);
export const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

export function markdown(head: readonly string[], lines: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...lines].map(cells => `| ${cells.join(' | ')} |`).join('\n');
}

function keysOf(cells: readonly Cells[]): number[] {
  return [...new Set(cells.flatMap(one => Object.keys(one).map(Number)))].sort((a, b) => a - b);
}
