// Where the numbers come from: all there, coming by themselves, or waiting for a person because they take long.
import { formatCount, formatDuration } from '../../lib/format.ts';
import type { DocumentToken } from '../../stores/document/types.ts';
import { useGeneration, useModel, useRows, useScores, useStores } from '../../stores/react.ts';
import { isRunning } from '../../stores/run/generation-types.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Progress } from '../../ui/controls/Progress.tsx';
import { ErrorNotice } from '../shared/ErrorNotice.tsx';
import styles from './TextView.module.css';

/** Above this a person is asked, as for every pass over the text. Seconds. */
const UNASKED = 1;

function Rest({ missing }: { missing: number }) {
  const { scores } = useStores();
  const task = useScores(s => s.task);
  const running = useGeneration(s => isRunning(s.status));
  const scoring = useRows(s => s.scoring);
  const unscored = useModel(s => s.load.status === 'ready' && s.load.model.server?.scores === null);
  // The row that is fetched for the inspector may bring the whole text into the model's cache.
  useRows(s => s.selected);
  const score = () => void scores.getState().score();
  if (task.status === 'working') {
    return (
      <>
        <Progress label="Scoring" share={task.total === 0 ? null : task.done / task.total}>
          <span>
            Scoring: {formatCount(task.done)} of {formatCount(task.total)} tokens
          </span>
        </Progress>
        <Button onClick={() => scores.getState().stop()}>Stop scoring</Button>
      </>
    );
  }
  if (task.status === 'failed' && task.error) return <ErrorNotice error={task.error} retry={score} />;
  if (running) return <p>The run comes first; {formatCount(missing)} tokens are scored after it.</p>;
  if (unscored) {
    return (
      <p>
        {formatCount(missing)} {missing === 1 ? 'token has' : 'tokens have'} no numbers: this server gives them only for
        what it draws.
      </p>
    );
  }
  const seconds = scores.getState().seconds();
  if (seconds > UNASKED && !scoring) {
    return (
      <>
        <p>
          {formatCount(missing)} tokens have no numbers yet. Scoring them takes a pass over the text, about{' '}
          {formatDuration(seconds * 1000)}.
        </p>
        <Button onClick={score}>Score the text</Button>
      </>
    );
  }
  return <p>Scoring {formatCount(missing)} tokens…</p>;
}

interface ScoringProps {
  tokens: readonly DocumentToken[];
  /** Tokens past the context. */
  left: number;
}

export function Scoring({ tokens, left }: ScoringProps) {
  const missing = tokens.reduce((n, token, i) => n + Number(i > 0 && token.stats === undefined), 0);
  return (
    <section className={styles.scoring} aria-label="Scoring">
      {missing === 0 ? (
        <p>The first token has no prediction and is left out. All of it before sampling.</p>
      ) : (
        <Rest missing={missing} />
      )}
      {left > 0 && (
        <p>
          The text is {formatCount(left)} {left === 1 ? 'token' : 'tokens'} longer than the context of{' '}
          {formatCount(tokens.length)}: what lies beyond has no numbers.
        </p>
      )}
    </section>
  );
}
