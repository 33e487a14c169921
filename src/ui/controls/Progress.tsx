// One honest bar: share of the whole, with the words beside it.
import type { ReactNode } from 'react';
import styles from './Progress.module.css';

interface ProgressProps {
  label: string;
  /** Null while the whole is unknown. */
  share: number | null;
  children?: ReactNode;
}

export function Progress({ label, share, children }: ProgressProps) {
  return (
    <div className={styles.progress}>
      <progress className={styles.bar} aria-label={label} {...(share === null ? {} : { value: share })} max={1} />
      {children && <div className={styles.words}>{children}</div>}
    </div>
  );
}
