// One candidate: rank, text, its share before sampling and after it, or the step that cut it.
import { memo } from 'react';
import { formatCount } from '../../lib/format.ts';
import type { PinLook } from '../../stores/run/pins-types.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { cx } from '../../ui/controls/cx.ts';
import { TokenText } from '../../ui/controls/TokenText.tsx';
import { Cell, Row } from '../../ui/heatmap/Grid.tsx';
import { LineSwatch } from '../../ui/plot/LineSwatch.tsx';
import { ShareBar } from '../shared/ShareBar.tsx';
import { faceOf } from '../shared/tokenFace.ts';
import styles from './CandidateList.module.css';
import type { After, Candidate } from './candidates.ts';
import { shortProbability } from './share.ts';
import { STEP_WORDS } from './steps.ts';

function AfterCell({ after, largest }: { after: After; largest: number }) {
  if (after.p === 0 && after.cutBy) {
    return <Cell className={styles.cut}>cut: {STEP_WORDS[after.cutBy]}</Cell>;
  }
  return (
    <Cell className={styles.share} title={String(after.p)}>
      <ShareBar share={after.p} largest={largest} tone="after" />
      <span className="num">{shortProbability(after.p)}</span>
    </Cell>
  );
}

interface CandidateRowProps {
  candidate: Candidate;
  tokenizer: Tokenizer | null;
  /** `aria-rowindex`. */
  row: number;
  /** px from the top of the list. */
  top: number;
  /** How its line looks where it is pinned. */
  look: PinLook | null;
  selected: boolean;
  /** It is the token that stands in the text. */
  current: boolean;
  columns: number;
  /** The largest probability of the list. */
  largest: number;
  onSelect: () => void;
}

function sameRow(a: CandidateRowProps, b: CandidateRowProps): boolean {
  const sameAfter = (x: After | null, y: After | null) => x?.p === y?.p && x?.cutBy === y?.cutBy && !x === !y;
  return (
    a.candidate.id === b.candidate.id &&
    a.candidate.rank === b.candidate.rank &&
    a.candidate.before === b.candidate.before &&
    sameAfter(a.candidate.drawn, b.candidate.drawn) &&
    sameAfter(a.candidate.now, b.candidate.now) &&
    a.tokenizer === b.tokenizer &&
    a.row === b.row &&
    a.top === b.top &&
    a.look === b.look &&
    a.selected === b.selected &&
    a.current === b.current &&
    a.columns === b.columns &&
    a.largest === b.largest
  );
}

export const CandidateRow = memo(function CandidateRow(props: CandidateRowProps) {
  const { candidate, tokenizer, row, top, look, selected, current, largest, onSelect } = props;
  const face = tokenizer && faceOf(tokenizer, candidate.id);
  const last = candidate.now ?? candidate.drawn;
  const gone = last !== null && last.p === 0;
  return (
    <Row
      id={`candidate-${candidate.id}`}
      aria-rowindex={row}
      aria-selected={selected}
      aria-current={current || undefined}
      className={cx(styles.row, styles.candidate, gone && styles.gone)}
      style={{ transform: `translateY(${top}px)` }}
      onClick={onSelect}
    >
      <Cell className={cx(styles.rank, 'num')}>{formatCount(candidate.rank)}</Cell>
      <Cell className={styles.text} title={`id ${candidate.id}`}>
        {face ? <TokenText {...face} /> : `id ${candidate.id}`}
        {look !== null && (
          <span className={styles.pinned} title="pinned">
            <LineSwatch look={look} />
            <span className="visually-hidden">, pinned</span>
          </span>
        )}
      </Cell>
      <Cell className={styles.share} title={String(candidate.before)}>
        <ShareBar share={candidate.before} largest={largest} tone="before" />
        <span className="num">{shortProbability(candidate.before)}</span>
      </Cell>
      {candidate.drawn && <AfterCell after={candidate.drawn} largest={largest} />}
      {candidate.now && <AfterCell after={candidate.now} largest={largest} />}
    </Row>
  );
}, sameRow);
