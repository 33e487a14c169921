// The loaded model in numbers.
import { formatBytes, formatCount, formatParameters } from '../../lib/format.ts';
import type { Dims } from '../../model/ir/graph.ts';
import type { Mixer } from '../../model/ir/mixers.ts';
import type { LoadedModel } from '../../protocol/events.ts';
import { modelItself } from '../../stores/model/under-way.ts';
import { warningWords } from '../../stores/model/warnings.ts';
import { useModel, useStores } from '../../stores/react.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Notice } from '../../ui/controls/Notice.tsx';
import { layersNamed, layersWhere, MIXER_NAMES } from '../shared/modelWords.ts';
import { AccuracyMeasure } from './AccuracyMeasure.tsx';
import { ContextInUse } from './ContextInUse.tsx';
import { FormatChoice } from './FormatChoice.tsx';
import { KernelCheck } from './KernelCheck.tsx';
import styles from './Models.module.css';
import { ServerInUse } from './ServerInUse.tsx';

/** `12 heads`, `9 heads on 3 key heads`. */
function headsOf({ n_head, n_kv_head }: Dims): string {
  return `${n_head} heads${n_kv_head < n_head ? ` on ${n_kv_head} key ${n_kv_head === 1 ? 'head' : 'heads'}` : ''}`;
}

/** `convolution in layers 0, 1 and 3`; empty where every layer has attention. */
function othersOf(model: LoadedModel): string {
  const others = [...new Set(model.mixers)].filter(mixer => mixer !== 'attention');
  const layers = (mixer: Mixer) => layersWhere(model, (_, each) => each === mixer);
  return others.map(mixer => `${MIXER_NAMES[mixer]} in ${layersNamed(layers(mixer), model.dims.n_layer)}`).join(', ');
}

export function CurrentModel() {
  const load = useModel(modelItself);
  if (load.status !== 'ready') return null;
  const { model } = load;
  if (model.server !== undefined) return <ServerInUse facts={model.server} />;
  const { dims } = model;
  const facts = [
    `${formatParameters(model.parameters)} parameters`,
    `${dims.n_layer} layers × ${dims.n_embd} wide, ${headsOf(dims)}`,
    othersOf(model),
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
      {model.recorded ? <p>A recording of it is open: nothing is computed here.</p> : <Tuned model={model} />}
    </section>
  );
}

/** What of a model that computes can be chosen and measured. */
function Tuned({ model }: { model: LoadedModel }) {
  const { model: store, view } = useStores();
  return (
    <>
      <FormatChoice
        formats={model.formats}
        value={model.format}
        onChange={format => void store.getState().keepFormat(format)}
      />
      <AccuracyMeasure model={model} />
      <ContextInUse />
      <KernelCheck adapter={model.adapter} />
      <div className={styles.line}>
        <Button onClick={() => view.getState().open('profile')}>Where the time goes</Button>
        <Button
          onClick={() => {
            store.getState().unload('person');
            view.getState().close();
          }}
        >
          Unload: free its memory
        </Button>
      </div>
      {model.warnings.map(warning => (
        <Notice key={warning.code} tone="warn">
          {warningWords(warning)}
        </Notice>
      ))}
    </>
  );
}
