// What the tint of the text means: six steps with their words, and which number they show.
import { useStores, useView } from '../../stores/react.ts';
import { TINTS, type Tint } from '../../stores/view.ts';
import { IconButton } from '../../ui/Button.tsx';
import { TINT_ENDS, TINT_LABELS, TINT_STEPS } from '../tint.ts';
import styles from './Legend.module.css';

const TINT_NAMES: Readonly<Record<Tint, string>> = {
  probability: 'Probability',
  rank: 'Rank',
  surprisal: 'Surprisal',
  entropy: 'Entropy',
  none: 'No tint',
};

export function Legend() {
  const tint = useView(s => s.tint);
  const setTint = useView(s => s.setTint);
  const borders = useView(s => s.borders);
  const whitespace = useView(s => s.whitespace);
  const { view } = useStores();
  return (
    <div className={styles.legend}>
      <label className={styles.pick}>
        <span className="visually-hidden">Tint of the text shows</span>
        <select value={tint} onChange={event => setTint(TINTS.find(t => t === event.target.value) ?? 'probability')}>
          {TINTS.map(name => (
            <option key={name} value={name}>
              {TINT_NAMES[name]}
            </option>
          ))}
        </select>
      </label>
      {tint !== 'none' && (
        <>
          <span aria-hidden="true">{TINT_ENDS[tint][0]}</span>
          <ul className={styles.steps} aria-label={`Tint: ${TINT_NAMES[tint]} before sampling`}>
            {TINT_STEPS.map(step => (
              <li
                key={step}
                className={styles.step}
                data-step={step}
                title={`${TINT_LABELS[tint][step]}, before sampling`}
              >
                <span className="visually-hidden">{TINT_LABELS[tint][step]}</span>
              </li>
            ))}
          </ul>
          <span aria-hidden="true">{TINT_ENDS[tint][1]}</span>
        </>
      )}
      <span className={styles.toggles}>
        <IconButton
          icon="borders"
          label="Borders between tokens"
          aria-pressed={borders}
          onClick={() => view.getState().setBorders(!borders)}
        />
        <IconButton
          icon="whitespace"
          label="Spaces and line ends as signs"
          aria-pressed={whitespace}
          onClick={() => view.getState().setWhitespace(!whitespace)}
        />
      </span>
    </div>
  );
}
