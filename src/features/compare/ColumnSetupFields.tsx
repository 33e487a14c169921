// What is asked of a column: settings, seed, prompt and model.
import { useEffect, useId } from 'react';
import { type ModelSource, sourceKey, sourceName } from '../../lib/model-source.ts';
import { CONTROLS, type NumericKey } from '../../sampling/controls.ts';
import { DEFAULT_SOURCE } from '../../stores/model/sources.ts';
import { useModel, useStores } from '../../stores/react.ts';
import { MAX_SEED } from '../../stores/run/settings.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { NumberField } from '../../ui/controls/NumberField.tsx';
import styles from './Compare.module.css';
import type { Column } from './types.ts';
import { useCompareStore } from './useCompare.ts';

/** Those that are compared most; the others are taken over from the page as a whole. */
const KEYS: readonly NumericKey[] = [
  'temperature',
  'top_k',
  'top_p',
  'min_p',
  'typical_p',
  'repetition_penalty',
  'max_new_tokens',
];
const FIELDS = CONTROLS.filter(({ key }) => KEYS.includes(key));

interface FieldsProps {
  column: Column;
  number: number;
}

/** The model in use, those that are stored here and the one that ships: nothing is downloaded for a comparison. */
function ModelField({ column: { id, setup }, number }: FieldsProps) {
  const store = useCompareStore();
  const { model } = useStores();
  const models = useModel(s => s.cache.models);
  const inUse = useModel(s => (s.load.status === 'ready' ? s.load.model : null));
  useEffect(() => {
    if (model.getState().cache.status === 'unknown') void model.getState().listCache();
  }, [model]);
  const stored = models.filter(({ complete }) => complete).map(({ source }) => source);
  const sources = new Map<string, ModelSource>(
    [DEFAULT_SOURCE, ...stored, ...(setup.model === null ? [] : [setup.model])].map(each => [sourceKey(each), each]),
  );
  return (
    <label className={styles.field}>
      <span>Model</span>
      <select
        aria-label={`Model of column ${number}`}
        value={setup.model === null ? '' : sourceKey(setup.model)}
        onChange={event => store.getState().change(id, { model: sources.get(event.target.value) ?? null })}
      >
        <option value="">{inUse === null ? 'The one in use' : `The one in use, ${inUse.name}`}</option>
        {[...sources].map(([key, source]) => (
          <option key={key} value={key}>
            {sourceName(source)}
          </option>
        ))}
      </select>
    </label>
  );
}

function PromptField({ column: { id, setup }, number }: FieldsProps) {
  const store = useCompareStore();
  const { document } = useStores();
  const area = useId();
  if (setup.prompt === null)
    return (
      <Button variant="quiet" onClick={() => store.getState().change(id, { prompt: document.getState().text })}>
        Another prompt…
      </Button>
    );
  return (
    <div className={styles.prompt}>
      <label htmlFor={area}>Prompt of column {number}</label>
      <textarea
        id={area}
        rows={4}
        value={setup.prompt}
        onChange={event => store.getState().change(id, { prompt: event.target.value })}
      />
      <Button variant="quiet" onClick={() => store.getState().change(id, { prompt: null })}>
        Use the text of the document
      </Button>
    </div>
  );
}

export function ColumnSetupFields({ column, number }: FieldsProps) {
  const store = useCompareStore();
  const { id, setup } = column;
  const change = store.getState().change;
  return (
    <div className={styles.fields}>
      {setup.branch === null && (
        <>
          {FIELDS.map(({ key, label, bounds, travel }) => (
            <div key={key} className={styles.field}>
              <span>{label}</span>
              <NumberField
                label={`${label} of column ${number}`}
                value={setup.settings[key]}
                min={bounds.min}
                max={bounds.max}
                step={travel.step}
                onChange={value => change(id, { settings: { ...setup.settings, [key]: value } })}
              />
            </div>
          ))}
          <div className={styles.field}>
            <span>Seed</span>
            <NumberField
              label={`Seed of column ${number}`}
              value={setup.seed}
              min={0}
              max={MAX_SEED}
              step={1}
              wide
              onChange={seed => change(id, { seed })}
            />
          </div>
          <Button variant="quiet" onClick={() => store.getState().takeSettings(id)}>
            Take all settings of the page
          </Button>
          <PromptField column={column} number={number} />
        </>
      )}
      <ModelField column={column} number={number} />
    </div>
  );
}
