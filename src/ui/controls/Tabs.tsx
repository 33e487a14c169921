// Tabs over one panel: arrow keys move between them, as readers expect.
import { type KeyboardEvent, type ReactNode, type RefObject, useId, useLayoutEffect, useRef, useState } from 'react';
import { Icon } from './Icon.tsx';
import styles from './Tabs.module.css';

interface TabsProps<K extends string> {
  /** Accessible name of the row of tabs. */
  label: string;
  tabs: readonly { readonly key: K; readonly label: string }[];
  value: K;
  onChange: (key: K) => void;
  /** Stands at the end of the row of tabs. */
  aside?: ReactNode;
  children: ReactNode;
}

/** Width of what may lie over an end of the row, in px. */
const EDGE = 28;

/** Where not all tabs have room, the chosen one is in sight: once it is chosen, and once the row has another width, or has one at all, as in a dialog that opens. */
function useChosenInSight(list: RefObject<HTMLElement | null>, value: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the chosen tab is found by its mark.
  useLayoutEffect(() => {
    if (!list.current) return;
    const { current } = list;
    const show = () => {
      const row = current.getBoundingClientRect();
      const tab = current.querySelector('[aria-selected="true"]')?.getBoundingClientRect();
      if (!tab) return;
      if (tab.right > row.right - EDGE) current.scrollLeft += tab.right - row.right + EDGE;
      else if (tab.left < row.left + EDGE) current.scrollLeft -= row.left + EDGE - tab.left;
    };
    show();
    const observer = new ResizeObserver(show);
    observer.observe(current);
    return () => observer.disconnect();
  }, [list, value]);
}

interface Beyond {
  readonly before: boolean;
  readonly after: boolean;
}

/** Whether there are tabs beyond the ends of what is in sight. `keys`: of all tabs. */
function useBeyond(list: RefObject<HTMLElement | null>, keys: string): Beyond {
  const [beyond, setBeyond] = useState<Beyond>({ before: false, after: false });
  // biome-ignore lint/correctness/useExhaustiveDependencies: other tabs are other elements.
  useLayoutEffect(() => {
    if (!list.current) return;
    const { current } = list;
    const look = () => {
      const { scrollLeft, scrollWidth, clientWidth } = current;
      const [before, after] = [scrollLeft > 1, scrollLeft + clientWidth < scrollWidth - 1];
      setBeyond(was => (was.before === before && was.after === after ? was : { before, after }));
    };
    look();
    // A tab that is chosen is wider, which neither scrolls nor resizes the row.
    const observer = new ResizeObserver(look);
    for (const element of [current, ...current.children]) observer.observe(element);
    current.addEventListener('scroll', look, { passive: true });
    return () => {
      observer.disconnect();
      current.removeEventListener('scroll', look);
    };
  }, [list, keys]);
  return beyond;
}

/** For a mouse without a sideways wheel; keys walk the tabs themselves. */
function More({ list, side }: { list: RefObject<HTMLElement | null>; side: keyof Beyond }) {
  const by = () => list.current?.scrollBy({ left: (side === 'after' ? 0.7 : -0.7) * list.current.clientWidth });
  return (
    <button type="button" tabIndex={-1} aria-hidden="true" className={styles.more} data-side={side} onClick={by}>
      <Icon name={side === 'after' ? 'later' : 'earlier'} />
    </button>
  );
}

export function Tabs<K extends string>({ label, tabs, value, onChange, aside, children }: TabsProps<K>) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  useChosenInSight(list, value);
  const { before, after } = useBeyond(list, tabs.map(({ key }) => key).join());
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const direction = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (direction === 0) return;
    event.preventDefault();
    const at = tabs.findIndex(tab => tab.key === value);
    const next = tabs[(at + direction + tabs.length) % tabs.length];
    if (!next) return;
    onChange(next.key);
    event.currentTarget.querySelector<HTMLElement>(`#${CSS.escape(`${id}-${next.key}`)}`)?.focus();
  };
  return (
    <div className={styles.tabs}>
      <div className={styles.row}>
        <div className={styles.strip}>
          {before && <More list={list} side="before" />}
          <div ref={list} role="tablist" aria-label={label} className={styles.list} onKeyDown={onKeyDown}>
            {tabs.map(tab => (
              <button
                key={tab.key}
                id={`${id}-${tab.key}`}
                type="button"
                role="tab"
                aria-selected={tab.key === value}
                aria-controls={`${id}-panel`}
                tabIndex={tab.key === value ? 0 : -1}
                className={styles.tab}
                onClick={() => onChange(tab.key)}
              >
                {tab.label}
              </button>
            ))}
          </div>
          {after && <More list={list} side="after" />}
        </div>
        {aside}
      </div>
      <div id={`${id}-panel`} role="tabpanel" aria-labelledby={`${id}-${value}`} className={styles.panel}>
        {children}
      </div>
    </div>
  );
}
