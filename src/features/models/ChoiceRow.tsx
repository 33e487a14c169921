// One of several models, and below it what came of choosing it, which has the keyboard until it is left.
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react';
import { formatBytes } from '../../lib/format.ts';
import type { ModelChoice } from '../../lib/model-source.ts';
import type { Look } from '../../stores/model/types.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { cx } from '../../ui/controls/cx.ts';
import type { Standing } from './ChoiceList.tsx';
import type { Loaded } from './loaded.ts';
import styles from './Models.module.css';

interface ChoiceRowProps extends Standing, Loaded {
  choice: ModelChoice;
  /** What its button does: `Open`, and its words. */
  verb: string;
  label: string;
  onChoose: () => void;
  /** How far that is. */
  status: Look['status'];
  /** What came of it. `leave` is the way back to the button. */
  children: (leave: () => void) => ReactNode;
  /** Forgets what came of it; null where it stays. */
  onLeave: (() => void) | null;
}

export function ChoiceRow({ choice, verb, label, onChoose, status, children, onLeave, ...marks }: ChoiceRowProps) {
  const { file, parts, bytes } = choice;
  const { tight, largest, inUse, cached, busy } = marks;
  const button = useRef<HTMLButtonElement>(null);
  const row = useRef<HTMLLIElement>(null);
  const shown = useRef<HTMLElement>(null);
  const before = useRef(status);
  useEffect(() => {
    const was = before.current;
    before.current = status;
    if (was === status) return;
    const { activeElement } = document;
    const lost = activeElement === document.body;
    const waits = status === 'loading' && !busy;
    // A person may have gone on to something else meanwhile; a button that was pressed is gone.
    if (status !== 'none' && !waits && (lost || row.current?.contains(activeElement)))
      shown.current?.focus({ preventScroll: true });
    if (status === 'none' && was === 'loading' && lost) button.current?.focus({ preventScroll: true });
  }, [status, busy]);
  const leave = (): void => {
    onLeave?.();
    button.current?.focus();
  };
  const leaveByKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || status === 'none' || onLeave === null) return;
    event.preventDefault();
    event.stopPropagation();
    leave();
  };
  return (
    <li ref={row} className={cx(styles.entry, tight !== '' && styles.tight)}>
      <div className={styles.words}>
        <strong className={cx('mono', styles.file)}>{file}</strong>{' '}
        <span className={styles.quiet}>
          {parts > 1 && `and ${parts - 1} more · `}
          {formatBytes(bytes)}
          {largest && ' · the largest that is likely to fit'}
          {cached && ' · cached here'}
        </span>
        {tight !== '' && <p className={styles.quiet}>{tight}</p>}
      </div>
      {inUse ? (
        <span className={styles.used}>in use</span>
      ) : (
        <Button ref={button} disabled={busy} aria-label={`${verb} ${file}`} onClick={onChoose} onKeyDown={leaveByKey}>
          {label}
        </Button>
      )}
      {status !== 'none' && (
        <section ref={shown} className={styles.look} aria-label={file} tabIndex={-1} onKeyDown={leaveByKey}>
          {children(leave)}
        </section>
      )}
    </li>
  );
}
