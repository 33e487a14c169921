// The seed: a fresh one per run, shown after it, or one that is kept.
import { useId, useState } from 'react';
import { useGeneration, useSettings, useStores } from '../../stores/react.ts';
import { IconButton } from '../../ui/controls/Button.tsx';
import { Explain } from '../../ui/controls/Explain.tsx';
import styles from './Settings.module.css';

export function Seed() {
  const { settings } = useStores();
  const seed = useSettings(s => s.seed);
  const last = useGeneration(s => s.seed);
  const [draft, setDraft] = useState<string | null>(null);
  const id = useId();
  const locked = seed !== '';
  const commit = () => {
    if (draft !== null) settings.getState().setSeed(draft);
    setDraft(null);
  };
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
              if (locked) settings.getState().unlockSeed();
              else if (last !== null) settings.getState().lockSeed(last);
            }}
          />
          <IconButton
            icon="dice"
            label="New seed"
            onClick={() => settings.getState().lockSeed(crypto.getRandomValues(new Uint32Array(1))[0] ?? 0)}
          />
        </span>
      </div>
      <div className={styles.line}>
        <input
          className={styles.input}
          aria-label="Seed"
          aria-describedby={id}
          inputMode="numeric"
          autoComplete="off"
          placeholder={last === null ? 'a new one for each run' : `last run: ${last}`}
          value={draft ?? seed}
          onChange={event => setDraft(event.target.value)}
          onBlur={commit}
          onKeyDown={event => {
            if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) commit();
          }}
        />
      </div>
    </div>
  );
}
