// The loaded model in numbers.
import { formatBytes, formatCount, formatParameters } from '../../lib/format.ts';
import { warningWords } from '../../stores/model/warnings.ts';
import { useModel } from '../../stores/react.ts';
import { Notice } from '../../ui/controls/Notice.tsx';
import styles from './Models.module.css';

export function CurrentModel() {
  const load = useModel(s => s.load);
  if (load.status !== 'ready') return null;
  const { model } = load;
  const { dims } = model;
  const facts = [
    `${formatParameters(model.parameters)} parameters`,
    `${dims.n_layer} layers × ${dims.n_embd} wide, ${dims.n_head} heads`,
    `context ${formatCount(dims.n_ctx)}`,
    `vocabulary ${formatCount(dims.vocab_size)}`,
    `${model.dtype}, ${formatBytes(model.weightBytes)} of weights`,
    `${formatBytes(model.gpuBytes)} of GPU memory`,
    model.commit === '' ? '' : `commit ${model.commit.slice(0, 8)}`,
    model.cached ? 'cached here' : '',
  ].filter(fact => fact !== '');
  return (
    <section className={styles.section} aria-label="In use">
      <h3>
        In use: {model.name} <span className={styles.quiet}>{model.arch}</span>
      </h3>
      <p className={styles.quiet}>{facts.join(' · ')}</p>
      {model.warnings.map(warning => (
        <Notice key={warning.code} tone="warn">
          {warningWords(warning)}
        </Notice>
      ))}
    </section>
  );
}
