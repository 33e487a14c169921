// The steps that few turn on, folded away: each with the settings beside it once it is on. And how far back the penalties look.
import { useId, useState } from 'react';
import { CONTROLS, PENALTIES_COUNT_CHOICES } from '../../sampling/controls.ts';
import { BREAKER_BOUNDS, drySequenceBreakers } from '../../sampling/steps/dry_multiplier.ts';
import { NEGATIVE_PROMPT_LENGTH, negativePrompt } from '../../sampling/steps/guidance_scale.ts';
import { penaltiesCount, repeatLastN } from '../../sampling/steps/penalty_window.ts';
import type { Step } from '../../sampling/steps/step.ts';
import { isOff, STEPS, type StepName } from '../../sampling/steps.ts';
import { useSettings, useStores } from '../../stores/react.ts';
import { Choice } from '../../ui/controls/Choice.tsx';
import { Explain } from '../../ui/controls/Explain.tsx';
import { Control } from './Controls.tsx';
import styles from './Settings.module.css';
import { StringList } from './StringList.tsx';

const RARE = STEPS.filter(step => 'rare' in step && step.rare);
const COUNT_OPTIONS = PENALTIES_COUNT_CHOICES.map(({ value, label, explanation }) => ({
  value,
  label,
  title: explanation,
}));

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
  const id = useId();
  return (
    <div className={styles.field}>
      <span className={styles.label}>
        <Explain
          id={id}
          meaning="Stands in place of what was typed before the first drawn token, in a text of its own beside the real one. Empty: that text begins with nothing."
        >
          Negative prompt
        </Explain>
      </span>
      <textarea
        className={styles.input}
        aria-label="Negative prompt"
        aria-describedby={id}
        rows={2}
        maxLength={NEGATIVE_PROMPT_LENGTH}
        spellCheck={false}
        value={prompt}
        onChange={event => settings.getState().change({ negative_prompt: event.target.value })}
      />
    </div>
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
  const chosen = PENALTIES_COUNT_CHOICES.find(choice => choice.value === value);
  return (
    <div className={styles.field}>
      <span className={styles.label}>
        <Explain meaning={PENALTIES_COUNT_CHOICES.map(c => `${c.label}: ${c.explanation}`).join(' ')}>
          Penalties count
        </Explain>
      </span>
      <div className={styles.line}>
        <Choice
          label="Penalties count"
          value={value}
          options={COUNT_OPTIONS}
          onChange={penalties_count => settings.getState().change({ penalties_count })}
        />
      </div>
      <p className={styles.hint}>{chosen?.explanation}</p>
    </div>
  );
}

/** How many of what is folded away do something. */
function useOn(): number {
  return useSettings(({ settings }) => {
    const besides = [repeatLastN, penaltiesCount].filter(({ key, unnamed }) => settings[key] !== unnamed);
    return RARE.filter(step => !isOff(step, settings)).length + besides.length;
  });
}

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
          {RARE.map(step => (
            <StepControls key={step.key} step={step} />
          ))}
          <Named name={repeatLastN.key} />
          <Counted />
        </div>
      )}
    </details>
  );
}
