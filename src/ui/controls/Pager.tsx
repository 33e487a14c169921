// Leads through the blocks of a long table: which part is shown, and the ways to the parts before and after.
import { IconButton } from './Button.tsx';
import styles from './Pager.module.css';

/** Entries `[from, to)`. */
export interface Block {
  readonly from: number;
  readonly to: number;
}

interface PagerProps {
  /** What is counted, in the singular: `row`, `head`. */
  name: string;
  block: Block;
  count: number;
  /** An entry of the block to go to. */
  onPage: (at: number) => void;
}

/** Nothing where there is only one block. */
export function Pager({ name, block, count, onPage }: PagerProps) {
  if (block.from === 0 && block.to === count) return null;
  return (
    <span className={styles.pager}>
      <IconButton
        icon="earlier"
        label={`Earlier ${name}s`}
        disabled={block.from === 0}
        onClick={() => onPage(block.from - 1)}
      />
      <span className="num">
        {name}s {block.from + 1} to {block.to} of {count}
      </span>
      <IconButton
        icon="later"
        label={`Later ${name}s`}
        disabled={block.to === count}
        onClick={() => onPage(block.to)}
      />
    </span>
  );
}
