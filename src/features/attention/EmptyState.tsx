// The view without a row: what it will show, why it does not yet, and the way on.
import { formatDuration } from '../../lib/format.ts';
import { useGeneration } from '../../stores/react.ts';
import { isRunning } from '../../stores/run/generation-types.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { ErrorNotice } from '../shared/ErrorNotice.tsx';
import styles from './Attention.module.css';
import { useAttention, useAttentionStore } from './useAttention.ts';

const WORDS = {
  no_model: 'Once a model is loaded, this view shows which earlier tokens each of its attention heads reads.',
  empty: 'The text is empty. Type a few words to see which of them each attention head reads.',
  waiting: 'Computing what each head reads here…',
  ready: '',
} as const;

const AFTER_RUN = 'What each head reads appears here after the run.';

export function EmptyState() {
  const attention = useAttentionStore();
  const wanted = useAttention(s => s.wanted);
  const working = useAttention(s => s.rowTask.status === 'working');
  const running = useGeneration(s => isRunning(s.status));
  const fetch = () => attention.getState().fetchRow();
  if (wanted.status === 'failed') {
    return (
      <div className={styles.empty}>
        <ErrorNotice error={wanted.error} retry={fetch} />
      </div>
    );
  }
  if (wanted.status === 'costly') {
    return (
      <div className={styles.empty}>
        <p>
          Attention needs the keys of the text before this token, and computing them takes about{' '}
          {formatDuration(wanted.seconds * 1000)}.
        </p>
        <Button onClick={fetch}>Compute the attention</Button>
      </div>
    );
  }
  return (
    <div className={styles.empty} aria-busy={working}>
      <p>{running ? AFTER_RUN : WORDS[wanted.status]}</p>
      {working && (
        <Button className={styles.late} onClick={() => attention.getState().stopRow()}>
          Stop computing
        </Button>
      )}
    </div>
  );
}
