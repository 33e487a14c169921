// The tour over the page as it is: a few words beside a part at a time. It can be left at any moment, and the page goes on working under it.
import {
  type KeyboardEvent,
  type RefObject,
  useCallback,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { useView } from '../../stores/react.ts';
import { Button, IconButton } from '../../ui/controls/Button.tsx';
import { useRoomStore } from '../shared/room.ts';
import { partInSight, placeBeside, type Rect } from './place.ts';
import { TOUR, type TourStep } from './steps.ts';
import styles from './Tour.module.css';

interface Placed {
  readonly part: Rect | null;
  readonly left: number;
  readonly top: number;
}

/** px of the ring around a part. */
const RING = 4;

/** Follows the part through scrolling and other sizes of the window. */
function usePlace(step: TourStep, card: RefObject<HTMLElement | null>): Placed | null {
  const [placed, setPlaced] = useState<Placed | null>(null);
  const look = useCallback(() => {
    if (!card.current) return;
    const room = { width: innerWidth, height: innerHeight };
    const box = partInSight(step.parts, document, room)?.getBoundingClientRect();
    const part = box ? { left: box.left, top: box.top, width: box.width, height: box.height } : null;
    const { offsetWidth: width, offsetHeight: height } = card.current;
    const next = { part, ...placeBeside(part, { width, height }, room) };
    setPlaced(was => (was !== null && JSON.stringify(was) === JSON.stringify(next) ? was : next));
  }, [step, card]);
  useLayoutEffect(() => {
    look();
    // Parts come and move with what the page shows.
    let frame = 0;
    const soon = () => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(look);
    };
    const observer = new MutationObserver(soon);
    observer.observe(document.body, { childList: true, subtree: true });
    addEventListener('resize', soon);
    addEventListener('scroll', soon, { capture: true, passive: true });
    return () => {
      cancelAnimationFrame(frame);
      observer.disconnect();
      removeEventListener('resize', soon);
      removeEventListener('scroll', soon, { capture: true });
    };
  }, [look]);
  return placed;
}

function Card({ end }: { end: () => void }) {
  const [at, setAt] = useState(0);
  const card = useRef<HTMLElement>(null);
  const next = useRef<HTMLButtonElement>(null);
  const [title, words] = [useId(), useId()];
  const step = TOUR[Math.min(at, TOUR.length - 1)];
  const placed = usePlace(step ?? { key: '', title: '', words: '', parts: [] }, card);
  const last = at >= TOUR.length - 1;
  const shown = placed !== null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: every step is read out from its button.
  useEffect(() => {
    if (shown) next.current?.focus({ preventScroll: true });
  }, [at, shown]);
  const onKeyDown = (event: KeyboardEvent) => {
    const back = event.key === 'ArrowLeft';
    if (event.key === 'Escape') end();
    else if (back || event.key === 'ArrowRight') setAt(Math.max(0, Math.min(TOUR.length - 1, at + (back ? -1 : 1))));
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  if (!step) return null;
  const ring = placed?.part;
  return (
    <>
      {ring && (
        <div
          className={styles.ring}
          aria-hidden="true"
          style={{
            left: ring.left - RING,
            top: ring.top - RING,
            width: ring.width + 2 * RING,
            height: ring.height + 2 * RING,
          }}
        />
      )}
      <section
        ref={card}
        role="dialog"
        aria-labelledby={title}
        aria-describedby={words}
        className={styles.card}
        data-placed={placed !== null}
        style={{ left: placed?.left ?? 0, top: placed?.top ?? 0 }}
        onKeyDown={onKeyDown}
      >
        <div className={styles.head}>
          <h2 id={title}>{step.title}</h2>
          <IconButton icon="close" label="End the tour" onClick={end} />
        </div>
        <p id={words}>{step.words}</p>
        <div className={styles.foot}>
          <span className="num">
            {at + 1} of {TOUR.length}
          </span>
          {at > 0 && (
            <Button variant="quiet" onClick={() => setAt(at - 1)}>
              Back
            </Button>
          )}
          {!last && (
            <Button variant="quiet" onClick={end}>
              Skip
            </Button>
          )}
          <Button ref={next} variant="primary" onClick={() => (last ? end() : setAt(at + 1))}>
            {last ? 'Done' : 'Next'}
          </Button>
        </div>
      </section>
    </>
  );
}

export function Tour() {
  const room = useRoomStore();
  const dialog = useView(s => s.dialog);
  const before = useRef(document.activeElement);
  if (dialog !== null) return null;
  const end = () => {
    room.getState().endTour();
    if (before.current instanceof HTMLElement) before.current.focus({ preventScroll: true });
  };
  return <Card end={end} />;
}
