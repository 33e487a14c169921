// The seed: a fresh one per run, shown after it, or one that is kept.
import { useId } from 'react';
import { freshSeed } from '../../lib/rng.ts';
import { useGeneration, useSettings, useStores } from '../../stores/react.ts';
import { MAX_SEED } from '../../stores/run/settings.ts';
import { IconButton } from '../../ui/controls/Button.tsx';
import { cx } from '../../ui/controls/cx.ts';
import { Explain } from '../../ui/controls/Explain.tsx';
import { FieldWords } from '../../ui/controls/FieldWords.tsx';
import { useTypedNumber } from '../../ui/controls/useTypedNumber.ts';
import styles from './Settings.module.css';

const SEEDS = { min: 0, max: MAX_SEED, step: 1 };

export function Seed() {
  const { settings } = useStores();
  const seed = useSettings(s => s.seed);
  const last = useGeneration(s => s.seed);
  const id = useId();
  const locked = seed !== '';
  const { field, words, wordsId, forget } = useTypedNumber({
    range: SEEDS,
    value: locked ? Number(seed) : null,
    stays: locked ? seed : 'a new seed for each run',
    onRead: read => settings.getState().lockSeed(read),
    onEmpty: () => settings.getState().unlockSeed(),
  });
  return (
    <div className={styles.field}>
      <div className={styles.label}>
        <Explain meaning="The same seed with the same text, settings and adapter draws the same tokens." id={id}>
          Seed
        </Explain>
        <span className={styles.keys}>
          <IconButton
            icon={locked ? 'lock' : 'unlock'}
            label={locked ? 'Unlock the seed: draw a new one for each run' : 'Lock the seed of the last run'}
            aria-pressed={locked}
            disabled={!locked && last === null}
            onClick={() => {
              forget();
              if (locked) settings.getState().unlockSeed();
              else if (last !== null) settings.getState().lockSeed(last);
            }}
          />
          <IconButton
            icon="dice"
            label="New seed"
            onClick={() => {
              forget();
              settings.getState().lockSeed(freshSeed());
            }}
          />
        </span>
      </div>
      <div className={styles.line}>
        <input
          className={styles.input}
          aria-label="Seed"
          aria-describedby={cx(id, words !== null && wordsId)}
          inputMode="numeric"
          autoComplete="off"
          placeholder={last === null ? 'a new one for each run' : `last run: ${last}`}
          {...field}
        />
        <FieldWords id={wordsId} words={words} />
      </div>
    </div>
  );
}
