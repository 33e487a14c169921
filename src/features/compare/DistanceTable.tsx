// The divergence of each column from the reference at every token, as a table; exact over the whole vocabulary once all rows were fetched.
import { useMemo, useState } from 'react';
import { formatNats } from '../../lib/format.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { cx } from '../../ui/controls/cx.ts';
import { Explain } from '../../ui/controls/Explain.tsx';
import { TokenText } from '../../ui/controls/TokenText.tsx';
import pane from '../shared/Pane.module.css';
import { textOfBytes } from '../shared/tokenFace.ts';
import styles from './Compare.module.css';
import { distanceAt } from './measures.ts';
import type { Column, ColumnResult, Distance } from './types.ts';
import { useCompare, useCompareStore } from './useCompare.ts';
import { distanceWords } from './words.ts';

/** Places that are shown. */
const SHOWN = 200;

interface Measured {
  readonly column: Column;
  readonly number: number;
  readonly result: ColumnResult;
  readonly distances: readonly Distance[];
}

/** The mean over the places where it is known, and at how many it is not known exactly. */
function summary({ distances }: Measured): string {
  if (distances.some(({ kind }) => kind === 'other_vocabulary')) return 'not comparable: other vocabulary';
  const known = distances.flatMap(each => (each.kind === 'known' ? [each] : []));
  if (known.length === 0) return 'no rows in common';
  const exact = known.every(({ least, most }) => least === most);
  const mean = known.reduce((sum, { least }) => sum + least, 0) / known.length;
  return `mean ${exact ? '' : 'at least '}${formatNats(mean)} over ${known.length} tokens`;
}

export function DistanceTable() {
  const store = useCompareStore();
  const columns = useCompare(s => s.columns);
  const reference = useCompare(s => s.reference);
  const working = useCompare(s => s.working);
  const [open, setOpen] = useState(false);
  const leader = columns.find(({ id }) => id === reference)?.result ?? null;
  const measured = useMemo(
    (): Measured[] =>
      columns.flatMap((column, i) => {
        const { result, id } = column;
        if (result === null || leader === null || id === reference) return [];
        const most = Math.min(SHOWN, leader.tokens.length, result.tokens.length);
        const distances = Array.from({ length: most }, (_, at) => distanceAt(leader, result, at));
        return [{ column, number: i + 1, result, distances }];
      }),
    [columns, reference, leader],
  );
  if (leader === null) return null;
  const inexact = measured.some(({ distances }) =>
    distances.some(each => each.kind === 'known' && each.least !== each.most),
  );
  const rows = measured.reduce((most, { distances }) => Math.max(most, distances.length), 0);
  return (
    <section className={cx(pane.card, styles.distances)} aria-label="Divergence from the reference">
      <header className={styles.head}>
        <h2>
          <Explain meaning="Kullback-Leibler divergence of a column's distribution from the reference's at the same place, before sampling: what it costs to expect the column's where the reference's is true.">
            KL from the reference
          </Explain>
        </h2>
        <span>
          {inexact && (
            <Button disabled={working !== 'no'} onClick={() => void store.getState().measure()}>
              Exact, from whole rows
            </Button>
          )}
          <Button variant="quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? 'Hide the table' : 'Every token'}
          </Button>
        </span>
      </header>
      <ul className={styles.summaries}>
        {measured.map(each => (
          <li key={each.column.id}>
            Column {each.number}: {summary(each)}
          </li>
        ))}
      </ul>
      {open && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached by keys.
        <section className={styles.tableFrame} tabIndex={0} aria-label="KL at every token">
          <table className={styles.candidates}>
            <thead>
              <tr>
                <th scope="col">token</th>
                <th scope="col">reference</th>
                {measured.map(({ column, number }) => (
                  <th key={column.id} scope="col">
                    column {number}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {Array.from({ length: rows }, (_, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place.
                <tr key={at}>
                  <th scope="row" className="num">
                    {at + 1}
                  </th>
                  <td>
                    <Token result={leader} at={at} />
                  </td>
                  {measured.map(({ column, result, distances }) => (
                    <td key={column.id}>
                      <Token result={result} at={at} />{' '}
                      <span className="num">{distanceWords(distances[at] ?? { kind: 'none' })}</span>
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </section>
  );
}

function Token({ result, at }: { result: ColumnResult; at: number }) {
  const token = result.tokens[at];
  return token ? <TokenText text={textOfBytes(token.bytes)} bytes={token.bytes} special={token.special} /> : null;
}
