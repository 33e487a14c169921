// The sentence at a field: what was not taken and why, or how a text with two meanings was read.
import { cx } from './cx.ts';
import styles from './FieldWords.module.css';
import { inSight } from './inSight.ts';

export interface FieldSentence {
  readonly text: string;
  /** `refused`: what was typed is not in force. */
  readonly tone: 'refused' | 'read';
}

export function FieldWords({ id, words }: { id: string; words: FieldSentence | null }) {
  if (words === null) return null;
  return (
    <p ref={inSight} id={id} role="alert" className={cx(styles.words, words.tone === 'refused' && styles.refused)}>
      {words.text}
    </p>
  );
}
