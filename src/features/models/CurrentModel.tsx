// The loaded model in numbers.
import { formatBytes, formatCount, formatParameters } from '../../lib/format.ts';
import { warningWords } from '../../stores/model/warnings.ts';
import { useModel } from '../../stores/react.ts';
import { Notice } from '../../ui/controls/Notice.tsx';
import { ContextInUse } from './ContextInUse.tsx';
import styles from './Models.module.css';

export function CurrentModel() {
  const load = useModel(s => s.load);
  if (load.status !== 'ready') return null;
  const { model } = load;
  const { dims } = model;
  const facts = [
    `${formatParameters(model.parameters)} parameters`,
    `${dims.n_layer} layers × ${dims.n_embd} wide, ${dims.n_head} heads`,
    `vocabulary ${formatCount(dims.vocab_size)}`,
    `${model.dtype}, ${formatBytes(model.weightBytes)} of weights`,
    model.commit === '' ? '' : `commit ${model.commit.slice(0, 8)}`,
    model.cached ? 'cached here' : '',
  ].filter(fact => fact !== '');
  return (
    <section className={styles.section} aria-label="In use">
      <h3>
        In use: {model.name} <span className={styles.quiet}>{model.arch}</span>
      </h3>
      <p className={styles.quiet}>{facts.join(' · ')}</p>
      <ContextInUse />
      {model.warnings.map(warning => (
        <Notice key={warning.code} tone="warn">
          {warningWords(warning)}
        </Notice>
      ))}
    </section>
  );
}
