// The field that finds a token to pin: by text, or by id as #123. A text of several tokens says so and offers the first.
import { useEffect, useRef, useState } from 'react';
import { TYPED_HINT } from '../../lib/typed-text.ts';
import { useDocument, usePins, useStores } from '../../stores/react.ts';
import { MOST_PINS } from '../../stores/run/pins-types.ts';
import { type FoundTokens, findTokens } from '../../tokenizer/find.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { SearchField } from '../../ui/controls/SearchField.tsx';
import { TokenText } from '../../ui/controls/TokenText.tsx';
import { TypedReading } from '../shared/TypedReading.tsx';
import { faceOf } from '../shared/tokenFace.ts';
import styles from './TextView.module.css';

/** Tokens of a text that is several; more are not worth reading. */
const MOST_SHOWN = 12;
/** Most results of a search in the vocabulary besides the exact one. */
const MOST_FOUND = 6;

function Several({ ids, tokenizer, pin }: { ids: readonly number[]; tokenizer: Tokenizer; pin: (id: number) => void }) {
  const [first] = ids;
  if (first === undefined) return null;
  return (
    <div className={styles.several}>
      <p>
        This text is {ids.length} tokens, and a pin is one:{' '}
        {ids.slice(0, MOST_SHOWN).map((id, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a token may stand there twice.
          <span key={i} className={styles.piece}>
            <TokenText {...faceOf(tokenizer, id)} />
          </span>
        ))}
        {ids.length > MOST_SHOWN && ` and ${ids.length - MOST_SHOWN} more`}
      </p>
      <Button onClick={() => pin(first)}>Pin the first one</Button>
    </div>
  );
}

function Results({ result, tokenizer, pin }: { result: FoundTokens; tokenizer: Tokenizer; pin: (id: number) => void }) {
  const pins = usePins(s => s.pins);
  const ids = result.exact === null ? result.others : [result.exact, ...result.others];
  if (ids.length === 0) return null;
  return (
    <ul className={styles.found} aria-label="Tokens found">
      {ids.map(id => {
        const pinned = pins.some(each => each.id === id);
        return (
          <li key={id}>
            <button type="button" disabled={pinned} onClick={() => pin(id)}>
              <TokenText {...faceOf(tokenizer, id)} />
              <span className={styles.pinId}>
                #{id}
                {pinned && ', pinned'}
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}

export function PinSearch() {
  const { pins } = useStores();
  const full = usePins(s => s.pins.length >= MOST_PINS);
  const tokenizer = useDocument(s => s.tokenizer);
  const [text, setText] = useState('');
  const form = useRef<HTMLFormElement>(null);
  // What the field finds comes into sight, and the field stays there.
  useEffect(() => {
    // Not returned: newer browsers answer with a promise, which is no clean-up.
    if (text !== '') void form.current?.scrollIntoView({ block: 'nearest' });
  }, [text]);
  if (!tokenizer) return null;
  if (full) return <p className={styles.words}>{MOST_PINS} tokens are pinned. Take one off to pin another.</p>;
  const result = findTokens(tokenizer, text, MOST_FOUND);
  const none = text !== '' && result.exact === null && result.parts.length === 0 && result.others.length === 0;
  const pin = (id: number) => {
    pins.getState().pin(id);
    setText('');
  };
  return (
    <form
      ref={form}
      className={styles.search}
      onSubmit={event => {
        event.preventDefault();
        if (result.exact !== null) pin(result.exact);
      }}
    >
      <SearchField
        label="Pin a token by text or id"
        placeholder="Pin a token: its text, or an id as #123"
        hint={TYPED_HINT}
        value={text}
        onChange={setText}
      />
      <TypedReading typed={text} />
      {result.parts.length > 0 && <Several ids={result.parts} tokenizer={tokenizer} pin={pin} />}
      <Results result={result} tokenizer={tokenizer} pin={pin} />
      {none && <p className={styles.words}>This vocabulary has no such token.</p>}
    </form>
  );
}
