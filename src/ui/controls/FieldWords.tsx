// The sentence at a field: what was not taken and why, or how a text with two meanings was read.
import styles from './FieldWords.module.css';

export function FieldWords({ id, words }: { id: string; words: string | null }) {
  if (words === null) return null;
  return (
    <p id={id} role="alert" className={styles.words}>
      {words}
    </p>
  );
}
