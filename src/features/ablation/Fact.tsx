// A term with its meaning, and its number before and after.
import type { ReactNode } from 'react';
import { Explain } from '../../ui/controls/Explain.tsx';
import styles from './Ablation.module.css';

interface FactProps {
  term: string;
  meaning: string;
  /** The full numbers. */
  exact?: string;
  children: ReactNode;
}

export function Fact({ term, meaning, exact, children }: FactProps) {
  return (
    <div className={styles.fact} data-explained>
      <dt>
        <Explain meaning={exact === undefined ? meaning : `${meaning} Here exactly ${exact}.`}>{term}</Explain>
      </dt>
      <dd title={exact}>{children}</dd>
    </div>
  );
}
