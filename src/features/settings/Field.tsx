// A setting that is no slider: its name, which says what it does, above what it is set with.
import type { ReactNode } from 'react';
import { Explain } from '../../ui/controls/Explain.tsx';
import styles from './Settings.module.css';

interface FieldProps {
  label: string;
  meaning: string;
  /** Of the meaning, for `aria-describedby`. */
  id?: string;
  children: ReactNode;
}

export function Field({ label, meaning, id, children }: FieldProps) {
  return (
    <div className={styles.field}>
      <span className={styles.label}>
        <Explain meaning={meaning} {...(id === undefined ? {} : { id })}>
          {label}
        </Explain>
      </span>
      {children}
    </div>
  );
}
