// The name of a document, changed in place: Enter and leaving it keep what was typed, Esc does not.
import { useEffect, useRef, useState } from 'react';
import { MOST_TITLE } from '../../stores/saved/title.ts';
import styles from './Documents.module.css';

interface TitleFieldProps {
  title: string;
  /** What stands there without a name: the first words. */
  words: string;
  /** Null: nothing is changed. */
  onDone: (title: string | null) => void;
}

export function TitleField({ title, words, onDone }: TitleFieldProps) {
  /** What stood there when it opened: another document may be open by the time it closes. */
  const [first] = useState(title === '' ? words : title);
  const [draft, setDraft] = useState(first);
  const field = useRef<HTMLInputElement>(null);
  const dropped = useRef(false);
  useEffect(() => field.current?.select(), []);
  return (
    <input
      ref={field}
      className={styles.field}
      aria-label="Title of the document"
      placeholder={words}
      maxLength={MOST_TITLE}
      autoComplete="off"
      value={draft}
      onChange={event => setDraft(event.target.value)}
      onBlur={() => {
        onDone(dropped.current || draft === first ? null : draft);
      }}
      onKeyDown={event => {
        if ((event.key !== 'Enter' && event.key !== 'Escape') || event.nativeEvent.isComposing) return;
        event.preventDefault();
        event.stopPropagation();
        dropped.current = event.key === 'Escape';
        event.currentTarget.blur();
      }}
    />
  );
}
