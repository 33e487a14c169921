// Prompts to begin with, from the card of the shipped model, and what that model knows.

import type { ModelState } from '../../stores/model/types.ts';
import { useGeneration, useModel, useStores } from '../../stores/react.ts';
import { isRunning } from '../../stores/run/generation-types.ts';
import { TourOffer } from '../shared/TourOffer.tsx';
import styles from './Examples.module.css';
import { FIRST_PROMPT } from './firstPrompt.ts';

/** They end at a real choice: many tokens are about equally likely. */
const EXAMPLES = [
  { name: 'A story', text: FIRST_PROMPT },
  { name: 'A capital', text: 'Q: What is the capital of France?\nA:' },
  { name: 'A command', text: 'USER: "What\'s the weather like in Paris?"\n' },
  { name: 'Copying', text: 'The code is K7Q2. Remember the code. The code is' },
] as const;

/** The shipped model is here, or on its way: its line must not push others aside when it comes. */
function isShipped({ load, coming }: ModelState): boolean {
  if (load.status === 'idle') return false;
  // Of another text a recording has no numbers.
  if (load.status === 'ready' && load.model.recorded && coming === null) return false;
  return (load.status === 'ready' ? load.model.source : load.source).kind === 'shipped';
}

export function Examples() {
  const { document, documents, view } = useStores();
  const shipped = useModel(isShipped);
  const running = useGeneration(s => isRunning(s.status));
  if (!shipped) return null;
  return (
    <div className={styles.examples} data-sideways>
      <TourOffer />
      <ul className={styles.chips} aria-label="Examples">
        {EXAMPLES.map(example => (
          <li key={example.name}>
            <button
              type="button"
              className={styles.chip}
              title={example.text}
              disabled={running}
              onClick={() => {
                const { acts } = documents.getState();
                if (acts !== null) void acts.create({ text: example.text });
                else document.getState().setText(example.text);
              }}
            >
              {example.name}
            </button>
          </li>
        ))}
      </ul>
      <p className={styles.note}>
        This 3 M model knows small stories and facts.{' '}
        <button type="button" className={styles.link} onClick={() => view.getState().open('models')}>
          Llama, Qwen, Gemma, GPT-2 and others are one download away.
        </button>
      </p>
    </div>
  );
}
