// What the tint of the text means: six steps with their words, and which number they show; attention weights while that view is open.

import { useAttentionTint, useStores, useView } from '../../stores/react.ts';
import type { AttentionTint } from '../../stores/run/attention-tint.ts';
import { TINTS, type Tint } from '../../stores/view.ts';
import { IconButton } from '../../ui/controls/Button.tsx';
import { PHONE, useMedia } from '../../ui/controls/useMedia.ts';
import { TextSizeButton } from '../shared/TextSizeButton.tsx';
import { TINT_ENDS, TINT_LABELS, TINT_STEPS } from '../shared/tint.ts';
import { choiceName, shortChoiceName, WEIGHT_ENDS, WEIGHT_LABELS } from '../shared/weightSteps.ts';
import styles from './Legend.module.css';

const TINT_NAMES: Readonly<Record<Tint, string>> = {
  probability: 'Probability',
  rank: 'Rank',
  surprisal: 'Surprisal',
  entropy: 'Entropy',
  none: 'No tint',
};

/** The six steps between their ends. */
function Steps({
  name,
  ends,
  labels,
  after = '',
}: {
  name: string;
  ends: readonly [string, string];
  labels: readonly string[];
  after?: string;
}) {
  return (
    <>
      <span aria-hidden="true">{ends[0]}</span>
      <ul className={styles.steps} aria-label={name}>
        {TINT_STEPS.map(step => (
          <li key={step} className={styles.step} data-step={step} title={`${labels[step]}${after}`}>
            <span className="visually-hidden">{labels[step]}</span>
          </li>
        ))}
      </ul>
      <span aria-hidden="true">{ends[1]}</span>
    </>
  );
}

function TintLegend() {
  const tint = useView(s => s.tint);
  const setTint = useView(s => s.setTint);
  return (
    <>
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
        <Steps
          name={`Tint: ${TINT_NAMES[tint]} before sampling`}
          ends={TINT_ENDS[tint]}
          labels={TINT_LABELS[tint]}
          after=", before sampling"
        />
      )}
    </>
  );
}

function AttentionLegend({ attentionTint: { choice, position } }: { attentionTint: AttentionTint }) {
  const name = choiceName(choice);
  return (
    <>
      <span className={styles.words} title={`Attention of position ${position}, ${name}`}>
        Attention {shortChoiceName(choice)}
      </span>
      <Steps
        name={`Tint: attention weights of position ${position}, ${name}`}
        ends={WEIGHT_ENDS}
        labels={WEIGHT_LABELS}
        after=" of the attention"
      />
    </>
  );
}

export function Legend() {
  const borders = useView(s => s.borders);
  const whitespace = useView(s => s.whitespace);
  const { view } = useStores();
  const phone = useMedia(PHONE);
  const attentionTint = useAttentionTint(s => s.shown);
  return (
    <div className={styles.legend}>
      {attentionTint ? <AttentionLegend attentionTint={attentionTint} /> : <TintLegend />}
      <span className={styles.toggles}>
        {!phone && <TextSizeButton />}
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
