// One answer: its text with the token where it parts from the best one, its score, how it ended, and the way into the text.
import { memo, useMemo } from 'react';
import { formatCount, formatLogit } from '../../lib/format.ts';
import { groupEnd, layoutTokens } from '../../tokenizer/text.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { cx } from '../../ui/controls/cx.ts';
import pane from '../shared/Pane.module.css';
import styles from './Answers.module.css';
import { scoreOf } from './ranking.ts';
import { type Answer, type AnswersState, RANKS, type Rank } from './types.ts';
import { endWords, RANK_WORDS } from './words.ts';

interface AnswerCardProps {
  answer: Answer;
  /** From 0, as they were drawn. */
  number: number;
  /** 1 is the best; null while any grows. */
  place: number | null;
  rank: Rank;
  /** The token where it parts from the best one. */
  parts: number | null;
  status: AnswersState['status'];
  taken: boolean;
  /** Null while it cannot be taken. */
  onTake: ((answer: number) => void) | null;
}

/** In three pieces: up to where it parts, the token there, with those that have a character together with it, and the rest. */
function AnswerText({ answer: { tokens }, parts }: Pick<AnswerCardProps, 'answer' | 'parts'>) {
  const layout = useMemo(() => layoutTokens(tokens.map(({ bytes }) => bytes)), [tokens]);
  const { text, starts } = layout;
  const at = parts === null ? text.length : (starts[parts] ?? text.length);
  const end = parts === null ? at : (starts[groupEnd(layout, parts)] ?? text.length);
  return (
    <p className={styles.text} translate="no">
      <span className={styles.shared}>{text.slice(0, at)}</span>
      {end > at && <mark className={styles.parts}>{text.slice(at, end)}</mark>}
      {text.slice(end)}
    </p>
  );
}

export const AnswerCard = memo(function AnswerCard(props: AnswerCardProps) {
  const { answer, number, place, rank, parts, status, taken, onTake } = props;
  const name = `Answer ${number + 1}`;
  return (
    <article className={cx(pane.card, styles.card, place === 1 && styles.best)} aria-label={name}>
      <header className={styles.head}>
        <h2>{name}</h2>
        {place !== null && <span className={styles.place}>{place === 1 ? 'best' : `place ${place}`}</span>}
      </header>
      <AnswerText answer={answer} parts={parts} />
      <dl className={styles.facts}>
        {RANKS.map(each => (
          <div key={each} data-ranks={each === rank}>
            <dt>{RANK_WORDS[each].label}, nats</dt>
            <dd className="num" title={String(scoreOf(answer, each))}>
              {answer.drawn === 0 ? '–' : formatLogit(scoreOf(answer, each))}
            </dd>
          </div>
        ))}
        <div>
          <dt>tokens</dt>
          <dd className="num">{formatCount(answer.drawn)}</dd>
        </div>
        <div>
          <dt>ended by</dt>
          <dd>{endWords(answer, status)}</dd>
        </div>
        <div>
          <dt>seed</dt>
          <dd className="num">{answer.seed}</dd>
        </div>
      </dl>
      <Button
        variant={place === 1 && !taken ? 'primary' : 'plain'}
        disabled={onTake === null || taken}
        onClick={() => onTake?.(number)}
      >
        {taken ? 'In the text' : 'Take this one'}
        <span className="visually-hidden">, answer {number + 1}</span>
      </Button>
    </article>
  );
});
