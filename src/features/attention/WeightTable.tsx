// The weights of the chosen head as a table: every token it can read, how much of its attention lies there, and their sum.
import { useState } from 'react';
import { formatCount, formatProbability } from '../../lib/format.ts';
import { useStores } from '../../stores/react.ts';
import { Choice } from '../../ui/controls/Choice.tsx';
import { Pager } from '../../ui/controls/Pager.tsx';
import { TokenText } from '../../ui/controls/TokenText.tsx';
import { blockAround } from '../../ui/heatmap/heatLayout.ts';
import { BarScaleSwitch } from '../shared/BarScaleSwitch.tsx';
import { ShareBar } from '../shared/ShareBar.tsx';
import { textOfBytes } from '../shared/tokenFace.ts';
import { choiceName } from '../shared/weightSteps.ts';
import { weightsOf } from './row.ts';
import styles from './Tables.module.css';
import type { AttentionRow } from './types.ts';
import { useAttention } from './useAttention.ts';
import { useTokensOf } from './useTokensOf.ts';

const MOST_ROWS = 24;

const ORDERS = [
  { value: 'weight', label: 'By weight' },
  { value: 'position', label: 'By position' },
] as const;
type Order = (typeof ORDERS)[number]['value'];

const sumOf = (weights: Float32Array, positions: Iterable<number>): number => {
  let sum = 0;
  for (const position of positions) sum += weights[position] ?? 0;
  return sum;
};

function ordered(weights: Float32Array, order: Order): number[] {
  const positions = Array.from(weights.keys());
  return order === 'position' ? positions : positions.toSorted((a, b) => (weights[b] ?? 0) - (weights[a] ?? 0));
}

export function WeightTable({ row }: { row: AttentionRow }) {
  const { document } = useStores();
  const tokens = useTokensOf(row.ids);
  const choice = useAttention(s => s.choice);
  const [order, setOrder] = useState<Order>('weight');
  const [paged, setPaged] = useState(0);
  const weights = weightsOf(row, choice);
  const positions = ordered(weights, order);
  const largest = weights.reduce((most, weight) => Math.max(most, weight), 0);
  const block = blockAround(Math.min(paged, positions.length - 1), positions.length, MOST_ROWS);
  const shown = positions.slice(block.from, block.to);
  const whole = shown.length === positions.length;
  return (
    <section className={styles.section} aria-label="Weights">
      <div className={styles.line}>
        <h3>Weights, {choiceName(choice)}</h3>
        <Choice
          label="Order of the weights"
          value={order}
          options={ORDERS}
          onChange={next => {
            setOrder(next);
            setPaged(0);
          }}
        />
        <BarScaleSwitch />
      </div>
      <table className={styles.table}>
        <caption className="visually-hidden">
          Attention weights of position {row.position}, {choiceName(choice)}
        </caption>
        <thead>
          <tr>
            <th scope="col">token</th>
            <th scope="col">position</th>
            <th scope="col">
              <span className="visually-hidden">bar</span>
            </th>
            <th scope="col">weight</th>
          </tr>
        </thead>
        <tbody>
          {shown.map(position => {
            const token = tokens[position];
            const weight = weights[position] ?? 0;
            return (
              <tr key={position} aria-current={position === row.position || undefined}>
                <th scope="row">
                  <button
                    type="button"
                    className={styles.token}
                    title="Select this token"
                    onClick={() => document.getState().selectToken(position)}
                  >
                    {token && <TokenText text={textOfBytes(token.bytes)} bytes={token.bytes} special={token.special} />}
                  </button>
                </th>
                <td className="num">{position}</td>
                <td className={styles.bar}>
                  <ShareBar share={weight} largest={largest} tone="before" />
                </td>
                <td className="num" title={String(weight)}>
                  {formatProbability(weight)}
                </td>
              </tr>
            );
          })}
        </tbody>
        <tfoot>
          {!whole && (
            <tr>
              <th scope="row" colSpan={3}>
                these {formatCount(shown.length)} of {formatCount(positions.length)} tokens
              </th>
              <td className="num">{formatProbability(sumOf(weights, shown))}</td>
            </tr>
          )}
          <tr>
            <th scope="row" colSpan={3}>
              {positions.length === 1 ? 'the one token it can read' : `all ${formatCount(positions.length)} tokens`}
            </th>
            <td className="num" title={String(sumOf(weights, positions))} data-testid="weight-sum">
              {formatProbability(Number(sumOf(weights, positions).toFixed(5)))}
            </td>
          </tr>
        </tfoot>
      </table>
      <Pager name="token" block={block} count={positions.length} onPage={setPaged} />
    </section>
  );
}
