// A pane that scrolls and says so: as long as something lies below, a line under it says what and leads there.
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { cx } from './cx.ts';
import { Icon } from './Icon.tsx';
import styles from './ScrollPane.module.css';

interface ScrollPaneProps {
  /** What lies below, in a word or two. For the eye and the mouse: keys reach everything anyway. */
  more: string;
  className?: string | undefined;
  children: ReactNode;
}

export function ScrollPane({ more, className, children }: ScrollPaneProps) {
  const pane = useRef<HTMLDivElement>(null);
  const end = useRef<HTMLDivElement>(null);
  const [below, setBelow] = useState(false);
  useEffect(() => {
    if (!end.current) return;
    const observer = new IntersectionObserver(entries => setBelow(entries.at(-1)?.isIntersecting === false), {
      root: pane.current,
      rootMargin: '0px 0px 8px 0px',
    });
    observer.observe(end.current);
    return () => observer.disconnect();
  }, []);
  return (
    <div className={styles.frame}>
      <div ref={pane} className={cx(styles.pane, className)}>
        {children}
        <div ref={end} className={styles.end} />
      </div>
      {below && (
        <div className={styles.cue} aria-hidden="true">
          <button
            type="button"
            tabIndex={-1}
            onClick={() => pane.current?.scrollBy({ top: pane.current.clientHeight * 0.8 })}
          >
            {more} <Icon name="down" size={12} />
          </button>
        </div>
      )}
    </div>
  );
}
