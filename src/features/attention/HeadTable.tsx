// The grid of heads as a table: where each head looks most and how spread it is, sorted by any of the numbers.
import { useMemo, useState } from 'react';
import { formatBits, formatProbability } from '../../lib/format.ts';
import { useModel } from '../../stores/react.ts';
import { Pager } from '../../ui/controls/Pager.tsx';
import { TokenText } from '../../ui/controls/TokenText.tsx';
import { blockAround } from '../../ui/heatmap/heatLayout.ts';
import { isGrouped, keyHeadOf } from '../shared/modelWords.ts';
import { textOfBytes } from '../shared/tokenFace.ts';
import { type HeadOrder, sortedHeads } from './heads.ts';
import { entropyOf, measureOf, mostRead } from './measures.ts';
import { sameChoice, weightsOf } from './row.ts';
import styles from './Tables.module.css';
import type { AttentionRow } from './types.ts';
import { useAttention, useAttentionStore } from './useAttention.ts';
import { useTokensOf } from './useTokensOf.ts';

const MOST_ROWS = 36;

const COLUMNS = [
  { order: 'max', label: 'weight' },
  { order: 'entropy', label: 'entropy' },
  { order: 'first', label: 'first' },
  { order: 'previous', label: 'previous' },
  { order: 'self', label: 'itself' },
] as const satisfies readonly { order: HeadOrder; label: string }[];

interface SortProps {
  order: HeadOrder;
  label: string;
  now: HeadOrder;
  onSort: (order: HeadOrder) => void;
}

function Sort({ order, label, now, onSort }: SortProps) {
  const up = order === 'layer' || order === 'entropy';
  return (
    <th scope="col" aria-sort={order === now ? (up ? 'ascending' : 'descending') : 'none'}>
      <button type="button" className={styles.sort} onClick={() => onSort(order)}>
        {label}
      </button>
    </th>
  );
}

export function HeadTable({ row }: { row: AttentionRow }) {
  const attention = useAttentionStore();
  const tokens = useTokensOf(row.ids);
  const choice = useAttention(s => s.choice);
  const [order, setOrder] = useState<HeadOrder>('layer');
  const [paged, setPaged] = useState(0);
  const dims = useModel(s => (s.load.status === 'ready' ? s.load.model.dims : null));
  const grouped = dims !== null && isGrouped(dims);
  const heads = useMemo(() => sortedHeads(row, order), [row, order]);
  const block = blockAround(Math.min(paged, heads.length - 1), heads.length, MOST_ROWS);
  const sort = (next: HeadOrder): void => {
    setOrder(next);
    setPaged(0);
  };
  return (
    <div className={styles.section}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a pane that scrolls is reached by keyboard. */}
      <section className={styles.pane} aria-label="Heads, table" tabIndex={0}>
        <table className={styles.table}>
          <caption className="visually-hidden">What each head reads at position {row.position}</caption>
          <thead>
            <tr>
              <Sort order="layer" label="layer, head" now={order} onSort={sort} />
              {grouped && <th scope="col">key head</th>}
              <th scope="col">reads most</th>
              <th scope="col">position</th>
              {COLUMNS.map(column => (
                <Sort key={column.order} {...column} now={order} onSort={sort} />
              ))}
            </tr>
          </thead>
          <tbody>
            {heads.slice(block.from, block.to).map(head => {
              const weights = weightsOf(row, head);
              const most = mostRead(weights);
              const token = tokens[most];
              return (
                <tr key={`${head.layer} ${head.head}`} aria-current={sameChoice(head, choice) || undefined}>
                  <th scope="row">
                    <button
                      type="button"
                      className={styles.token}
                      aria-label={`Choose layer ${head.layer}, head ${head.head}`}
                      onClick={() => attention.getState().choose(head)}
                    >
                      L{head.layer} H{head.head}
                    </button>
                  </th>
                  {grouped && dims && <td className="num">{keyHeadOf(dims, head.head ?? 0)}</td>}
                  <td>
                    {token && <TokenText text={textOfBytes(token.bytes)} bytes={token.bytes} special={token.special} />}
                  </td>
                  <td className="num">{most}</td>
                  <td className="num" title={String(weights[most])}>
                    {formatProbability(weights[most] ?? 0)}
                  </td>
                  <td className="num" title={`${entropyOf(weights) / Math.LN2} bits`}>
                    {formatBits(entropyOf(weights))}
                  </td>
                  {(['first', 'previous', 'self'] as const).map(measure => (
                    <td key={measure} className="num" title={String(measureOf(weights, measure))}>
                      {formatProbability(measureOf(weights, measure))}
                    </td>
                  ))}
                </tr>
              );
            })}
          </tbody>
        </table>
      </section>
      <Pager name="head" block={block} count={heads.length} onPage={setPaged} />
    </div>
  );
}
