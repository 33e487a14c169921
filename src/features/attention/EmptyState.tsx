// The view without a row: what it will show, why it does not yet, and the way on.
import { isAbout } from '../../stores/gpu-work/probe-state.ts';
import styles from './Attention.module.css';
import { RowStatus } from './RowStatus.tsx';
import { useAttention } from './useAttention.ts';

const NO_MODEL = 'Once a model is loaded, this view shows which earlier tokens each of its attention heads reads.';
const EMPTY = 'The text is empty. Type a few words to see which of them each attention head reads.';

export function EmptyState() {
  const probe = useAttention(s => s.probe);
  const about = isAbout(probe) || probe.status === 'too_long';
  return (
    <div className={styles.empty} aria-busy={probe.status === 'working'}>
      {about ? <RowStatus /> : <p>{probe.status === 'empty' ? EMPTY : NO_MODEL}</p>}
    </div>
  );
}
