// Strings as chips, with a field for one more; what has no shape is written as it is typed.
import { useId, useState } from 'react';
import { readTyped, TYPED_HINT, typedForm } from '../../lib/typed-text.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Chip } from '../../ui/controls/Chip.tsx';
import { FieldWords } from '../../ui/controls/FieldWords.tsx';
import { TypedReading } from '../shared/TypedReading.tsx';
import { tooLongWords } from '../shared/tooLong.ts';
import { Field } from './Field.tsx';
import styles from './Settings.module.css';

interface StringListProps {
  /** `Stop strings`, and what one of them is called: `stop string`. */
  label: string;
  noun: string;
  meaning: string;
  placeholder: string;
  strings: readonly string[];
  bounds: { readonly entries: number; readonly length: number };
  onChange: (strings: readonly string[]) => void;
}

export function StringList({ label, noun, meaning, placeholder, strings, bounds, onChange }: StringListProps) {
  const [draft, setDraft] = useState('');
  const id = useId();
  const full = strings.length >= bounds.entries;
  const fault = useId();
  const { text } = readTyped(draft);
  const long = tooLongWords(text ?? '', bounds.length);
  const add = () => {
    // What cannot be taken stays in the field, which says so.
    if (text === null || long !== null) return;
    if (text !== '' && !strings.includes(text) && !full) onChange([...strings, text]);
    setDraft('');
  };
  return (
    <Field label={label} meaning={`${meaning} ${TYPED_HINT}`} id={id}>
      {strings.length > 0 && (
        <ul className={styles.line} aria-label={label}>
          {strings.map(text => (
            <li key={text}>
              <Chip
                removeLabel={`Remove the ${noun} ${typedForm(text)}`}
                onRemove={() => onChange(strings.filter(each => each !== text))}
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
          aria-label={`New ${noun}`}
          aria-describedby={long === null ? id : `${id} ${fault}`}
          aria-invalid={long !== null}
          placeholder={placeholder}
          autoComplete="off"
          spellCheck={false}
          disabled={full}
          value={draft}
          onChange={event => setDraft(event.target.value)}
          onKeyDown={event => {
            if (event.key !== 'Enter' || event.nativeEvent.isComposing || event.ctrlKey || event.metaKey) return;
            event.preventDefault();
            add();
          }}
        />
        <Button disabled={draft === '' || text === null || long !== null || full} onClick={add}>
          Add
        </Button>
      </div>
      {long === null ? (
        <TypedReading typed={draft} />
      ) : (
        <FieldWords id={fault} words={{ text: long, tone: 'refused' }} />
      )}
    </Field>
  );
}
