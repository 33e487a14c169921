// A table in pages whose rows can be walked: the row under the keys, the pointer or the finger says its exact numbers below.
import { type FocusEvent, type KeyboardEvent, type PointerEvent, type ReactNode, useState } from 'react';
import { formatCount } from '../../lib/format.ts';
import { IconButton } from '../../ui/controls/Button.tsx';
import styles from './RowsTable.module.css';

interface TableRow {
  readonly key: string;
  readonly cells: readonly ReactNode[];
  /** The exact numbers, in words. */
  readonly exact: string;
  /** It is the one that is looked at elsewhere. */
  readonly current?: boolean;
}

interface RowsTableProps {
  /** Accessible name. */
  label: string;
  columns: readonly { readonly label: string; readonly width?: string }[];
  rows: readonly TableRow[];
  /** What the line below says before a row is looked at. */
  hint: string;
  /** The numbers are of something that has changed since. */
  stale?: boolean;
}

/** Rows of a page. */
const PAGE = 20;

export function RowsTable({ label, columns, rows, hint, stale = false }: RowsTableProps) {
  const [page, setPage] = useState(0);
  const [key, setKey] = useState<string | null>(null);
  const last = Math.max(0, Math.ceil(rows.length / PAGE) - 1);
  const at = Math.min(page, last);
  const shown = rows.slice(at * PAGE, (at + 1) * PAGE);
  const looked = shown.find(row => row.key === key);
  const look = (event: FocusEvent<HTMLElement> | PointerEvent<HTMLElement>) => {
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>('tr[data-key]') : null;
    setKey(row?.dataset.key ?? null);
  };
  const walk = (event: KeyboardEvent<HTMLTableSectionElement>) => {
    if (!(event.target instanceof HTMLTableRowElement)) return;
    const list = [...event.currentTarget.rows];
    const from = list.indexOf(event.target);
    const to = { ArrowDown: from + 1, ArrowUp: from - 1, Home: 0, End: list.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    list[Math.min(list.length - 1, Math.max(0, to))]?.focus();
  };
  return (
    <div className={styles.frame} data-stale={stale}>
      <table className={styles.table} aria-label={label}>
        <colgroup>
          {columns.map(column => (
            <col key={column.label} style={column.width === undefined ? undefined : { width: column.width }} />
          ))}
        </colgroup>
        <thead>
          <tr>
            {columns.map(column => (
              <th key={column.label} scope="col">
                {column.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody onKeyDown={walk} onFocus={look} onPointerOver={look} onPointerLeave={() => setKey(null)}>
          {shown.map((row, i) => (
            <tr
              key={row.key}
              data-key={row.key}
              tabIndex={row === looked || (!looked && i === 0) ? 0 : -1}
              aria-current={row.current || undefined}
            >
              {row.cells.map((cell, column) =>
                column === 0 ? (
                  <th key={columns[column]?.label} scope="row">
                    {cell}
                  </th>
                ) : (
                  <td key={columns[column]?.label}>{cell}</td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
      <div className={styles.foot}>
        <p className={styles.exact}>{looked?.exact ?? hint}</p>
        {last > 0 && (
          <span className={styles.pages}>
            <IconButton icon="earlier" label="Rows before" disabled={at === 0} onClick={() => setPage(at - 1)} />
            <span className="num">
              {formatCount(at * PAGE + 1)}–{formatCount(Math.min(rows.length, (at + 1) * PAGE))} of{' '}
              {formatCount(rows.length)}
            </span>
            <IconButton icon="later" label="Rows after" disabled={at === last} onClick={() => setPage(at + 1)} />
          </span>
        )}
      </div>
    </div>
  );
}
