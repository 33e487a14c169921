// All documents: a new one, a search over titles and texts, and the list, newest first.
import { useState } from 'react';
import { formatCount } from '../../lib/format.ts';
import { useDocuments, useStores } from '../../stores/react.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { cx } from '../../ui/controls/cx.ts';
import { keyLabel } from '../../ui/controls/keys.ts';
import { Notice } from '../../ui/controls/Notice.tsx';
import { SearchField } from '../../ui/controls/SearchField.tsx';
import list from '../shared/Rows.module.css';
import { DocumentNotices } from './DocumentNotices.tsx';
import { DocumentRow, UnreadableRow } from './DocumentRow.tsx';
import styles from './Documents.module.css';
import { FileButtons } from './FileButtons.tsx';
import { useFound, useListed } from './useListed.ts';

/** Rows shown at first, and how many come with each "more". */
const ROWS = 50;

export function DocumentsPanel() {
  const { view } = useStores();
  const acts = useDocuments(s => s.acts);
  const here = useDocuments(s => s.id);
  const [query, setQuery] = useState('');
  const [rows, setRows] = useState(ROWS);
  const [now] = useState(Date.now);
  const listed = useListed();
  const all = listed === null || listed === 'failed' ? [] : listed;
  const { found, searching } = useFound(all, query);
  const leave = (act: Promise<unknown> | undefined): void => {
    void act?.then(() => view.getState().closeOf('documents'));
  };
  return (
    <section className={styles.panel} aria-label="All documents">
      <div className={styles.line}>
        <Button variant="primary" icon="plus" shortcut={keyLabel('Own+N')} onClick={() => leave(acts?.create())}>
          New document
        </Button>
        <SearchField label="Search documents" placeholder="Search titles and texts" value={query} onChange={setQuery} />
      </div>
      <FileButtons some={all.length > 0} />
      <DocumentNotices />
      {listed === 'failed' && (
        <Notice tone="bad">The browser does not give what is stored: its storage is closed or damaged.</Notice>
      )}
      {listed !== null && found.length === 0 && (
        <p className={list.quiet}>
          {query === ''
            ? 'A text is kept here as soon as you change it. Nothing leaves this browser.'
            : searching
              ? 'Texts are searched …'
              : `No document has “${query}” in its title or its texts.`}
        </p>
      )}
      <ul className={cx(list.rows, styles.rows)} aria-label="Documents">
        {found
          .slice(0, rows)
          .map(each =>
            each.readable ? (
              <DocumentRow
                key={each.id}
                listed={each}
                open={each.id === here}
                now={now}
                onOpen={() => leave(acts?.open(each.id))}
              />
            ) : (
              <UnreadableRow key={each.id} id={each.id} />
            ),
          )}
      </ul>
      {found.length > rows && (
        <Button onClick={() => setRows(rows + ROWS)}>Show more of {formatCount(found.length)}</Button>
      )}
    </section>
  );
}
