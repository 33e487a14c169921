// How far the lens is: progress with a way to stop, the cost before it is spent, what went wrong.
import { formatDuration } from '../../lib/format.ts';
import { useGeneration } from '../../stores/react.ts';
import { isRunning } from '../../stores/run/generation-types.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Progress } from '../../ui/controls/Progress.tsx';
import { ErrorNotice } from '../shared/ErrorNotice.tsx';
import styles from './Lens.module.css';
import { useLens, useLensStore } from './useLens.ts';

export function LensProgress() {
  const lens = useLensStore();
  const task = useLens(s => s.task);
  const costly = useLens(s => s.costly);
  const running = useGeneration(s => isRunning(s.status));
  const compute = () => void lens.getState().compute();
  if (task.status === 'failed' && task.error) {
    const { error } = task;
    const full = error.code === 'out_of_memory';
    return (
      <div className={styles.failed}>
        <ErrorNotice
          error={full ? { ...error, detail: { ...error.detail, view: 'the lens' } } : error}
          retry={compute}
        />
        {full && <Button onClick={compute}>Try again</Button>}
      </div>
    );
  }
  return (
    <div className={styles.progress} aria-busy={task.status === 'working'}>
      {costly !== null ? (
        <>
          <span>
            The positions in sight take about <span className="num">{formatDuration(costly * 1000)}</span>.
          </span>
          <Button onClick={compute}>Compute them</Button>
        </>
      ) : task.status === 'working' ? (
        <>
          <Progress label="The lens" share={task.total === 0 ? null : task.done / task.total}>
            <span>{running ? 'Waits for the run to end' : `Computed ${task.done} of ${task.total} pieces`}</span>
          </Progress>
          <Button icon="stop" onClick={() => lens.getState().stop()}>
            Stop computing
          </Button>
        </>
      ) : task.status === 'stopped' ? (
        <>
          <span>Stopped. What had come is shown.</span>
          <Button onClick={compute}>Compute the rest</Button>
        </>
      ) : (
        <span>
          {running ? 'New positions follow when the run has ended.' : 'Choose a cell to look at its position.'}
        </span>
      )}
    </div>
  );
}
