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

/** Pixels below that nobody would miss. */
const NOTHING = 8;

function placeOf({ scrollHeight, clientHeight, scrollTop }: Element): Place {
  // One pixel may be rounding.
  if (scrollHeight - clientHeight <= 1) return 'fits';
  return scrollHeight - clientHeight - scrollTop > NOTHING ? 'below' : 'end';
}

/** Calls back when an element is scrolled, or when it or what it holds changes in size. Returns the end of it. */
function watchScroll(element: Element, changed: () => void): () => void {
  const sizes = new ResizeObserver(changed);
  const observe = (): void => {
    sizes.disconnect();
    for (const each of [element, ...element.children]) sizes.observe(each);
  };
  const parts = new MutationObserver(observe);
  parts.observe(element, { childList: true });
  observe();
  element.addEventListener('scroll', changed, { passive: true });
  return () => {
    sizes.disconnect();
    parts.disconnect();
    element.removeEventListener('scroll', changed);
  };
}

export function ScrollPane({ more, className, children }: ScrollPaneProps) {
  const pane = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState<Place>('fits');
  useEffect(() => {
    const { current } = pane;
    return current === null ? undefined : watchScroll(current, () => setPlace(placeOf(current)));
  }, []);
  return (
    <div className={styles.frame}>
      <div ref={pane} className={cx(styles.pane, className)}>
        {children}
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
