// A term that explains itself: the word is a button, its one-line meaning a popover that Esc or a click elsewhere closes.
import { type ReactNode, useId, useRef } from 'react';
import styles from './Explain.module.css';
import { placePopover } from './popover.ts';

interface ExplainProps {
  /** The meaning, one line. Inside an element with `data-explained` it covers nothing of that. */
  meaning: string;
  children: ReactNode;
  /** Id that a control may name in `aria-describedby`. */
  id?: string;
}

export function Explain({ meaning, children, id }: ExplainProps) {
  const own = useId();
  const popover = id ?? own;
  const button = useRef<HTMLButtonElement>(null);
  return (
    <span className={styles.explain}>
      <button ref={button} type="button" className={styles.term} popoverTarget={popover} aria-describedby={popover}>
        {children}
      </button>
      <span
        id={popover}
        popover="auto"
        className={styles.meaning}
        onToggle={event => {
          const term = button.current;
          if (event.newState !== 'open' || !term) return;
          placePopover(event.currentTarget, term, term.closest('[data-explained]') ?? term);
        }}
      >
        {meaning}
      </span>
    </span>
  );
}
