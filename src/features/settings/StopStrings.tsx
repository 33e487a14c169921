// Strings that end a run, as chips; line ends are written \n.
import { useId, useState } from 'react';
import { STOP_BOUNDS } from '../../sampling/settings.ts';
import { useSettings, useStores } from '../../stores/react.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Chip } from '../../ui/controls/Chip.tsx';
import { Explain } from '../../ui/controls/Explain.tsx';
import { escapeLine, unescapeLine } from '../../ui/controls/visible.ts';
import styles from './Settings.module.css';

export function StopStrings() {
  const { settings } = useStores();
  const stop = useSettings(s => s.settings.stop);
  const [draft, setDraft] = useState('');
  const id = useId();
  const full = stop.length >= STOP_BOUNDS.entries;
  const add = () => {
    const text = unescapeLine(draft);
    if (text !== '' && !stop.includes(text) && !full) settings.getState().change({ stop: [...stop, text] });
    setDraft('');
  };
  return (
    <div className={styles.field}>
      <span className={styles.label}>
        <Explain meaning="The run ends before the first of these strings; it does not appear in the text." id={id}>
          Stop strings
        </Explain>
      </span>
      {stop.length > 0 && (
        <ul className={styles.line} aria-label="Stop strings">
          {stop.map(text => (
            <li key={text}>
              <Chip
                removeLabel={`Remove the stop string ${escapeLine(text)}`}
                onRemove={() => settings.getState().change({ stop: stop.filter(each => each !== text) })}
              >
                <span className="mono">{escapeLine(text).replaceAll(' ', '·')}</span>
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
        <Button disabled={draft === '' || full} onClick={add}>
          Add
        </Button>
      </div>
    </div>
  );
}
