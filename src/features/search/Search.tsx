// The view "Search": likely continuations looked for rather than drawn, live, beside greedy and drawn texts, with how varied each kind's texts are.

import { isHere } from '../../stores/model/under-way.ts';
import { useGeneration, useModel } from '../../stores/react.ts';
import { isRunning } from '../../stores/run/generation-types.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Choice } from '../../ui/controls/Choice.tsx';
import { cx } from '../../ui/controls/cx.ts';
import { Explain } from '../../ui/controls/Explain.tsx';
import { keyLabel } from '../../ui/controls/keys.ts';
import { NumberField } from '../../ui/controls/NumberField.tsx';
import { ErrorNotice } from '../shared/ErrorNotice.tsx';
import pane from '../shared/Pane.module.css';
import { Findings } from './Findings.tsx';
import { LiveSearch } from './LiveSearch.tsx';
import styles from './Search.module.css';
import { KINDS } from './types.ts';
import { useSearch, useSearchStore } from './useSearch.ts';
import { KIND_WORDS, NUMBER_WORDS, NUMBERS_OF } from './words.ts';

const KIND_OPTIONS = KINDS.map(value => ({
  value,
  label: KIND_WORDS[value].label,
  title: KIND_WORDS[value].meaning,
}));

const STOPPING_OPTIONS = [
  { value: 'true', label: 'When full', title: 'Once there are as many complete texts as beams' },
  {
    value: 'false',
    label: 'When unlikely',
    title: 'Once no beam has a better score at its length; a longer one still could',
  },
  { value: 'never', label: 'When sure', title: 'Once no beam could have a better score at full length' },
] as const;

function Fields({ disabled }: { disabled: boolean }) {
  const store = useSearchStore();
  const setup = useSearch(s => s.setup);
  return (
    <div className={pane.controls}>
      {NUMBERS_OF[setup.kind].map(key => {
        const { label, meaning, min, max, step } = NUMBER_WORDS[key];
        return (
          <span key={key} className={pane.control}>
            <Explain meaning={meaning}>{label}</Explain>
            <NumberField
              label={`${label} of the search`}
              value={setup[key]}
              disabled={disabled}
              onChange={value => store.getState().setNumber(key, value)}
              {...{ min, max, step }}
            />
          </span>
        );
      })}
      {setup.kind === 'beam' && (
        <span className={pane.control}>
          <Explain meaning="When the search ends before its length: early_stopping in transformers.">Stops</Explain>
          <Choice
            label="Early stopping"
            value={setup.early_stopping}
            options={STOPPING_OPTIONS}
            onChange={stopping => store.getState().setStopping(stopping)}
          />
        </span>
      )}
    </div>
  );
}

export function Search() {
  const store = useSearchStore();
  const kind = useSearch(s => s.setup.kind);
  const status = useSearch(s => s.status);
  const error = useSearch(s => s.error);
  const none = useSearch(s => s.findings.length === 0 && s.told === null);
  const ready = useModel(isHere);
  const running = useGeneration(s => isRunning(s.status));
  const working = status === 'working' || status === 'stopping';
  return (
    <section className={cx(pane.pane, styles.view)} aria-label="Search">
      <Choice
        label="Kind of search"
        value={kind}
        options={KIND_OPTIONS}
        onChange={next => {
          if (!working) store.getState().setKind(next);
        }}
      />
      <p className={pane.words}>{KIND_WORDS[kind].meaning}</p>
      <Fields disabled={working} />
      <div className={pane.controls}>
        {working ? (
          <Button
            variant="primary"
            icon="stop"
            shortcut={keyLabel('Esc')}
            disabled={status === 'stopping'}
            onClick={() => store.getState().stop()}
          >
            {status === 'stopping' ? 'Stopping…' : 'Stop the search'}
          </Button>
        ) : (
          <Button
            variant="primary"
            icon="run"
            disabled={!ready || running}
            onClick={() => void store.getState().start()}
          >
            Search from the end of the text
          </Button>
        )}
      </div>
      {error && <ErrorNotice error={error} retry={() => void store.getState().start()} />}
      {none && !working && (
        <p className={pane.words}>
          A search goes by the model's own probabilities, without temperature or cuts. You see which beginnings live,
          what fell out and why; the best one goes on in the text, the others become branches.
        </p>
      )}
      <LiveSearch working={working} />
      <Findings working={working} />
    </section>
  );
}
