// In the head of the page: the way to all documents, and the title of the open one, which is changed in place.
import { useEffect, useRef, useState } from 'react';
import { useDocument, useDocuments, useStores } from '../../stores/react.ts';
import { firstWords, titleOf } from '../../stores/saved/title.ts';
import { Button, IconButton } from '../../ui/controls/Button.tsx';
import { focusBack } from '../shared/focusBack.ts';
import styles from './Documents.module.css';
import { TitleField } from './TitleField.tsx';

export function DocumentTitle() {
  const { view } = useStores();
  const acts = useDocuments(s => s.acts);
  const id = useDocuments(s => s.id);
  const title = useDocuments(s => s.title);
  const failed = useDocuments(s => s.failed);
  const words = useDocument(s => firstWords(s.text));
  /** Of the document whose title is being changed. */
  const [naming, setNaming] = useState<string | null>(null);
  const opener = useRef<HTMLSpanElement>(null);
  const shown = titleOf(title, words);
  useEffect(() => {
    document.title = `${shown} · Nucleus`;
  }, [shown]);
  const done = (named: string | null): void => {
    setNaming(null);
    if (named !== null && naming !== null) void acts?.rename(naming, named);
    focusBack(() => opener.current?.querySelector('button'));
  };
  return (
    <span className={styles.head}>
      <IconButton
        icon="folder"
        label="Documents"
        aria-haspopup="dialog"
        disabled={acts === null}
        onClick={() => view.getState().open('documents')}
      />
      <span ref={opener} className={styles.title}>
        {naming !== null ? (
          <TitleField title={title} words={words} onDone={done} />
        ) : (
          <Button
            variant="quiet"
            aria-label={`Title: ${shown}. Change it`}
            title={shown}
            disabled={acts === null}
            onClick={() => setNaming(id)}
          >
            <span translate="no">{shown}</span>
          </Button>
        )}
      </span>
      {failed && <strong className={styles.failed}>not saved</strong>}
    </span>
  );
}
