// A horizontal bar for a share between 0 and 1. A picture of a number that stands beside it, so it is hidden from readers.
import styles from './Bar.module.css';
import { cx } from './cx.ts';

export function Bar({ share, tone }: { share: number; tone: 'before' | 'after' | 'muted' }) {
  return (
    <span className={cx(styles.bar, styles[tone])} aria-hidden="true">
      <span style={{ transform: `scaleX(${share})` }} />
    </span>
  );
}
