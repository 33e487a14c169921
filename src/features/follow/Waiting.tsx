// A step without its numbers yet: what it will show, why it does not, and the way on.
import { formatDuration } from '../../lib/format.ts';
import { useStores } from '../../stores/react.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Progress } from '../../ui/controls/Progress.tsx';
import { ErrorNotice } from '../shared/ErrorNotice.tsx';
import type { Followed } from './followed.ts';
import styles from './Step.module.css';
import { useFollow, useFollowStore } from './useFollow.ts';

interface WaitingProps {
  followed: Followed;
  /** Whether the step reads vectors of the inside or the row of logits. */
  needs: 'vectors' | 'row';
  /** What will stand here, as the end of "Here you will see ...". */
  what: string;
}

export const NO_TEXT =
  'The text is empty. Type a word to follow it, or press Run: the model then starts from its beginning-of-text token.';

export function Waiting(props: WaitingProps) {
  return (
    <div className={styles.waiting}>
      <WaitingWords {...props} />
    </div>
  );
}

function WaitingWords({ followed, needs, what }: WaitingProps) {
  const { rows } = useStores();
  const follow = useFollowStore();
  const task = useFollow(s => s.task);
  const costly = useFollow(s => s.costly);
  const { row, model, pass } = followed;
  if (model === null) return <p>Once a model is loaded, you will see {what} here.</p>;
  if (row.status === 'failed')
    return <ErrorNotice error={row.error} retry={() => void rows.getState().fetchSelected()} />;
  if (pass === null) return <p>{NO_TEXT}</p>;
  if (needs === 'row' && row.status === 'first') return <FirstToken followed={followed} />;
  const seconds = row.status === 'costly' ? row.seconds : costly;
  if (seconds !== null) {
    return (
      <>
        <p>
          You will see {what} here. It takes a pass over the text before it, about {formatDuration(seconds * 1000)}.
        </p>
        <Button onClick={() => follow.getState().compute()}>Compute it</Button>
      </>
    );
  }
  if (needs === 'vectors' && task.status === 'failed' && task.error) {
    return <ErrorNotice error={task.error} retry={() => follow.getState().compute()} />;
  }
  if (needs === 'vectors' && task.status === 'stopped') {
    return (
      <>
        <p>Stopped. You would see {what} here.</p>
        <Button onClick={() => follow.getState().compute()}>Compute it</Button>
      </>
    );
  }
  const stop = () => (needs === 'vectors' ? follow.getState().stop() : rows.getState().stopFetch());
  return (
    <div className={styles.late}>
      <Progress label={`Computing ${what}`} share={null}>
        Computing {what}…
      </Progress>
      <Button onClick={stop}>Stop computing</Button>
    </div>
  );
}

/** Nothing comes before the first token, so no pass predicts it; its own pass predicts the second. */
function FirstToken({ followed: { tokens } }: { followed: Followed }) {
  const { document } = useStores();
  return (
    <>
      <p>The first token has no prediction: nothing comes before it. Its own pass predicts what comes second.</p>
      <Button onClick={() => document.getState().selectToken(tokens.length > 1 ? 1 : 'end')}>
        Go on to position 1
      </Button>
    </>
  );
}
