// Where the logits of the whole vocabulary lie: a small histogram with the likeliest token and the one in the text marked.

import { useMemo } from 'react';
import { formatCount, formatLogit } from '../../lib/format.ts';
import { mostOf } from '../../lib/most.ts';
import type { RankedRow } from '../../sampling/row.ts';
import type { DocumentToken } from '../../stores/document/types.ts';
import styles from './LogitHistogram.module.css';
import { TableBeside } from './Parts.tsx';
import step from './Step.module.css';
import { logitBins } from './softmax.ts';

const BINS = 64;
const HEIGHT = 60;
/** Rows of the table: bins are joined for it. */
const TABLE_BINS = 16;

export function LogitHistogram({ row, output }: { row: RankedRow; output: DocumentToken | null }) {
  const { from, to, counts } = useMemo(() => logitBins(row, BINS), [row]);
  const coarse = useMemo(() => logitBins(row, TABLE_BINS), [row]);
  const most = mostOf(counts, 1);
  const path = counts
    .map((count, i) => {
      // A lone token must be seen too.
      const height = count === 0 ? 0 : Math.max(1.5, (count / most) * (HEIGHT - 2));
      return height === 0 ? '' : `M${i} ${HEIGHT}v${-height.toFixed(2)}h0.85v${height.toFixed(2)}z`;
    })
    .join('');
  const share = (logit: number) => `${(100 * (logit - from)) / (to - from)}%`;
  const actual = output ? row.logits[output.id] : undefined;
  const edge = (i: number) => from + (i * (to - from)) / TABLE_BINS;
  return (
    <div className={styles.histogram}>
      <div className={styles.pane} aria-hidden="true">
        <svg viewBox={`0 0 ${BINS} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
          <path className={styles.bars} d={path} />
        </svg>
        {actual !== undefined && Number.isFinite(actual) && (
          <span className={styles.mark} style={{ left: share(actual) }} />
        )}
      </div>
      <div className={styles.ends}>
        <span className="num">{formatLogit(from)}</span>
        <span>
          logits of all {formatCount(row.finite.ids.length)} tokens
          {actual !== undefined && <>; the line is the token in the text</>}
        </span>
        <span className="num">{formatLogit(to)}</span>
      </div>
      <TableBeside>
        <table className={step.table} aria-label="How many tokens have which logit">
          <thead>
            <tr>
              <th scope="col">logit from</th>
              <th scope="col">to</th>
              <th scope="col">tokens</th>
            </tr>
          </thead>
          <tbody>
            {coarse.counts
              .map((count, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a bin is its place.
                <tr key={i}>
                  <th scope="row" className="num">
                    {formatLogit(edge(i))}
                  </th>
                  <td className="num">{formatLogit(edge(i + 1))}</td>
                  <td className="num">{formatCount(count)}</td>
                </tr>
              ))
              .reverse()}
          </tbody>
        </table>
      </TableBeside>
    </div>
  );
}
