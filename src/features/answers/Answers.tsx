// The view "Answers": several continuations of the text side by side, the best first; one of them goes on, the others are branches.
import { useCallback, useId, useMemo } from 'react';
import { isHere } from '../../stores/model/under-way.ts';
import { useGeneration, useModel, useStores } from '../../stores/react.ts';
import { isRunning } from '../../stores/run/generation-types.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Choice } from '../../ui/controls/Choice.tsx';
import { cx } from '../../ui/controls/cx.ts';
import { Explain } from '../../ui/controls/Explain.tsx';
import { keyLabel } from '../../ui/controls/keys.ts';
import { NumberField } from '../../ui/controls/NumberField.tsx';
import { Progress } from '../../ui/controls/Progress.tsx';
import { ErrorNotice } from '../shared/ErrorNotice.tsx';
import pane from '../shared/Pane.module.css';
import { useTaken } from '../shared/taken.ts';
import { AnswerCard } from './AnswerCard.tsx';
import styles from './Answers.module.css';
import { shareGrown } from './grown.ts';
import { firstDifferences, ranked } from './ranking.ts';
import { COUNT_BOUNDS, RANKS, type Round } from './types.ts';
import { useAnswers, useAnswersStore } from './useAnswers.ts';
import { outcome, RANK_WORDS } from './words.ts';

const RANK_OPTIONS = RANKS.map(value => ({
  value,
  label: RANK_WORDS[value].label,
  title: RANK_WORDS[value].meaning,
}));

function Controls({ working }: { working: boolean }) {
  const store = useAnswersStore();
  const count = useAnswers(s => s.count);
  const rank = useAnswers(s => s.rank);
  const stopping = useAnswers(s => s.status === 'stopping');
  const ready = useModel(isHere);
  const running = useGeneration(s => isRunning(s.status));
  const describe = useId();
  return (
    <div className={cx(pane.controls, styles.run)}>
      <span className={pane.control}>
        <Explain
          meaning="Continuations of the text, each with a seed of its own. They step together, so that eight cost much less than eight runs."
          id={describe}
        >
          Answers
        </Explain>
        <NumberField
          label="Number of answers"
          value={count}
          describedBy={describe}
          disabled={working}
          onChange={next => store.getState().setCount(next)}
          {...COUNT_BOUNDS}
        />
      </span>
      <span className={pane.control}>
        <Explain meaning="What makes one the best: log-probabilities before sampling, of all tokens together or a token.">
          Rank by
        </Explain>
        <Choice label="Rank by" value={rank} options={RANK_OPTIONS} onChange={next => store.getState().setRank(next)} />
      </span>
      {working ? (
        <Button
          variant="primary"
          icon="stop"
          shortcut={keyLabel('Esc')}
          disabled={stopping}
          onClick={() => store.getState().stop()}
        >
          {stopping ? 'Stopping…' : 'Stop answers'}
        </Button>
      ) : (
        <Button variant="primary" icon="run" disabled={!ready || running} onClick={() => void store.getState().draw()}>
          {count === 1 ? 'Draw 1 answer' : `Draw ${count} answers`}
        </Button>
      )}
    </div>
  );
}

interface CardsProps {
  round: Round;
  working: boolean;
  /** Places of those that stand in the text. */
  taken: readonly number[];
}

function Cards({ round, working, taken }: CardsProps) {
  const store = useAnswersStore();
  const rank = useAnswers(s => s.rank);
  const status = useAnswers(s => s.status);
  const { answers } = round;
  const order = useMemo(() => ranked(answers, rank), [answers, rank]);
  const best = order[0] ?? 0;
  const parts = useMemo(() => firstDifferences(answers, best), [answers, best]);
  const take = useCallback((answer: number) => store.getState().take(answer), [store]);
  // While they grow they stay in their places.
  const shown = working ? [...answers.keys()] : order;
  return (
    <ol className={pane.cards}>
      {shown.map(number => {
        const answer = answers[number];
        return (
          answer && (
            <li key={number}>
              <AnswerCard
                answer={answer}
                number={number}
                place={working || answers.length === 1 ? null : order.indexOf(number) + 1}
                rank={rank}
                parts={answers.length === 1 ? null : (parts[number] ?? null)}
                status={status}
                taken={taken.includes(number)}
                onTake={working ? null : take}
              />
            </li>
          )
        );
      })}
    </ol>
  );
}

function Taken() {
  const { view } = useStores();
  return (
    <p className={pane.words}>
      The answer is in the text, the others are branches.{' '}
      <Button variant="quiet" onClick={() => view.getState().setSide('branches')}>
        Show the branches
      </Button>
    </p>
  );
}

const NO_TOKENS: Round['answers'][number]['tokens'][] = [];

export function Answers() {
  const store = useAnswersStore();
  const round = useAnswers(s => s.round);
  const added = useMemo(() => round?.answers.map(({ tokens }) => tokens) ?? NO_TOKENS, [round]);
  const taken = useTaken(round?.base ?? null, added);
  const status = useAnswers(s => s.status);
  const error = useAnswers(s => s.error);
  const working = status === 'working' || status === 'stopping';
  return (
    <section className={pane.pane} aria-label="Answers">
      <Controls working={working} />
      {error && <ErrorNotice error={error} retry={() => void store.getState().draw()} />}
      {round === null ? (
        <p className={pane.words}>
          Several continuations of the text appear here side by side, the likeliest first, each with its score and the
          place where it parts from the best. The one you take goes on in the text; the others stay as branches.
        </p>
      ) : working ? (
        <Progress label="Drawing answers" share={shareGrown(round)}>
          {outcome({ round, status })}
        </Progress>
      ) : taken.length === 0 ? (
        <p className={pane.words}>{outcome({ round, status })}</p>
      ) : (
        <Taken />
      )}
      {round && <Cards {...{ round, working, taken }} />}
    </section>
  );
}
