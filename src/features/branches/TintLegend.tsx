// What the colours of the tree mean.
import { Explain } from '../../ui/controls/Explain.tsx';
import { TINT_ENDS, TINT_LABELS, TINT_STEPS } from '../shared/tint.ts';
import styles from './BranchTree.module.css';

export function TintLegend() {
  return (
    <div className={styles.legend}>
      <span aria-hidden="true">{TINT_ENDS.probability[0]}</span>
      <ul className={styles.steps} aria-label="Tint: probability of a node's first token before sampling">
        {TINT_STEPS.map(step => (
          <li key={step} style={{ background: `var(--tint-${step})` }} title={TINT_LABELS.probability[step]}>
            <span className="visually-hidden">{TINT_LABELS.probability[step]}</span>
          </li>
        ))}
      </ul>
      <span aria-hidden="true">{TINT_ENDS.probability[1]}</span>
      <span className={styles.grownSign}>
        <Explain meaning="Grown by itself and no branch yet: its probability before sampling, and behind it that of the whole grown path.">
          grown
        </Explain>
      </span>
    </div>
  );
}
