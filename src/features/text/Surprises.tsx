// The most surprising tokens of a range: where they stand, how surprising they were, and what was expected instead.
import { useLayoutEffect, useMemo } from 'react';
import { formatBits, formatCount, formatProbability } from '../../lib/format.ts';
import type { DocumentToken } from '../../stores/document/types.ts';
import { useDocument, useStores } from '../../stores/react.ts';
import { cx } from '../../ui/controls/cx.ts';
import { TokenText } from '../../ui/controls/TokenText.tsx';
import { ProbeStatus, type ProbeWords } from '../shared/ProbeStatus.tsx';
import { faceOf, textOfBytes } from '../shared/tokenFace.ts';
import type { Range } from './measures.ts';
import { expectedAt, mostSurprising } from './series.ts';
import styles from './TextView.module.css';
import type { TopPrediction } from './topPrediction.ts';
import { useTopPredictionStore, useTopPredictions } from './useTopPredictions.ts';

const MOST_LISTED = 15;

const WORDS: ProbeWords = {
  name: 'What was expected most',
  inWords: 'what was expected most',
  takes: 'What was expected most at these places takes',
  compute: 'Compute it',
  rest: 'Compute the rest',
  stop: 'Stop computing',
  stopped: 'What was expected most is not known everywhere: computing it was stopped.',
  running: 'What was expected most follows after the run.',
};

function ExpectedCell({ expected }: { expected: TopPrediction | null }) {
  const tokenizer = useDocument(s => s.tokenizer);
  if (!expected || !tokenizer) return <td className={styles.unknown}>–</td>;
  return (
    <td>
      <span className={styles.expected}>
        <TokenText {...faceOf(tokenizer, expected.id)} />{' '}
        <span className="num" title={String(expected.p)}>
          {formatProbability(expected.p)}
        </span>
      </span>
    </td>
  );
}

export function Surprises({ tokens, range }: { tokens: readonly DocumentToken[]; range: Range }) {
  const { document } = useStores();
  const expected = useTopPredictionStore();
  const selected = useDocument(s => s.selected);
  const found = useTopPredictions(s => s.found);
  const probe = useTopPredictions(s => s.probe);
  const { compute, stop } = expected.getState();
  const positions = useMemo(() => mostSurprising(tokens, range, MOST_LISTED), [tokens, range]);
  // Before it is painted: what was found for a text of before is gone by then.
  useLayoutEffect(() => {
    const unknown = positions.filter(position => tokens[position] && expectedAt(tokens[position]) === null);
    expected.getState().want(unknown);
  }, [expected, positions, tokens]);
  useLayoutEffect(() => () => expected.getState().want([]), [expected]);
  if (positions.length === 0) return null;
  return (
    <section className={cx(styles.part, styles.surprising)} aria-label="Most surprising tokens">
      <div className={styles.heading}>
        <h2>Most surprising tokens</h2>
      </div>
      <table className={styles.surprises}>
        <thead>
          <tr>
            <th scope="col">token</th>
            <th scope="col">position</th>
            <th scope="col">surprisal</th>
            <th scope="col">rank</th>
            <th scope="col">expected most</th>
          </tr>
        </thead>
        <tbody>
          {positions.map(position => {
            const token = tokens[position];
            if (!token?.stats) return null;
            const surprisal = Math.max(0, -token.stats.logprob);
            return (
              <tr key={position} aria-current={position === selected || undefined} data-position={position}>
                <th scope="row">
                  <button type="button" onClick={() => document.getState().selectToken(position)}>
                    <TokenText text={textOfBytes(token.bytes)} bytes={token.bytes} special={token.special} />
                  </button>
                </th>
                <td className="num">{formatCount(position)}</td>
                <td className="num" title={String(surprisal / Math.LN2)}>
                  {formatBits(surprisal)}
                </td>
                <td className="num">{formatCount(token.stats.rank)}</td>
                <ExpectedCell expected={expectedAt(token) ?? found.get(position) ?? null} />
              </tr>
            );
          })}
        </tbody>
      </table>
      <ProbeStatus state={probe} words={WORDS} compute={compute} stop={stop} />
    </section>
  );
}
