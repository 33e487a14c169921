// A replay under way, and what came of it: all tokens agree, or the first that differs with both its probabilities.
import { formatCount, formatProbability } from '../../lib/format.ts';
import { useDocument } from '../../stores/react.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Notice } from '../../ui/controls/Notice.tsx';
import { Progress } from '../../ui/controls/Progress.tsx';
import { TokenText } from '../../ui/controls/TokenText.tsx';
import { ErrorNotice } from '../shared/ErrorNotice.tsx';
import { faceOf } from '../shared/tokenFace.ts';
import type { ComparedToken, FirstDifference, ReplayOutcome } from './replay.ts';
import styles from './Share.module.css';
import type { SharedRun } from './sharedRun.ts';
import { useShare, useShareStore } from './useShare.ts';

const share = (p: number | null): string => (p === null ? 'not written' : formatProbability(p));

function Row({ head, token, u, tokenizer }: { head: string; token: ComparedToken; u: number; tokenizer: Tokenizer }) {
  return (
    <tr>
      <th scope="row">{head}</th>
      <td>{token.id < tokenizer.vocabSize ? <TokenText {...faceOf(tokenizer, token.id)} /> : 'none here'}</td>
      <td className="num">{token.id}</td>
      <td className="num" title={String(token.before)}>
        {share(token.before)}
      </td>
      <td className="num" title={String(token.after)}>
        {share(token.after)}
      </td>
      <td className="num" title={String(u)}>
        {u.toFixed(4)}
      </td>
    </tr>
  );
}

function Difference({ difference, outcome }: { difference: FirstDifference; outcome: ReplayOutcome }) {
  const tokenizer = useDocument(s => s.tokenizer);
  const { position, expected, got, u, expectedU } = difference;
  return (
    <div className={styles.outcome} data-testid="replay">
      <Notice tone="warn">
        The first token that differs is at position {formatCount(position)}; the {formatCount(outcome.agreed)} drawn
        before it agree.
      </Notice>
      {tokenizer && (
        <div className={styles.scroll}>
          <table className={styles.table}>
            <caption className="visually-hidden">The first token that differs</caption>
            <thead>
              <tr>
                <th scope="col">
                  <span className="visually-hidden">which</span>
                </th>
                <th scope="col">token</th>
                <th scope="col">id</th>
                <th scope="col">before sampling</th>
                <th scope="col">after sampling</th>
                <th scope="col">random number</th>
              </tr>
            </thead>
            <tbody>
              <Row head="expected" token={expected} u={expectedU} tokenizer={tokenizer} />
              <Row head="drawn here" token={got} u={u} tokenizer={tokenizer} />
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}

function Outcome({ outcome }: { outcome: ReplayOutcome }) {
  const { difference, agreed, total, worst, ended } = outcome;
  if (difference) return <Difference difference={difference} outcome={outcome} />;
  if (ended !== null || agreed < total) {
    return (
      <div data-testid="replay">
        <Notice tone="warn">
          {formatCount(agreed)} of {formatCount(total)} drawn tokens agree; then the context was full.
        </Notice>
      </div>
    );
  }
  return (
    <p className={styles.good} data-testid="replay">
      All {formatCount(total)} drawn tokens agree.
      {worst !== null &&
        (worst === 0
          ? ' Their log-probabilities before sampling are the same to the last digit.'
          : ` Their log-probabilities before sampling differ by at most ${worst.toExponential(1)}.`)}
    </p>
  );
}

export function Replayed({ run }: { run: SharedRun }) {
  const share = useShareStore();
  const task = useShare(s => s.task);
  const outcome = useShare(s => s.outcome);
  const again = () => void share.getState().replay();
  if (task.status === 'working') {
    return (
      <div className={styles.line}>
        <Progress label="Replay" share={task.total === 0 ? null : task.done / task.total}>
          {formatCount(task.done)} of {formatCount(task.total)} tokens drawn again and alike
        </Progress>
        <Button onClick={() => share.getState().stopReplay()}>Stop</Button>
      </div>
    );
  }
  if (task.status === 'stopped') {
    return <p className={styles.quiet}>Stopped after {formatCount(task.done)} tokens that agreed.</p>;
  }
  if (task.status === 'failed' && task.error) return <ErrorNotice error={task.error} retry={again} />;
  return outcome && run.tokens.length > 0 ? <Outcome outcome={outcome} /> : null;
}
