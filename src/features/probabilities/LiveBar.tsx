// On a phone, above the sliders: the likeliest tokens of the place with what the settings make of them, following every move and every token.
import { type CSSProperties, useMemo } from 'react';
import { formatProbability } from '../../lib/format.ts';
import { TokenText } from '../../ui/controls/TokenText.tsx';
import { faceOf } from '../shared/tokenFace.ts';
import { candidateOf } from './candidates.ts';
import { type Inspected, useInspected } from './inspected.ts';
import styles from './LiveBar.module.css';

/** As many as a line of 320 px has room for. */
const SHOWN = 5;

interface LiveCandidate {
  readonly id: number;
  readonly p: number;
  readonly cut: boolean;
}

/** In their order before sampling, so that none changes its place under a moving slider. */
export function liveCandidates({ ranked, drawn, now }: Pick<Inspected, 'ranked' | 'drawn' | 'now'>): LiveCandidate[] {
  if (ranked === null) return [];
  return Array.from(ranked.ids.subarray(0, SHOWN), id => {
    const { before, ...after } = candidateOf(id, ranked, drawn, now);
    const { p, cutBy } = after.now ?? after.drawn ?? { p: before, cutBy: null };
    return { id, p, cut: cutBy !== null };
  });
}

export function LiveBar() {
  const inspected = useInspected();
  const candidates = useMemo(() => liveCandidates(inspected), [inspected]);
  const { tokenizer, drawn, now, stale, live, place, nothingLeft } = inspected;
  const which = live ? 'newest token' : place === 'end' ? 'next token' : 'selected token';
  const when = drawn === null && now === null ? 'before sampling' : 'with these settings';
  return (
    <section className={styles.live} aria-label="What the settings do" data-stale={stale}>
      <p className={styles.words}>
        {nothingLeft
          ? 'These settings leave no token to draw'
          : candidates.length === 0
            ? 'No distribution here yet'
            : `The ${which}, ${when}`}
      </p>
      {tokenizer && !nothingLeft && (
        <ul className={styles.list}>
          {candidates.map(({ id, p, cut }) => (
            <li key={id} data-cut={cut} style={{ '--share': p } as CSSProperties}>
              <TokenText {...faceOf(tokenizer, id)} />
              <span className={styles.bar} aria-hidden="true" />
              <span className="num">{cut ? 'cut' : formatProbability(p)}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
