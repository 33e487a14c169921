// Which token the ranking asks for: the one of the text or the likeliest, or any other of the vocabulary, found by text or id.
import { useState } from 'react';
import { TYPED_HINT } from '../../lib/typed-text.ts';
import { findTokens } from '../../tokenizer/find.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { SearchField } from '../../ui/controls/SearchField.tsx';
import { TokenText } from '../../ui/controls/TokenText.tsx';
import { TypedReading } from '../shared/TypedReading.tsx';
import { faceOf } from '../shared/tokenFace.ts';
import styles from './Ranking.module.css';
import { useAblation, useAblationStore } from './useAblation.ts';

const MOST_RESULTS = 6;

interface TokensFoundProps {
  /** As it stands in the field. */
  typed: string;
  tokenizer: Tokenizer;
  onPick: (id: number) => void;
}

/** What was typed means, and the tokens that it finds. */
export function TokensFound({ typed, tokenizer, onPick }: TokensFoundProps) {
  if (typed === '') return null;
  const { exact, others } = findTokens(tokenizer, typed, MOST_RESULTS);
  const found = exact === null ? others : [exact, ...others].slice(0, MOST_RESULTS);
  return (
    <>
      <TypedReading typed={typed} />
      {found.length > 0 && (
        <ul className={styles.results} aria-label="Tokens found">
          {found.map(id => (
            <li key={id}>
              <button type="button" onClick={() => onPick(id)}>
                <TokenText {...faceOf(tokenizer, id)} />
                <span>id {id}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {found.length === 0 && <p className={styles.none}>No token has that text or id.</p>}
    </>
  );
}

export function TokenPicker({ tokenizer }: { tokenizer: Tokenizer }) {
  const ablation = useAblationStore();
  const target = useAblation(s => s.target);
  const chosen = useAblation(s => s.chosenTarget);
  const [open, setOpen] = useState(false);
  const [search, setSearch] = useState('');
  const pick = (id: number | null) => {
    ablation.getState().setTarget(id);
    setSearch('');
    setOpen(false);
  };
  return (
    <div className={styles.picker}>
      <p className={styles.asked}>
        <span>Effect on the log-prob of</span>
        {target === null ? <span>–</span> : <TokenText {...faceOf(tokenizer, target)} />}
        <Button variant="quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
          Change
        </Button>
        {chosen !== null && (
          <Button variant="quiet" onClick={() => pick(null)}>
            Back to the text's
          </Button>
        )}
      </p>
      {open && (
        <>
          <SearchField
            label="Find a token to ask for"
            placeholder="Find a token by text or id"
            hint={TYPED_HINT}
            value={search}
            onChange={setSearch}
          />
          <TokensFound typed={search} tokenizer={tokenizer} onPick={pick} />
        </>
      )}
    </div>
  );
}
