// The loaded model in numbers, or why there is none.
import { formatBytes, formatCount, formatParameters } from '../../lib/format.ts';
import { isOfLoss } from '../../stores/model/loss.ts';
import { warningWords } from '../../stores/model/warnings.ts';
import { useModel, useStores } from '../../stores/react.ts';
import { Notice } from '../../ui/controls/Notice.tsx';
import { ErrorNotice } from '../shared/ErrorNotice.tsx';
import { LossNotice } from './LossNotice.tsx';
import styles from './Models.module.css';

export function CurrentModel() {
  const { model: store } = useStores();
  const load = useModel(s => s.load);
  const failure = useModel(s => s.failure);
  if (load.status === 'failed') {
    return isOfLoss(load.error) ? (
      <LossNotice />
    ) : (
      <ErrorNotice error={load.error} retry={() => void store.getState().retry()} />
    );
  }
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
      {failure !== null && (
        <ErrorNotice
          error={failure.error}
          retry={() => void store.getState().retry()}
          onDismiss={() => store.getState().dismissFailure()}
        />
      )}
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
