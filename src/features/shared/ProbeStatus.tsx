// What stands between a person and the numbers of a view, the same in all views: progress with a way to stop, the cost before it is spent, what
// went wrong, and the way on. It takes one line of room in every state.
import type { ReactNode } from 'react';
import { formatDuration } from '../../lib/format.ts';
import type { ProbeState } from '../../stores/gpu-work/probe-state.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Progress } from '../../ui/controls/Progress.tsx';
import { ErrorNotice } from './ErrorNotice.tsx';
import styles from './ProbeStatus.module.css';

export interface ProbeWords {
  /** What is computed, as a name: `The lens`. */
  readonly name: string;
  /** The same within a sentence about memory: `the lens`. */
  readonly inWords: string;
  /** What takes time, to be followed by how long: `The positions in sight take`. */
  readonly takes: string;
  /** Labels of the buttons that begin, go on, and stop. */
  readonly compute: string;
  readonly rest: string;
  readonly stop: string;
  readonly stopped: string;
  readonly running: string;
  readonly progress?: (done: number, total: number) => ReactNode;
  /** Said while everything is here or about to come; nothing by itself. */
  readonly ready?: ReactNode;
  readonly empty?: ReactNode;
}

interface ProbeStatusProps {
  state: ProbeState;
  words: ProbeWords;
  compute: () => void;
  stop: () => void;
}

function Failed({ state, words, compute }: Omit<ProbeStatusProps, 'stop'>) {
  if (state.status !== 'failed' && state.status !== 'too_long') return null;
  const { error } = state;
  const full = error.code === 'out_of_memory';
  const told = full ? { ...error, detail: { ...error.detail, view: words.inWords } } : error;
  return (
    <div className={styles.failed}>
      <ErrorNotice error={told} retry={compute} />
      {full && <Button onClick={compute}>Try again</Button>}
    </div>
  );
}

/** The sentence and the button of a state that has both. */
function lineOf({ state, words, compute, stop }: ProbeStatusProps): ReactNode {
  switch (state.status) {
    case 'costly':
      return (
        <>
          <span>
            {words.takes} about <span className="num">{formatDuration(state.seconds * 1000)}</span>.
          </span>
          <Button onClick={compute}>{words.compute}</Button>
        </>
      );
    case 'working':
      return (
        <>
          <Progress label={words.name} share={state.total === 0 ? null : state.done / state.total}>
            {words.progress && <span>{words.progress(state.done, state.total)}</span>}
          </Progress>
          <Button icon="stop" onClick={stop}>
            {words.stop}
          </Button>
        </>
      );
    case 'stopped':
      return (
        <>
          <span>{words.stopped}</span>
          <Button onClick={compute}>{words.rest}</Button>
        </>
      );
    case 'running':
      return <span>{words.running}</span>;
    case 'empty':
      return words.empty && <span>{words.empty}</span>;
    default:
      return words.ready && <span>{words.ready}</span>;
  }
}

export function ProbeStatus(props: ProbeStatusProps) {
  const { status } = props.state;
  if (status === 'failed' || status === 'too_long') return <Failed {...props} />;
  const line = lineOf(props);
  return line ? (
    <div className={styles.line} aria-busy={status === 'working'} data-status={status}>
      {line}
    </div>
  ) : null;
}
