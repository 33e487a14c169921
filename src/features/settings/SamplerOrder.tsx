// The chain of sampling steps in the order in which they run; those that do something stand out.
import { ORDER_CHOICES } from '../../sampling/controls.ts';
import { CUT_STEPS, isActive, LOGIT_STEPS, type StepName } from '../../sampling/steps.ts';
import { useSettings, useStores } from '../../stores/react.ts';
import { Choice } from '../../ui/controls/Choice.tsx';
import { cx } from '../../ui/controls/cx.ts';
import { Explain } from '../../ui/controls/Explain.tsx';
import styles from './Settings.module.css';

const OPTIONS = ORDER_CHOICES.map(({ value, label, explanation }) => ({ value, label, title: explanation }));

const plain = (name: StepName): string => name.replaceAll('_', ' ').replace(/ ([pk])$/, '-$1');

export function SamplerOrder() {
  const { settings: store } = useStores();
  const settings = useSettings(s => s.settings);
  const order = ORDER_CHOICES.find(choice => choice.value === settings.order);
  const steps: readonly StepName[] = [...LOGIT_STEPS, ...CUT_STEPS[settings.order]];
  const active = (name: StepName) =>
    name === 'end_of_text' ? settings.end_of_text === 'never' : isActive(name, settings);
  return (
    <div className={styles.field}>
      <span className={styles.label}>
        <Explain meaning="Each step works on what the one before it leaves; libraries differ in where the temperature stands.">
          Order of the steps
        </Explain>
      </span>
      <div className={styles.line}>
        <Choice
          label="Order of the steps"
          value={settings.order}
          options={OPTIONS}
          onChange={next => store.getState().change({ order: next })}
        />
      </div>
      <p className={styles.hint}>{order?.explanation}</p>
      <ol className={styles.chain} aria-label="Steps in order">
        {steps.map(name => (
          <li key={name}>
            <span className={cx(active(name) && styles.active)}>
              {plain(name)}
              <span className="visually-hidden">{active(name) ? '' : ', off'}</span>
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
}
