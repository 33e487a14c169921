// The selected candidate: its exact numbers, and the button that takes the other road.
import { formatProbability } from '../../lib/format.ts';
import { usePins, useStores, useView } from '../../stores/react.ts';
import { MOST_PINS } from '../../stores/run/pins-types.ts';
import { Button, IconButton } from '../../ui/controls/Button.tsx';
import { TokenText } from '../../ui/controls/TokenText.tsx';
import { focusText } from '../shared/focusText.ts';
import type { Ranked } from '../shared/ranked.ts';
import { faceOf } from '../shared/tokenFace.ts';
import styles from './ContinueBar.module.css';
import type { Inspected } from './inspected.ts';

export function ContinueBar({ inspected, ranked }: { inspected: Inspected; ranked: Ranked }) {
  const { view, generation, pins } = useStores();
  const id = useView(s => s.candidate);
  const pinned = usePins(s => s.pins.some(pin => pin.id === id));
  const full = usePins(s => s.pins.length >= MOST_PINS);
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
      <IconButton
        icon="pin"
        label={
          pinned ? 'Take the pin off (P)' : full ? `${MOST_PINS} tokens are pinned, the most` : 'Pin this token (P)'
        }
        aria-pressed={pinned}
        disabled={full && !pinned}
        onClick={() => pins.getState().toggle(id)}
      />
      <IconButton icon="close" label="Deselect the candidate" onClick={() => view.getState().selectCandidate(null)} />
    </div>
  );
}
