// One of several models of a repository, and below it the look at it, which has the keyboard until it is left.
import { type KeyboardEvent, useEffect, useRef } from 'react';
import { formatBytes } from '../../lib/format.ts';
import { type ModelSource, sourceKey } from '../../lib/model-source.ts';
import type { Look } from '../../stores/model/types.ts';
import { useStores } from '../../stores/react.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { cx } from '../../ui/controls/cx.ts';
import { LookResult } from './LookResult.tsx';
import { useLoaded } from './loaded.ts';
import styles from './Models.module.css';

export interface Choice {
  /** Its only file, or the first of its parts. */
  readonly file: string;
  readonly parts: number;
  /** Of all its parts. */
  readonly bytes: number;
}

interface ChoiceRowProps {
  choice: Choice;
  source: ModelSource;
  /** Why it is not likely to fit this machine; '' where nothing speaks against it. */
  tight: string;
  /** The largest of those against which nothing speaks. */
  largest: boolean;
  /** Null where nobody looks at this one. */
  look: Exclude<Look, { status: 'none' }> | null;
  onLook: () => void;
}

export function ChoiceRow({ choice: { file, parts, bytes }, source, tight, largest, look, onLook }: ChoiceRowProps) {
  const { model } = useStores();
  const { inUse, cached, busy } = useLoaded(sourceKey(source));
  const button = useRef<HTMLButtonElement>(null);
  const row = useRef<HTMLLIElement>(null);
  const shown = useRef<HTMLElement>(null);
  const status = look?.status;
  useEffect(() => {
    if (status !== 'ready' && status !== 'failed') return;
    // A person may have gone on to something else meanwhile; a button that was pressed is gone.
    const { activeElement } = document;
    if (activeElement === document.body || row.current?.contains(activeElement))
      shown.current?.focus({ preventScroll: true });
  }, [status]);
  const leave = (): void => {
    model.getState().forgetChosen();
    button.current?.focus();
  };
  const leaveByKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || look === null) return;
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
        <Button ref={button} disabled={busy} aria-label={`Look at ${file}`} onClick={onLook} onKeyDown={leaveByKey}>
          Look at it
        </Button>
      )}
      {look !== null && (
        <section ref={shown} className={styles.look} aria-label={file} tabIndex={-1} onKeyDown={leaveByKey}>
          <LookResult look={look} onAgain={onLook} onLeave={leave} onChoose={leave} />
        </section>
      )}
    </li>
  );
}
