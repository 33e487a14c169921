// One document in the list: its title opens it; beside it what can be done with it.
import { useRef, useState } from 'react';
import { formatCount } from '../../lib/format.ts';
import { useDocuments } from '../../stores/react.ts';
import type { ListedDocument } from '../../stores/saved/documents.ts';
import { firstWords, titleOf } from '../../stores/saved/title.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { cx } from '../../ui/controls/cx.ts';
import { ageWords } from '../shared/age.ts';
import { focusBack } from '../shared/focusBack.ts';
import list from '../shared/Rows.module.css';
import styles from './Documents.module.css';
import { exportDocuments } from './FileButtons.tsx';
import { TitleField } from './TitleField.tsx';

interface DocumentRowProps {
  listed: ListedDocument;
  open: boolean;
  /** Milliseconds since 1970. */
  now: number;
  onOpen: () => void;
}

function Facts({ listed, now }: { listed: ListedDocument; now: number }) {
  const { changed, model, tokens, branches } = listed;
  return (
    <span className={styles.facts}>
      {changed > 0 && (
        <time dateTime={new Date(changed).toISOString()} title={new Date(changed).toLocaleString()}>
          {ageWords(now - changed)}
        </time>
      )}
      {model !== '' && <> · {model}</>} · {formatCount(tokens)} {tokens === 1 ? 'token' : 'tokens'}
      {branches > 1 && ` · ${formatCount(branches)} branches`}
    </span>
  );
}

export function DocumentRow({ listed, open, now, onOpen }: DocumentRowProps) {
  const acts = useDocuments(s => s.acts);
  const [naming, setNaming] = useState(false);
  const row = useRef<HTMLLIElement>(null);
  const { id, title, words } = listed;
  const label = titleOf(title, words);
  const named = (to: string | null): void => {
    setNaming(false);
    if (to !== null) void acts?.rename(id, to);
    focusBack(() => row.current?.querySelector('button'));
  };
  return (
    <li ref={row} className={list.row} aria-current={open || undefined}>
      <div className={cx(list.words, styles.words)} translate="no">
        {naming ? (
          <TitleField title={title} words={firstWords(words)} onDone={named} />
        ) : (
          <button type="button" className={styles.open} aria-label={`Open ${label}`} onClick={onOpen}>
            {label}
          </button>
        )}
        {title !== '' && <span className={styles.first}>{words}</span>}
        <Facts listed={listed} now={now} />
      </div>
      <div className={styles.acts}>
        {open && <span className={styles.here}>open</span>}
        <Button variant="quiet" aria-label={`Rename ${label}`} onClick={() => setNaming(true)}>
          Rename
        </Button>
        <Button variant="quiet" aria-label={`Duplicate ${label}`} onClick={() => void acts?.duplicate(id)}>
          Duplicate
        </Button>
        <Button variant="quiet" aria-label={`Export ${label}`} onClick={() => void exportDocuments(acts, [id], label)}>
          Export
        </Button>
        <Button variant="quiet" aria-label={`Delete ${label}`} onClick={() => void acts?.remove(id)}>
          Delete
        </Button>
      </div>
    </li>
  );
}

/** A record that is damaged, or written by a newer page: it stays until a person deletes it. */
export function UnreadableRow({ id }: { id: string }) {
  const acts = useDocuments(s => s.acts);
  return (
    <li className={list.row}>
      <div className={cx(list.words, styles.words)}>
        <span>A document that cannot be read</span>
        <span className={styles.facts}>damaged, or written by a newer Nucleus; it stays as it is</span>
      </div>
      <div className={styles.acts}>
        <Button
          variant="quiet"
          aria-label="Export the document that cannot be read as it is"
          onClick={() => void exportDocuments(acts, [id], 'unreadable')}
        >
          Export as it is
        </Button>
        <Button
          variant="quiet"
          aria-label="Delete the document that cannot be read"
          onClick={() => void acts?.remove(id)}
        >
          Delete
        </Button>
      </div>
    </li>
  );
}
