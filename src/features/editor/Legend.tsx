// What the tint of the text means: six steps with their words, and which number they show; attention weights while that view is open.

import { useAttentionTint, useDocument, useStores, useView } from '../../stores/react.ts';
import type { AttentionTint } from '../../stores/run/attention-tint.ts';
import { TINTS, type Tint } from '../../stores/view.ts';
import { IconButton } from '../../ui/controls/Button.tsx';
import { Explain } from '../../ui/controls/Explain.tsx';
import { NARROW, PHONE, useMedia } from '../../ui/controls/useMedia.ts';
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

const CORNERS = {
  chosen: { word: 'picked', meaning: 'A corner at the left: the token was picked from the candidates, not drawn.' },
  external: {
    word: 'from outside',
    meaning:
      'A corner at the right: the token came from outside the model, as the answer to a command or the result of a tool.',
  },
} as const;

/** What the corners of tokens mean, once the text has such a token. */
function Corner({ origin }: { origin: keyof typeof CORNERS }) {
  const some = useDocument(s => s.tokens.some(token => token.origin === origin));
  if (!some) return null;
  const { word, meaning } = CORNERS[origin];
  return (
    <Explain meaning={meaning}>
      <span className={styles.corner} data-origin={origin} aria-hidden="true" />
      {word}
    </Explain>
  );
}

export function Legend() {
  const borders = useView(s => s.borders);
  const whitespace = useView(s => s.whitespace);
  const { view } = useStores();
  const phone = useMedia(PHONE);
  // There the row is full, and the sampling steps of a token say where it came from.
  const narrow = useMedia(NARROW);
  const attentionTint = useAttentionTint(s => s.shown);
  return (
    <div className={styles.legend}>
      {attentionTint ? <AttentionLegend attentionTint={attentionTint} /> : <TintLegend />}
      {!narrow && (
        <>
          <Corner origin="chosen" />
          <Corner origin="external" />
        </>
      )}
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
