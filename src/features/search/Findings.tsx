// What each kind of search found last: its texts with their scores, the way into the document, and how varied they are beside the other kinds'.
import { formatLogit, formatNumber } from '../../lib/format.ts';
import { distinctN, selfOverlap } from '../../sampling/diversity.ts';
import { concatBytes, tokenText } from '../../tokenizer/text.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { cx } from '../../ui/controls/cx.ts';
import { Explain } from '../../ui/controls/Explain.tsx';
import { countWords } from '../shared/countWords.ts';
import pane from '../shared/Pane.module.css';
import styles from './Search.module.css';
import type { Finding } from './types.ts';
import { useSearch, useSearchStore } from './useSearch.ts';
import { KIND_WORDS } from './words.ts';

const idsOf = ({ paths }: Finding): number[][] => paths.map(({ tokens }) => tokens.map(({ id }) => id));

function Diversity({ findings }: { findings: readonly Finding[] }) {
  return (
    <table className={styles.table}>
      <caption>
        <Explain meaning="distinct-n: the share of different runs of n tokens among all, over the texts of a kind together. Self-overlap: the share of a text's pairs of tokens that another one has too, 1 for copies.">
          How varied the texts are
        </Explain>
      </caption>
      <thead>
        <tr>
          <th scope="col">kind</th>
          <th scope="col">texts</th>
          {[1, 2, 3].map(n => (
            <th key={n} scope="col">
              distinct-{n}
            </th>
          ))}
          <th scope="col">self-overlap</th>
          <th scope="col">nats a token</th>
        </tr>
      </thead>
      <tbody>
        {findings.map(finding => {
          const ids = idsOf(finding);
          const tokens = ids.reduce((sum, each) => sum + each.length, 0);
          const total = finding.paths.reduce((sum, path) => sum + path.total, 0);
          return (
            <tr key={finding.kind}>
              <th scope="row" title={finding.setup}>
                {KIND_WORDS[finding.kind].label}
              </th>
              <td className="num">{ids.length}</td>
              {[1, 2, 3].map(n => (
                <td key={n} className="num">
                  {formatNumber(distinctN(ids, n))}
                </td>
              ))}
              <td className="num">{formatNumber(selfOverlap(ids, 2))}</td>
              <td className="num">{formatLogit(total / tokens)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function FindingCard({ finding, number, working }: { finding: Finding; number: number; working: boolean }) {
  const store = useSearchStore();
  const { kind, setup, paths } = finding;
  const { label } = KIND_WORDS[kind];
  return (
    <article className={cx(pane.card, styles.card)} aria-label={`Found by ${label}`}>
      <h2>{label}</h2>
      <p className={pane.words}>{setup}</p>
      <ol className={styles.paths}>
        {paths.map(({ tokens, total, score }, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a text is its place in the ranking.
          <li key={i}>
            <p className={styles.text} translate="no">
              {tokenText(concatBytes(tokens.map(({ bytes }) => bytes)))}
            </p>
            <p className={pane.words}>
              score <span title={String(score)}>{formatLogit(score)}</span>, {countWords(tokens.length, 'token')},{' '}
              <span title={String(total)}>{formatLogit(total)}</span> nats
            </p>
            <Button disabled={working} onClick={() => store.getState().take(number, i)}>
              Take this text
              <span className="visually-hidden">
                , number {i + 1} of {label}
              </span>
            </Button>
          </li>
        ))}
      </ol>
    </article>
  );
}

export function Findings({ working }: { working: boolean }) {
  const findings = useSearch(s => s.findings);
  if (findings.length === 0) return null;
  return (
    <>
      <Diversity findings={findings} />
      <div className={pane.cards}>
        {findings.map((finding, number) => (
          <FindingCard key={finding.kind} {...{ finding, number, working }} />
        ))}
      </div>
    </>
  );
}
