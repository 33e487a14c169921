// The chain of sampling steps in the order in which they run; those that do something stand out.
import { isLibrary, ORDER_CHOICES, withLibrary } from '../../sampling/controls.ts';
import { isOff, stepsInOrder, wordsOf } from '../../sampling/steps.ts';
import { useSettings, useStores } from '../../stores/react.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Choice } from '../../ui/controls/Choice.tsx';
import { cx } from '../../ui/controls/cx.ts';
import { Field } from './Field.tsx';
import styles from './Settings.module.css';

const OPTIONS = ORDER_CHOICES.map(({ value, label, explanation }) => ({ value, label, title: explanation }));

export function SamplerOrder() {
  const { settings: store } = useStores();
  const settings = useSettings(s => s.settings);
  const order = ORDER_CHOICES.find(choice => choice.value === settings.order);
  const steps = stepsInOrder(settings.order).map(step => ({
    name: step.key,
    words: wordsOf(step),
    off: isOff(step, settings),
  }));
  return (
    <Field
      label="Order of the steps"
      meaning="Each step works on what the one before it leaves; libraries differ in where the temperature stands."
    >
      <div className={styles.line}>
        <Choice
          label="Order of the steps"
          value={settings.order}
          options={OPTIONS}
          onChange={next => store.getState().change({ order: next })}
        />
      </div>
      <p className={styles.hint}>
        {order?.explanation} {order?.apart}
      </p>
      <div className={styles.line}>
        <Button disabled={isLibrary(settings)} onClick={() => store.getState().change(withLibrary(settings))}>
          Take the defaults of {settings.order}
        </Button>
      </div>
      <ol className={styles.chain} aria-label="Steps in order">
        {steps.map(({ name, words, off }) => (
          <li key={name}>
            <span className={cx(!off && styles.active)}>
              {words}
              <span className="visually-hidden">{off ? ', off' : ''}</span>
            </span>
          </li>
        ))}
      </ol>
    </Field>
  );
}
