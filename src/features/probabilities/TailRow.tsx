// Everything below the list as one row: how many there are, what they weigh together, and the way to see them.
import { formatCount, formatProbability } from '../../lib/format.ts';
import { useStores } from '../../stores/react.ts';
import { Cell, Row } from '../../ui/heatmap/Grid.tsx';
import styles from './CandidateList.module.css';
import type { Tail } from './candidates.ts';

interface TailRowProps {
  tail: Tail;
  drawn: boolean;
  now: boolean;
  /** The whole vocabulary is here, not only the likeliest few. */
  complete: boolean;
  step: number;
}

const percent = (mass: number | null): string => formatProbability(mass ?? Number.NaN);

export function TailRow({ tail, drawn, now, complete, step }: TailRowProps) {
  const { view } = useStores();
  return (
    <div className={styles.tail} role="presentation">
      <Row className={styles.row}>
        <Cell />
        <Cell>{formatCount(tail.count)} more</Cell>
        <Cell className="num">{percent(tail.before)}</Cell>
        {drawn && <Cell className="num">{percent(tail.drawn)}</Cell>}
        {now && <Cell className="num">{percent(tail.now)}</Cell>}
      </Row>
      {complete && (
        <Row className={styles.more}>
          <Cell>
            <button type="button" onClick={() => view.getState().showMore()}>
              Show {Math.min(step, tail.count)} more
            </button>
            <button type="button" onClick={() => view.getState().showAll()}>
              Show all
            </button>
          </Cell>
        </Row>
      )}
    </div>
  );
}
