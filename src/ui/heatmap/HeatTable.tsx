// The table beside a heatmap: the same numbers as words, a block of rows and columns at a time.
import { useEffect, useState } from 'react';
import { type Block, Pager } from '../controls/Pager.tsx';
import styles from './HeatTable.module.css';
import { blockAround, type CellPlace, type CellRange } from './heatLayout.ts';

interface HeatTableProps {
  label: string;
  /** What a row and a column are: `layer`, `position`. */
  rowName: string;
  columnName: string;
  rowLabels: readonly string[];
  columnLabels: readonly string[];
  /** The words of a cell, and its full numbers. */
  wordsAt: (row: number, column: number) => { readonly words: string; readonly exact: string };
  /** The block shown first is the one around this cell. */
  at: CellPlace;
  /** Tells what is in sight. */
  onVisible: (range: CellRange) => void;
}

const MOST_ROWS = 26;
const MOST_COLUMNS = 8;

const indices = ({ from, to }: Block): number[] => Array.from({ length: to - from }, (_, i) => from + i);

export function HeatTable(props: HeatTableProps) {
  const { label, rowName, columnName, rowLabels, columnLabels, wordsAt, at, onVisible } = props;
  const [paged, setPaged] = useState<CellPlace | null>(null);
  const place = paged ?? at;
  const rows = blockAround(place.row, rowLabels.length, MOST_ROWS);
  const columns = blockAround(place.column, columnLabels.length, MOST_COLUMNS);
  useEffect(() => {
    onVisible({ fromRow: rows.from, toRow: rows.to, fromColumn: columns.from, toColumn: columns.to });
  }, [onVisible, rows.from, rows.to, columns.from, columns.to]);
  return (
    <div className={styles.beside}>
      <div className={styles.turns}>
        <Pager
          name={columnName}
          block={columns}
          count={columnLabels.length}
          onPage={column => setPaged({ ...place, column })}
        />
        <Pager name={rowName} block={rows} count={rowLabels.length} onPage={row => setPaged({ ...place, row })} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a pane that scrolls is reached by keyboard. */}
      <section className={styles.pane} aria-label={`${label}, table`} tabIndex={0}>
        <table className={styles.table}>
          <caption className="visually-hidden">{label}</caption>
          <thead>
            <tr>
              <th scope="col">{rowName}</th>
              {indices(columns).map(column => (
                <th key={column} scope="col" className="mono" aria-current={column === at.column || undefined}>
                  {columnLabels[column]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {indices(rows).map(row => (
              <tr key={row}>
                <th scope="row">{rowLabels[row]}</th>
                {indices(columns).map(column => {
                  const { words, exact } = wordsAt(row, column);
                  return (
                    <td key={column} className="num" title={exact}>
                      {words}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  );
}
