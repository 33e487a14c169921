// The line at the left edge of a column, which a person drags to make it wider: by mouse, finger or keys; a double click gives the width back.
import { type KeyboardEvent, type PointerEvent, useCallback, useRef, useSyncExternalStore } from 'react';
import styles from './Splitter.module.css';
import { fitted, type Room, widthByKey } from './split.ts';
import { useWidth } from './useWidth.ts';

interface SplitterProps {
  /** What it parts. */
  label: string;
  /** What the column may take of a window so wide. */
  roomIn: (windowWidth: number) => Room;
  /** px; null gives the width back. */
  onChange: (width: number | null) => void;
}

function useWindowWidth(): number {
  return useSyncExternalStore(
    onChange => {
      addEventListener('resize', onChange);
      return () => removeEventListener('resize', onChange);
    },
    () => innerWidth,
  );
}

/** Stands in the column that it sizes. */
export function Splitter({ label, roomIn, onChange }: SplitterProps) {
  const column = useRef<HTMLElement>(null);
  const find = useCallback((element: HTMLElement | null) => {
    column.current = element?.parentElement ?? null;
  }, []);
  const width = useWidth(column);
  const room = roomIn(useWindowWidth());
  /** px from the pointer to the edge of the column, while it is held. */
  const held = useRef<number | null>(null);
  const edges = () => column.current?.getBoundingClientRect() ?? new DOMRect();
  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    held.current = edges().left - event.clientX;
  };
  const onPointerMove = (event: PointerEvent) => {
    if (held.current !== null) onChange(fitted(edges().right - event.clientX - held.current, room));
  };
  const onRelease = () => {
    held.current = null;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const wanted = widthByKey(event.key, event.shiftKey, edges().width, room);
    if (wanted === undefined) return;
    event.preventDefault();
    onChange(wanted);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a rule cannot be moved; a separator with a value can.
    <div
      ref={find}
      role="separator"
      tabIndex={0}
      className={styles.splitter}
      aria-label={label}
      aria-orientation="vertical"
      aria-valuenow={width}
      aria-valuemin={room.least}
      aria-valuemax={Math.max(room.least, room.most)}
      aria-valuetext={`${width} pixels`}
      title={`${label}: drag, or use the arrow keys; a double click gives the width back`}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onRelease}
      onPointerCancel={onRelease}
      onDoubleClick={() => onChange(null)}
      onKeyDown={onKeyDown}
    />
  );
}
