// Leads through the blocks of a long table: which part is shown, and the ways to the parts before and after.
import { IconButton } from './Button.tsx';
import styles from './Turn.module.css';

/** Entries `[from, to)`. */
export interface Block {
  readonly from: number;
  readonly to: number;
}

interface TurnProps {
  /** What is counted, in the singular: `row`, `head`. */
  name: string;
  block: Block;
  count: number;
  /** An entry of the block to go to. */
  onTurn: (at: number) => void;
}

/** Nothing where there is only one block. */
export function Turn({ name, block, count, onTurn }: TurnProps) {
  if (block.from === 0 && block.to === count) return null;
  return (
    <span className={styles.turn}>
      <IconButton
        icon="earlier"
        label={`Earlier ${name}s`}
        disabled={block.from === 0}
        onClick={() => onTurn(block.from - 1)}
      />
      <span className="num">
        {name}s {block.from + 1} to {block.to} of {count}
      </span>
      <IconButton
        icon="later"
        label={`Later ${name}s`}
        disabled={block.to === count}
        onClick={() => onTurn(block.to)}
      />
    </span>
  );
}
