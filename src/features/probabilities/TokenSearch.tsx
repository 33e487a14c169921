// Finds any token of the vocabulary by its text, the space shown, or by its id; a text that is several tokens says so.
import { useMemo, useState } from 'react';
import { formatCount, formatProbability } from '../../lib/format.ts';
import { readTyped, TYPED_HINT } from '../../lib/typed-text.ts';
import { bestOf, findTokens } from '../../tokenizer/find.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { SearchField } from '../../ui/controls/SearchField.tsx';
import { TokenText } from '../../ui/controls/TokenText.tsx';
import type { Ranked } from '../shared/ranked.ts';
import { readySearch } from '../shared/readySearch.ts';
import { TypedReading } from '../shared/TypedReading.tsx';
import { faceOf } from '../shared/tokenFace.ts';
import styles from './TokenSearch.module.css';

/** Results besides the exact one. */
const MOST_FOUND = 8;
/** Parts offered of a long text. */
const MOST_PARTS = 24;

interface TokenSearchProps {
  tokenizer: Tokenizer;
  ranked: Ranked;
  onChoose: (id: number) => void;
}

export function TokenSearch({ tokenizer, ranked, onChoose }: TokenSearchProps) {
  const [query, setQuery] = useState('');
  const found = useMemo(() => findTokens(tokenizer, query, MOST_FOUND), [tokenizer, query]);
  const choose = (id: number) => {
    onChoose(id);
    setQuery('');
  };
  const option = (id: number) => (
    <li key={id}>
      <button type="button" className={styles.found} onClick={() => choose(id)}>
        <TokenText {...faceOf(tokenizer, id)} />
        <span className={styles.facts}>
          id <span className="num">{id}</span> ·{' '}
          {ranked.rankOf(id) === 0 ? (
            'not among those shown'
          ) : (
            <>
              rank <span className="num">{formatCount(ranked.rankOf(id))}</span> ·{' '}
              <span className="num">{formatProbability(ranked.before(id))}</span> before sampling
            </>
          )}
        </span>
      </button>
    </li>
  );
  const { exact, parts, others } = found;
  return (
    <form
      className={styles.search}
      onSubmit={event => {
        event.preventDefault();
        const best = bestOf(found);
        if (best !== null) choose(best);
      }}
    >
      <SearchField
        label="Find a token by text or id"
        placeholder="Find a token, with its space"
        hint={TYPED_HINT}
        value={query}
        onChange={setQuery}
        onEnter={readySearch(tokenizer)}
      />
      {query !== '' && (
        <div className={styles.results}>
          <TypedReading typed={query} />
          {parts.length > 1 && (
            <p className={styles.words}>
              <TokenText text={readTyped(query).text} /> is {parts.length} tokens in this vocabulary. Each can be read
              by itself:
            </p>
          )}
          {exact === null && parts.length === 0 && others.length === 0 && (
            <p className={styles.words}>No token of this vocabulary has that text or id.</p>
          )}
          <ul aria-label="Tokens found">
            {exact !== null && option(exact)}
            {[...new Set(parts)].slice(0, MOST_PARTS).map(option)}
            {others.filter(id => !parts.includes(id)).map(option)}
          </ul>
        </div>
      )}
    </form>
  );
}
