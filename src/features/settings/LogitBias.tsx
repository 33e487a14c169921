// Tokens made likelier or less likely by hand: found by text or id, each with its number.
import { useEffect, useRef, useState } from 'react';
import { TYPED_HINT } from '../../lib/typed-text.ts';
import { BIAS_BOUNDS } from '../../sampling/steps/logit_bias.ts';
import { useDocument, useSettings, useStores } from '../../stores/react.ts';
import { IconButton } from '../../ui/controls/Button.tsx';
import { Notice } from '../../ui/controls/Notice.tsx';
import { NumberField } from '../../ui/controls/NumberField.tsx';
import { SearchField } from '../../ui/controls/SearchField.tsx';
import { TokenText } from '../../ui/controls/TokenText.tsx';
import { readySearch } from '../shared/readySearch.ts';
import { TypedReading } from '../shared/TypedReading.tsx';
import { faceOf } from '../shared/tokenFace.ts';
import { Field } from './Field.tsx';
import styles from './Settings.module.css';

const MOST_RESULTS = 6;
/** Of a token just picked. */
const FIRST_BIAS = 2;

export function LogitBias() {
  const { settings } = useStores();
  const entries = useSettings(s => s.settings.logit_bias);
  const lost = useSettings(s => s.lostBiases);
  const tokenizer = useDocument(s => s.tokenizer);
  const [search, setSearch] = useState('');
  const set = (id: number, bias: number) =>
    settings.getState().change({ logit_bias: entries.map(entry => (entry.id === id ? { id, bias } : entry)) });
  const remove = (id: number) => settings.getState().change({ logit_bias: entries.filter(entry => entry.id !== id) });
  const add = (id: number) => {
    if (!entries.some(entry => entry.id === id)) {
      settings.getState().change({ logit_bias: [...entries, { id, bias: FIRST_BIAS }] });
    }
    setSearch('');
  };
  const results = useRef<HTMLUListElement>(null);
  // The field may stand at the lower edge of its pane: what it finds comes into sight.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the search is what makes the list grow.
  useEffect(() => {
    // Not returned: newer browsers answer with a promise, which is no clean-up.
    void results.current?.scrollIntoView({ block: 'nearest' });
  }, [search]);
  const found = tokenizer && search !== '' ? tokenizer.search(search, MOST_RESULTS) : [];
  return (
    <Field
      label="Logit bias"
      meaning="Adds a number to the logit of a token before everything else: above 0 likelier, -100 never."
    >
      {lost > 0 && (
        <Notice tone="hint" onDismiss={() => settings.getState().dismissLost()}>
          {lost === 1 ? 'One bias was' : `${lost} biases were`} taken off: this vocabulary has no such token.
        </Notice>
      )}
      {tokenizer && entries.length > 0 && (
        <ul className={styles.biases} aria-label="Logit biases">
          {entries.map(({ id, bias }) => (
            <li key={id}>
              <TokenText {...faceOf(tokenizer, id)} />
              <span className={styles.hint}>id {id}</span>
              <NumberField
                label={`Bias of token ${id}`}
                value={bias}
                min={-BIAS_BOUNDS.bias}
                max={BIAS_BOUNDS.bias}
                step={0.5}
                onChange={next => set(id, next)}
              />
              <IconButton icon="close" label={`Remove the bias of token ${id}`} onClick={() => remove(id)} />
            </li>
          ))}
        </ul>
      )}
      <SearchField
        label="Find a token to bias"
        placeholder="Find a token by text or id"
        hint={TYPED_HINT}
        value={search}
        onChange={setSearch}
        onEnter={readySearch(tokenizer)}
      />
      <TypedReading typed={search} />
      {tokenizer && found.length > 0 && (
        <ul ref={results} className={styles.results} aria-label="Tokens found">
          {found.map(id => (
            <li key={id}>
              <button type="button" onClick={() => add(id)}>
                <TokenText {...faceOf(tokenizer, id)} />
                <span className={styles.hint}>id {id}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {tokenizer && search !== '' && found.length === 0 && <p className={styles.hint}>No token has that text or id.</p>}
    </Field>
  );
}
