// Strings that end a run, as chips; what has no shape is written as it is typed.
import { useId, useState } from 'react';
import { readTyped, TYPED_HINT, typedForm } from '../../lib/typed-text.ts';
import { STOP_BOUNDS } from '../../sampling/settings.ts';
import { useSettings, useStores } from '../../stores/react.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Chip } from '../../ui/controls/Chip.tsx';
import { Explain } from '../../ui/controls/Explain.tsx';
import { TypedReading } from '../shared/TypedReading.tsx';
import styles from './Settings.module.css';

export function StopStrings() {
  const { settings } = useStores();
  const stop = useSettings(s => s.settings.stop);
  const [draft, setDraft] = useState('');
  const id = useId();
  const full = stop.length >= STOP_BOUNDS.entries;
  const { text } = readTyped(draft);
  const add = () => {
    // Bytes that are no text stay in the field, which says so.
    if (text === null) return;
    if (text !== '' && !stop.includes(text) && !full) settings.getState().change({ stop: [...stop, text] });
    setDraft('');
  };
  return (
    <div className={styles.field}>
      <span className={styles.label}>
        <Explain
          meaning={`The run ends before the first of these strings; it does not appear in the text. ${TYPED_HINT}`}
          id={id}
        >
          Stop strings
        </Explain>
      </span>
      {stop.length > 0 && (
        <ul className={styles.line} aria-label="Stop strings">
          {stop.map(text => (
            <li key={text}>
              <Chip
                removeLabel={`Remove the stop string ${typedForm(text)}`}
                onRemove={() => settings.getState().change({ stop: stop.filter(each => each !== text) })}
              >
                <span className="mono">{typedForm(text).replaceAll(' ', '·')}</span>
              </Chip>
            </li>
          ))}
        </ul>
      )}
      <div className={styles.line}>
        <input
          className={styles.input}
          aria-label="New stop string"
          aria-describedby={id}
          placeholder="\n or USER:"
          autoComplete="off"
          spellCheck={false}
          maxLength={STOP_BOUNDS.length}
          disabled={full}
          value={draft}
          onChange={event => setDraft(event.target.value)}
          onKeyDown={event => {
            if (event.key !== 'Enter' || event.nativeEvent.isComposing || event.ctrlKey || event.metaKey) return;
            event.preventDefault();
            add();
          }}
        />
        <Button disabled={draft === '' || text === null || full} onClick={add}>
          Add
        </Button>
      </div>
      <TypedReading typed={draft} />
    </div>
  );
}
