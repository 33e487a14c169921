// The token whose probability and rank the lens tells: the one of the text, or one that a person looks for.
import { useMemo, useState } from 'react';
import { TYPED_HINT } from '../../lib/typed-text.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Explain } from '../../ui/controls/Explain.tsx';
import { SearchField } from '../../ui/controls/SearchField.tsx';
import { TokenText } from '../../ui/controls/TokenText.tsx';
import { TypedReading } from '../shared/TypedReading.tsx';
import { faceOf } from '../shared/tokenFace.ts';
import { type AskedSearch, searchAsked } from './asked.ts';
import styles from './Lens.module.css';
import { useLens, useLensStore } from './useLens.ts';

interface FoundProps {
  found: AskedSearch;
  tokenizer: Tokenizer;
  onAsk: (id: number) => void;
}

function Found({ found, tokenizer, onAsk }: FoundProps) {
  const token = (id: number) => <TokenText {...faceOf(tokenizer, id)} />;
  return (
    <div className={styles.found}>
      {found.count > 1 && (
        <p>
          That text is {found.count} tokens:{' '}
          {found.pieces.map((id, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a token may come twice.
            <span key={i}>{token(id)} </span>
          ))}
          {found.count > found.pieces.length && 'and more'}. The lens asks for one at a time: the first, or another of
          these.
        </p>
      )}
      {found.ids.length === 0 ? (
        <p>No token has that text or id.</p>
      ) : (
        <ul className={styles.results} aria-label="Tokens found">
          {found.ids.map(id => (
            <li key={id}>
              <Button onClick={() => onAsk(id)}>
                {token(id)} <span className={styles.id}>id {id}</span>
              </Button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

export function AskedToken({ tokenizer }: { tokenizer: Tokenizer }) {
  const lens = useLensStore();
  const asked = useLens(s => s.asked);
  const pinned = useLens(s => s.pinned);
  const [search, setSearch] = useState('');
  const ask = (id: number) => {
    lens.getState().ask(id);
    setSearch('');
  };
  const found = useMemo(() => (search === '' ? null : searchAsked(tokenizer, search)), [tokenizer, search]);
  return (
    <div className={styles.asked}>
      <div className={styles.askedLine}>
        <Explain meaning="The lens tells the probability and the rank of this one token in every layer. By itself it is the token that stands at the selected place, at the end of the text the likeliest one.">
          Asked token
        </Explain>
        {asked !== null && (
          <span className={styles.askedToken} data-testid="asked">
            <TokenText {...faceOf(tokenizer, asked)} />
          </span>
        )}
        <span className={styles.id}>{asked === null ? 'not known yet' : `id ${asked}`}</span>
        {pinned ? (
          <Button variant="quiet" onClick={() => lens.getState().ask(null)}>
            Follow the text again
          </Button>
        ) : (
          <span className={styles.id}>follows the selected place</span>
        )}
      </div>
      <SearchField
        label="Ask for another token"
        placeholder="Another token, by text or id"
        hint={TYPED_HINT}
        value={search}
        onChange={setSearch}
      />
      <TypedReading typed={search} />
      {found && <Found found={found} tokenizer={tokenizer} onAsk={ask} />}
    </div>
  );
}
