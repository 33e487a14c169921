// One sentence and what to do about it.
import type { ReactNode } from 'react';
import { IconButton } from './Button.tsx';
import { cx } from './cx.ts';
import { Icon } from './Icon.tsx';
import styles from './Notice.module.css';

interface NoticeProps {
  tone: 'hint' | 'warn' | 'bad';
  children: ReactNode;
  /** Buttons. */
  action?: ReactNode;
  onDismiss?: (() => void) | undefined;
}

export function Notice({ tone, children, action, onDismiss }: NoticeProps) {
  return (
    <div className={cx(styles.notice, styles[tone])} role={tone === 'bad' ? 'alert' : undefined}>
      {tone !== 'hint' && <Icon name="warn" />}
      <div className={styles.text}>{children}</div>
      {(action || onDismiss) && (
        <div className={styles.end}>
          {action && <div className={styles.action}>{action}</div>}
          {onDismiss && <IconButton icon="close" label="Dismiss" onClick={onDismiss} />}
        </div>
      )}
    </div>
  );
}
