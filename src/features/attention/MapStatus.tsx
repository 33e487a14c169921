// How far the map is: its progress and Stop, the question before a long one, or what went wrong. Takes the same room in every state.
import { formatCount, formatDuration } from '../../lib/format.ts';
import { useGeneration } from '../../stores/react.ts';
import { isRunning } from '../../stores/run/generation-types.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Progress } from '../../ui/controls/Progress.tsx';
import { ErrorNotice } from '../shared/ErrorNotice.tsx';
import styles from './Attention.module.css';
import { useAttention, useAttentionStore } from './useAttention.ts';

export function MapStatus() {
  const attention = useAttentionStore();
  const map = useAttention(s => s.map);
  const status = useAttention(s => s.mapStatus);
  const task = useAttention(s => s.mapTask);
  const running = useGeneration(s => isRunning(s.status));
  const fetch = () => attention.getState().fetchMap();
  if (task.status === 'failed' && task.error) return <ErrorNotice error={task.error} retry={fetch} />;
  if (map === null) return <p className={styles.status}>The map appears here as soon as the text rests.</p>;
  const rows = `${formatCount(map.rows)} of ${formatCount(map.ids.length)} rows`;
  if (map.rows === map.ids.length) return <p className={styles.status}>All {rows.replace(/^.* of /, '')}.</p>;
  if (task.status === 'working') {
    return (
      <div className={styles.status}>
        <Progress label="The map of attention" share={map.rows / map.ids.length} />
        <span className="num">{rows}</span>
        <Button onClick={() => attention.getState().stopMap()}>Stop the map</Button>
      </div>
    );
  }
  const asks = status.status === 'asks';
  return (
    <div className={styles.status}>
      <span>
        {rows}.{' '}
        {running
          ? 'It goes on after the run.'
          : asks
            ? `The rest takes about ${formatDuration(status.seconds * 1000)}.`
            : ''}
      </span>
      {!running && (asks || task.status === 'stopped') && <Button onClick={fetch}>Compute the rest</Button>}
    </div>
  );
}
