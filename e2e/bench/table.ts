// The numbers of the engine as a markdown table: best of the rounds, the median behind it, and the ratio to the first class of kernels.
import type { Cells, EngineNumbers, Timing } from './measure.ts';

type Column = readonly [string, (numbers: EngineNumbers, first: EngineNumbers) => string];

/** `median (best)`; `–` for a cell that was left out. */
export function timingCell(timing: Timing | null | undefined, unit: (ms: number) => number, digits = 1): string {
  if (!timing) return '–';
  return `${unit(timing.median).toFixed(digits)} (${unit(timing.min).toFixed(digits)})`;
}

/** How many times as fast the first one is, by the best rounds. */
function ratio(own: Timing | null | undefined, first: Timing | null | undefined): string {
  return own && first && own !== first ? ` ${(own.min / first.min).toFixed(1)}x` : '';
}

/** One line a model and class of kernels. Times are medians, the best round in brackets; `2.0x` says how many times as long as the first class. */
export function engineTable(rows: readonly EngineNumbers[]): string {
  const lengths = keysOf(rows.map(row => row.prefill));
  const positions = keysOf(rows.map(row => row.decode));
  const columns: Column[] = [
    ['model', row => row.model],
    ['kernels', row => row.kernels],
    ...lengths.map(
      (T): Column => [
        `prefill ${T}, tokens/s`,
        (row, first) => timingCell(row.prefill[T], ms => (T / ms) * 1000, 0) + ratio(row.prefill[T], first.prefill[T]),
      ],
    ),
    ...positions.map(
      (p): Column => [
        `decode at ${p}, ms/token`,
        (row, first) => timingCell(row.decode[p], ms => ms) + ratio(row.decode[p], first.decode[p]),
      ],
    ),
    ['dispatches/token', row => String(row.dispatchesPerToken)],
    ['MB of weights/token', row => (row.weightBytesPerToken / 1e6).toFixed(1)],
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

export function markdown(head: readonly string[], lines: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...lines].map(cells => `| ${cells.join(' | ')} |`).join('\n');
}

function keysOf(cells: readonly Cells[]): number[] {
  return [...new Set(cells.flatMap(one => Object.keys(one).map(Number)))].sort((a, b) => a - b);
}
