// A search as it goes: the beginnings that live with their scores and lengths, what is complete, the candidates of the last token, and what fell and why.
import { memo, useMemo } from 'react';
import { formatCount, formatLogit, formatNumber, formatProbability } from '../../lib/format.ts';
import { inLine } from '../../lib/shapeless.ts';
import type { SearchPath } from '../../protocol/search.ts';
import { useDocument } from '../../stores/react.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { TokenText } from '../../ui/controls/TokenText.tsx';
import { countWords } from '../shared/countWords.ts';
import pane from '../shared/Pane.module.css';
import { faceOf } from '../shared/tokenFace.ts';
import styles from './Search.module.css';
import { useSearch } from './useSearch.ts';
import { END_WORDS, fallenWords } from './words.ts';

interface PathsProps {
  title: string;
  paths: readonly SearchPath[];
  tokenizer: Tokenizer;
}

/** Ids as text, the last part of a long one. */
function Words({ ids, tokenizer }: { ids: readonly number[]; tokenizer: Tokenizer }) {
  const text = useMemo(() => inLine(tokenizer.decode(ids)), [ids, tokenizer]);
  return (
    <span className={styles.path} translate="no" title={text}>
      {text.length > 160 ? `…${text.slice(-160)}` : text}
    </span>
  );
}

const Paths = memo(function Paths({ title, paths, tokenizer }: PathsProps) {
  if (paths.length === 0) return null;
  return (
    <table className={styles.table}>
      <caption>{title}</caption>
      <thead>
        <tr>
          <th scope="col">text</th>
          <th scope="col">tokens</th>
          <th scope="col">nats</th>
          <th scope="col">score</th>
        </tr>
      </thead>
      <tbody>
        {paths.map(({ ids, total, score }) => (
          <tr key={ids.join()}>
            <td>
              <Words ids={ids} tokenizer={tokenizer} />
            </td>
            <td className="num">{formatCount(ids.length)}</td>
            <td className="num" title={String(total)}>
              {formatLogit(total)}
            </td>
            <td className="num" title={String(score)}>
              {formatLogit(score)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
});

function Candidates({ tokenizer }: { tokenizer: Tokenizer }) {
  const candidates = useSearch(s => s.told?.candidates);
  const alpha = useSearch(s => s.asked?.alpha ?? 0);
  if (!candidates || candidates.length === 0) return null;
  const best = candidates.reduce((most, { score }) => Math.max(most, score), Number.NEGATIVE_INFINITY);
  return (
    <table className={styles.table}>
      <caption>
        Candidates of the last token: (1 − {formatNumber(alpha)}) · p − {formatNumber(alpha)} · likeness
      </caption>
      <thead>
        <tr>
          <th scope="col">token</th>
          <th scope="col">p before sampling</th>
          <th scope="col">likeness</th>
          <th scope="col">score</th>
        </tr>
      </thead>
      <tbody>
        {candidates.map(({ id, probability, penalty, score }) => (
          <tr key={id} data-taken={score === best}>
            <th scope="row">
              <TokenText {...faceOf(tokenizer, id)} />
            </th>
            <td className="num">{formatProbability(probability)}</td>
            <td className="num" title={String(penalty)}>
              {formatLogit(penalty)}
            </td>
            <td className="num" title={String(score)}>
              {formatLogit(score)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Fallen({ tokenizer }: { tokenizer: Tokenizer }) {
  const fallen = useSearch(s => s.fallen);
  if (fallen.length === 0) return null;
  return (
    <details className={styles.fallen}>
      <summary>What fell out, and why</summary>
      <ul>
        {fallen.map(each => (
          <li key={`${each.step} ${each.ids.join()}`}>
            <span className="num">{each.step}</span> <Words ids={each.ids} tokenizer={tokenizer} />
            <br />
            {fallenWords(each)}
          </li>
        ))}
      </ul>
    </details>
  );
}

export function LiveSearch({ working }: { working: boolean }) {
  const told = useSearch(s => s.told);
  const failed = useSearch(s => s.status === 'failed');
  const tokenizer = useDocument(s => s.tokenizer);
  if (told === null || tokenizer === null) return null;
  const { step, computed, live, complete, end } = told;
  return (
    <section className={styles.live} aria-label="Live search">
      <p className={pane.words}>
        {countWords(step, 'step')}, {countWords(computed, 'row')} computed
        {end !== null ? `; ended: ${END_WORDS[end]}.` : working ? '.' : failed ? '; failed.' : '; stopped.'}
      </p>
      {end === null && <Paths title="Open, the best first" paths={live} tokenizer={tokenizer} />}
      <Paths title="Complete, the best first" paths={complete} tokenizer={tokenizer} />
      <Candidates tokenizer={tokenizer} />
      <Fallen tokenizer={tokenizer} />
    </section>
  );
}
