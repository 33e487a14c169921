// The steps that few turn on, folded away: each with the settings beside it once it is on. And how far back the penalties look.
import { useId, useState } from 'react';
import { CONTROLS, PENALTIES_COUNT_CHOICES } from '../../sampling/controls.ts';
import { BREAKER_BOUNDS, drySequenceBreakers } from '../../sampling/steps/dry_multiplier.ts';
import { NEGATIVE_PROMPT_LENGTH, negativePrompt } from '../../sampling/steps/guidance_scale.ts';
import { penaltiesCount, repeatLastN } from '../../sampling/steps/penalty_window.ts';
import type { Step } from '../../sampling/steps/step.ts';
import { isOff, type StepName } from '../../sampling/steps.ts';
import { useSettings, useStores } from '../../stores/react.ts';
import { FieldWords } from '../../ui/controls/FieldWords.tsx';
import { tooLongWords } from '../shared/tooLong.ts';
import { ChoiceField } from './ChoiceField.tsx';
import { ConstraintField } from './ConstraintField.tsx';
import { Control } from './Controls.tsx';
import { Field } from './Field.tsx';
import { RARE_STEPS } from './rare.ts';
import styles from './Settings.module.css';
import { StringList } from './StringList.tsx';

function Named({ name }: { name: string }) {
  const control = CONTROLS.find(({ key }) => key === name);
  return control && <Control control={control} />;
}

function Breakers() {
  const { settings } = useStores();
  const breakers = useSettings(s => s.settings.dry_sequence_breakers);
  return (
    <StringList
      label="Sequence breakers"
      noun="sequence breaker"
      meaning="No repetition goes on across one of these strings."
      placeholder="\n or ."
      strings={breakers}
      bounds={BREAKER_BOUNDS}
      onChange={next => settings.getState().change({ dry_sequence_breakers: next })}
    />
  );
}

function NegativePrompt() {
  const { settings } = useStores();
  const prompt = useSettings(s => s.settings.negative_prompt);
  const [refused, setRefused] = useState<string | null>(null);
  const [id, fault] = [useId(), useId()];
  const change = (typed: string) => {
    // One that was cut would be another one.
    const long = tooLongWords(typed, NEGATIVE_PROMPT_LENGTH);
    setRefused(long);
    if (long === null) settings.getState().change({ negative_prompt: typed });
  };
  return (
    <Field
      label="Negative prompt"
      meaning="Stands in place of what was typed before the first drawn token, in a text of its own beside the real one. Empty: that text begins with nothing."
      id={id}
    >
      <textarea
        className={styles.input}
        aria-label="Negative prompt"
        aria-describedby={refused === null ? id : `${id} ${fault}`}
        aria-invalid={refused !== null}
        rows={2}
        spellCheck={false}
        value={prompt}
        onChange={event => change(event.target.value)}
      />
      <FieldWords id={fault} words={refused === null ? null : { text: refused, tone: 'refused' }} />
    </Field>
  );
}

/** A step, and what stands beside it as soon as it does something. */
function StepControls({ step }: { step: Step<StepName> }) {
  const on = useSettings(s => !isOff(step, s.settings));
  return (
    <>
      <Named name={step.key} />
      {on && step.beside.map(({ key }) => <Named key={key} name={key} />)}
      {on && step.beside.some(({ key }) => key === drySequenceBreakers.key) && <Breakers />}
      {on && step.beside.some(({ key }) => key === negativePrompt.key) && <NegativePrompt />}
    </>
  );
}

function Counted() {
  const { settings } = useStores();
  const value = useSettings(s => s.settings.penalties_count);
  return (
    <ChoiceField
      label="Penalties count"
      choices={PENALTIES_COUNT_CHOICES}
      value={value}
      onChange={penalties_count => settings.getState().change({ penalties_count })}
    />
  );
}

/** How many of what is folded away do something. */
function useOn(): number {
  return useSettings(({ settings }) => {
    const besides = [repeatLastN, penaltiesCount].filter(({ key, unnamed }) => settings[key] !== unnamed);
    return RARE_STEPS.filter(step => !isOff(step, settings)).length + besides.length;
  });
}

/** A few at a time, so that F6 leads near to each. */
const ROWS = Array.from({ length: Math.ceil(RARE_STEPS.length / 3) }, (_, i) => RARE_STEPS.slice(3 * i, 3 * i + 3));

export function MoreSteps() {
  const on = useOn();
  const [open, setOpen] = useState(on > 0);
  return (
    <details className={styles.more} open={open} onToggle={event => setOpen(event.currentTarget.open)}>
      <summary>
        More steps <span className={styles.hint}>{on === 0 ? 'all off' : `${on} on`}</span>
      </summary>
      {open && (
        <div className={styles.controls}>
          <ConstraintField />
          {ROWS.map(steps => (
            <div key={steps[0]?.key} className={styles.part} data-part>
              {steps.map(step => (
                <StepControls key={step.key} step={step} />
              ))}
            </div>
          ))}
          <Named name={repeatLastN.key} />
          <Counted />
        </div>
      )}
    </details>
  );
}
