// A number under its term in a list of facts (<dl>): the term explains itself, the exact value is one hover or one press away.
import type { ReactNode } from 'react';
import { Explain } from './Explain.tsx';
import styles from './Fact.module.css';

interface FactProps {
  term: string;
  /** One line. */
  meaning: string;
  value: string;
  /** The number behind the value, where it says more. */
  exact?: string | undefined;
}

export function Fact({ term, meaning, value, exact }: FactProps) {
  return (
    <div className={styles.fact} data-explained>
      <dt>
        <Explain meaning={exact === undefined ? meaning : `${meaning} Here exactly ${exact}.`}>{term}</Explain>
      </dt>
      <dd className="num" title={exact}>
        {value}
      </dd>
    </div>
  );
}

/** A fact that is no number. */
export function FactFrame({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className={styles.fact}>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}
