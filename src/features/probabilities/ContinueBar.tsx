// The selected candidate: its exact numbers, and the button that takes the other road.
import { formatProbability } from '../../lib/format.ts';
import { useStores, useView } from '../../stores/react.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { TokenText } from '../../ui/TokenText.tsx';
import { faceOf } from '../tokenFace.ts';
import styles from './ContinueBar.module.css';
import type { Ranked } from './candidates.ts';
import { focusText } from './focusText.ts';
import type { Inspected } from './inspected.ts';

export function ContinueBar({ inspected, ranked }: { inspected: Inspected; ranked: Ranked }) {
  const { view, generation } = useStores();
  const id = useView(s => s.candidate);
  const { tokenizer, place } = inspected;
  if (id === null || !tokenizer || ranked.rankOf(id) === 0) return null;
  const before = ranked.before(id);
  return (
    <div className={styles.bar}>
      <div className={styles.facts}>
        <span className={styles.token}>
          <TokenText {...faceOf(tokenizer, id)} />
        </span>
        <span className={styles.numbers}>
          id <span className="num">{id}</span> ·{' '}
          <span className="num" title={String(before)}>
            {formatProbability(before)}
          </span>{' '}
          before sampling
        </span>
      </div>
      <Button
        variant="primary"
        shortcut="↵"
        onClick={event => {
          view.getState().close();
          view.getState().selectCandidate(null);
          if (event.detail === 0) focusText();
          void generation.getState().continueFrom(place, id);
        }}
      >
        Continue from here
      </Button>
      <IconButton icon="close" label="Deselect the candidate" onClick={() => view.getState().selectCandidate(null)} />
    </div>
  );
}
