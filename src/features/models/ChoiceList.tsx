// Several models to choose from: the smallest first, with what is likely to fit.
import type { ReactNode } from 'react';
import type { ModelChoice } from '../../lib/model-source.ts';
import { useModel } from '../../stores/react.ts';
import styles from './Models.module.css';
import { useTightness } from './room.ts';

/** How a model stands among the others. */
export interface Standing {
  /** Why it is not likely to fit this machine; '' where nothing speaks against it. */
  readonly tight: string;
  /** The largest of those against which nothing speaks. */
  readonly largest: boolean;
}

interface ChoiceListProps<C extends ModelChoice> {
  label: string;
  choices: readonly C[];
  row: (choice: C, standing: Standing) => ReactNode;
}

export function ChoiceList<C extends ModelChoice>({ label, choices, row }: ChoiceListProps<C>) {
  const tightness = useTightness();
  // Of an adapter that nobody has asked for nothing is known.
  const known = useModel(s => s.adapter !== null);
  const sorted = [...choices].sort((a, b) => a.bytes - b.bytes);
  const tight = sorted.map(({ bytes }) => tightness(bytes));
  const largest = known ? tight.lastIndexOf('') : -1;
  return (
    <ul className={styles.entries} aria-label={label}>
      {sorted.map((choice, i) => row(choice, { tight: tight[i] ?? '', largest: i === largest }))}
    </ul>
  );
}
