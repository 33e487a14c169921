// One token at every stage: logit, probability, rank, and whether it is still there.
import { useEffect, useRef } from 'react';
import { formatCount } from '../../lib/format.ts';
import type { Distribution } from '../../sampling/pipeline.ts';
import type { StepName } from '../../sampling/steps.ts';
import { type TracePoint, traceOf } from '../../sampling/trace.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { TokenText } from '../../ui/controls/TokenText.tsx';
import { faceOf } from '../shared/tokenFace.ts';
import { Amount } from './Amount.tsx';
import styles from './Stages.module.css';
import { STEP_WORDS } from './steps.ts';

interface TokenTraceProps {
  distribution: Distribution;
  steps: readonly StepName[];
  tokenizer: Tokenizer;
  id: number;
  exact: boolean;
  /** A token was picked that is not the one at the place. */
  picked: boolean;
  onFollow: (id: number | null) => void;
}

/** What became of it, in a sentence. */
function outcome(distribution: Distribution, id: number): string {
  const cutBy = distribution.cutBy(id);
  if (cutBy !== null) return `cut by ${STEP_WORDS[cutBy]}`;
  return distribution.pAfter(id) > 0 ? 'kept to the end' : 'ruled out by the model itself';
}

function Line({ point, exact }: { point: TracePoint; exact: boolean }) {
  const kept = point.fate === 'kept';
  return (
    <tr className={kept ? undefined : styles.off}>
      <th scope="row">{point.step === null ? 'before sampling' : STEP_WORDS[point.step]}</th>
      <td>{kept && <Amount kind="logit" value={point.logit} exact={exact} />}</td>
      <td>{kept && <Amount value={point.p} exact={exact} />}</td>
      <td className="num">{kept && formatCount(point.rank)}</td>
      <td>{{ kept: 'kept', cut: 'cut here', gone: 'cut', ruled_out: 'ruled out' }[point.fate]}</td>
    </tr>
  );
}

export function TokenTrace(props: TokenTraceProps) {
  const { distribution, steps, tokenizer, id, exact, picked, onFollow } = props;
  const section = useRef<HTMLElement>(null);
  // Who picked a token wants to see it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the token is what brings it into sight.
  useEffect(() => {
    if (picked) section.current?.scrollIntoView({ block: 'nearest' });
  }, [id, picked]);
  return (
    <section ref={section} className={styles.section} aria-label="One token through the steps">
      <h3 className={styles.title}>
        <span>
          One token:{' '}
          <span className={styles.chip}>
            <TokenText {...faceOf(tokenizer, id)} />
          </span>{' '}
          <span className={styles.fate}>
            id <span className="num">{id}</span>, {outcome(distribution, id)}
          </span>
        </span>
        {picked && (
          <Button variant="quiet" onClick={() => onFollow(null)}>
            Back to this place
          </Button>
        )}
      </h3>
      <table className={styles.table}>
        <caption className="visually-hidden">The token after each step</caption>
        <thead>
          <tr>
            <th scope="col">after</th>
            <th scope="col">logit</th>
            <th scope="col">probability</th>
            <th scope="col">rank</th>
            <th scope="col">
              <span className="visually-hidden">kept or cut</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {traceOf(distribution, id, steps).map(point => (
            <Line key={point.step ?? 'before'} point={point} exact={exact} />
          ))}
        </tbody>
      </table>
    </section>
  );
}
