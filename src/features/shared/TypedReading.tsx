// What a field understands of what was typed in it, where that is not just the letters.
import { readTyped } from '../../lib/typed-text.ts';
import { TokenText } from '../../ui/controls/TokenText.tsx';
import styles from './TypedReading.module.css';

export function TypedReading({ typed }: { typed: string }) {
  const { text, bytes } = readTyped(typed);
  if (text === typed) return null;
  return (
    <p className={styles.reading} data-testid="reading">
      Read as <TokenText text={text} bytes={bytes} />
      {text === null && ', bytes of a part of a character'}
    </p>
  );
}
