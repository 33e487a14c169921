// Any text at the selected place: it goes on from there on a branch of its own, what stood there stays behind.
import { type FormEvent, useId, useState } from 'react';
import { formatCount } from '../../lib/format.ts';
import { readTyped, TYPED_HINT } from '../../lib/typed-text.ts';
import { useDocument, useStores } from '../../stores/react.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Explain } from '../../ui/controls/Explain.tsx';
import { FieldWords } from '../../ui/controls/FieldWords.tsx';
import { TypedReading } from '../shared/TypedReading.tsx';
import { tooLongWords } from '../shared/tooLong.ts';
import styles from './ForceText.module.css';
import { tokenLabel } from './label.ts';

/** UTF-16 units that are put into the text at a time. */
const MOST_FORCED = 2000;

export function ForceText() {
  const { document } = useStores();
  const selected = useDocument(s => s.selected);
  const token = useDocument(s => (s.selected === 'end' ? null : (s.tokens[s.selected] ?? null)));
  const ready = useDocument(s => s.tokenizer !== null);
  const [text, setText] = useState('');
  const describe = useId();
  const fault = useId();
  const read = readTyped(text).text;
  const long = tooLongWords(read ?? '', MOST_FORCED);
  const put = (event: FormEvent) => {
    event.preventDefault();
    if (read === null || long !== null) return;
    const { selected: place, force } = document.getState();
    force(place, read);
    setText('');
  };
  return (
    <form className={styles.force} onSubmit={put}>
      <h2>
        <Explain
          id={describe}
          meaning={`Cuts the text before the selected token and goes on with what you type, as a branch of its own. At the end of the text it goes on with the same branch. ${TYPED_HINT}`}
        >
          Force text
        </Explain>{' '}
        <span className={styles.where}>
          {selected === 'end' || !token ? (
            'at the end of the text'
          ) : (
            <>
              at position {formatCount(selected)}, in place of <span className="mono">{tokenLabel(token)}</span> and all
              after it
            </>
          )}
        </span>
      </h2>
      <div className={styles.line}>
        <input
          className={styles.field}
          aria-label="Text to force"
          aria-describedby={long === null ? describe : `${describe} ${fault}`}
          aria-invalid={long !== null}
          placeholder="begin with a space for a new word"
          autoComplete="off"
          spellCheck={false}
          value={text}
          onChange={event => setText(event.target.value)}
        />
        <Button disabled={!ready || text === '' || read === null || long !== null} onClick={put}>
          Put it there
        </Button>
      </div>
      {long === null ? (
        <TypedReading typed={text} />
      ) : (
        <FieldWords id={fault} words={{ text: long, tone: 'refused' }} />
      )}
    </form>
  );
}
