// A token in a table: pressed, it is the one that is followed through the steps.
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { TokenText } from '../../ui/controls/TokenText.tsx';
import { faceOf } from '../shared/tokenFace.ts';
import styles from './Stages.module.css';

interface TokenButtonProps {
  tokenizer: Tokenizer;
  id: number;
  onFollow: (id: number) => void;
}

export function TokenButton({ tokenizer, id, onFollow }: TokenButtonProps) {
  return (
    <button
      type="button"
      className={styles.token}
      title={`id ${id}: follow it through the steps`}
      onClick={() => onFollow(id)}
    >
      <TokenText {...faceOf(tokenizer, id)} />
    </button>
  );
}
