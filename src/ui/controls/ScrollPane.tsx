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

/** `end`: it is scrolled to its end, and the line keeps its place: what stands there may not move under a press. `fits`: all of it is in sight. */
type Place = 'below' | 'end' | 'fits';

export function ScrollPane({ more, className, children }: ScrollPaneProps) {
  const frame = useRef<HTMLDivElement>(null);
  const pane = useRef<HTMLDivElement>(null);
  const end = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState<Place>('fits');
  useEffect(() => {
    const [around, scrolled] = [frame.current, pane.current];
    if (!around || !scrolled || !end.current) return;
    let below = false;
    const look = (): void => {
      const fits = scrolled.scrollHeight <= around.clientHeight;
      setPlace(below ? 'below' : fits ? 'fits' : 'end');
    };
    const observer = new IntersectionObserver(
      entries => {
        below = entries.at(-1)?.isIntersecting === false;
        look();
      },
      { root: scrolled, rootMargin: '0px 0px 8px 0px' },
    );
    observer.observe(end.current);
    // Its end stays in sight when the frame grows, and when what it holds shrinks: then it is pushed back.
    const sizes = new ResizeObserver(look);
    sizes.observe(around);
    scrolled.addEventListener('scroll', look, { passive: true });
    return () => {
      observer.disconnect();
      sizes.disconnect();
      scrolled.removeEventListener('scroll', look);
    };
  }, []);
  return (
    <div ref={frame} className={styles.frame}>
      <div ref={pane} className={cx(styles.pane, className)}>
        {children}
        <div ref={end} className={styles.end} />
      </div>
      {place !== 'fits' && (
        <div className={styles.cue} data-place={place} aria-hidden="true">
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
