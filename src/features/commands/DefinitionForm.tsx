// One command as a form: its name, what it is for, who answers and with what.
import { useState } from 'react';
import { ANSWERERS } from '../../stores/document/types.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Choice } from '../../ui/controls/Choice.tsx';
import styles from './Commands.module.css';
import { faultOf } from './fault.ts';
import type { Definition, DefinitionDraft } from './types.ts';
import { useCommandsStore } from './useCommands.ts';
import { ANSWERER_WORDS } from './words.ts';

const OPTIONS = ANSWERERS.map(value => ({ value, ...ANSWERER_WORDS[value] }));

const SOURCE_WORDS: Readonly<Record<Exclude<Definition['by'], 'person'>, string>> = {
  text: 'The answer',
  expression: 'JavaScript expression of text and argument',
  address: 'Address; {argument} stands for what the model writes behind the name',
};

export function DefinitionForm({ form: { name, definition: draft } }: { form: DefinitionDraft }) {
  const store = useCommandsStore();
  const { fill } = store.getState();
  const [fault, setFault] = useState('');
  const change = (part: Partial<Definition>): void => fill({ name, definition: { ...draft, ...part } });
  const keep = (): void => {
    const found = faultOf({ name, definition: draft }, store.getState().definitions);
    setFault(found);
    if (found !== '') return;
    store.getState().define(name, draft);
    fill(null);
  };
  return (
    <div className={styles.form}>
      <label className={styles.line}>
        Name
        <input
          className={styles.field}
          value={draft.name}
          spellCheck={false}
          placeholder="FETCH_WEATHER_DATA"
          onChange={event => change({ name: event.target.value.toUpperCase().replaceAll(/[\s-]/g, '_') })}
        />
      </label>
      <label className={styles.line}>
        What it is for
        <input
          className={styles.field}
          value={draft.purpose}
          onChange={event => change({ purpose: event.target.value })}
        />
      </label>
      <Choice label="Who answers" value={draft.by} options={OPTIONS} onChange={by => change({ by })} />
      {draft.by !== 'person' && (
        <label className={styles.line}>
          {SOURCE_WORDS[draft.by]}
          <textarea
            className={styles.field}
            rows={3}
            spellCheck={draft.by === 'text'}
            value={draft.source}
            onChange={event => change({ source: event.target.value })}
          />
        </label>
      )}
      {draft.by === 'address' && (
        <label className={styles.line}>
          Part of its JSON (empty: all)
          <input
            className={styles.field}
            value={draft.path}
            spellCheck={false}
            placeholder="current.temperature"
            onChange={event => change({ path: event.target.value })}
          />
        </label>
      )}
      {fault !== '' && <p role="alert">{fault}</p>}
      <span className={styles.buttons}>
        <Button variant="primary" onClick={keep}>
          Keep command
        </Button>
        <Button variant="quiet" onClick={() => fill(null)}>
          Cancel
        </Button>
      </span>
    </div>
  );
}
