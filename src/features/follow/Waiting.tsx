// A step without its numbers yet: what it will show, why it does not, and the way on.

import type { ProbeState } from '../../stores/gpu-work/probe-state.ts';
import { useGeneration, useStores } from '../../stores/react.ts';
import { isRunning } from '../../stores/run/generation-types.ts';
import type { SelectedRow } from '../../stores/run/rows-types.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { ProbeStatus, type ProbeWords } from '../shared/ProbeStatus.tsx';
import type { Followed } from './followed.ts';
import styles from './Step.module.css';
import { useFollow, useFollowStore } from './useFollow.ts';

interface WaitingProps {
  followed: Followed;
  /** Whether the step reads vectors of the inside or the row of logits. */
  needs: 'vectors' | 'row';
  /** What will stand here, as the end of "Here you will see ...". */
  what: string;
}

export const NO_TEXT =
  'The text is empty. Type a word to follow it, or press Run: the model then starts from its beginning-of-text token.';

export function Waiting(props: WaitingProps) {
  return (
    <div className={styles.waiting}>
      <WaitingWords {...props} />
    </div>
  );
}

function WaitingWords({ followed, needs, what }: WaitingProps) {
  const { rows } = useStores();
  const follow = useFollowStore();
  const probe = useFollow(s => s.probe);
  const running = useGeneration(s => isRunning(s.status));
  const { row, model, pass } = followed;
  if (model === null) return <p>Once a model is loaded, you will see {what} here.</p>;
  if (pass === null && row.status !== 'failed') return <p>{NO_TEXT}</p>;
  if (needs === 'row' && row.status === 'first') return <FirstToken followed={followed} />;
  const state = needs === 'row' ? stateOfRow(row, running) : (haltOfRow(row) ?? probe);
  const compute = () =>
    state.status === 'failed' ? void rows.getState().fetchSelected() : follow.getState().compute();
  return (
    <ProbeStatus
      state={state.status === 'waiting' ? COMING : state}
      words={wordsOf(what)}
      compute={state === probe ? follow.getState().compute : compute}
      stop={() => (needs === 'vectors' ? follow.getState().stop() : rows.getState().stopFetch())}
    />
  );
}

const COMING: ProbeState = { status: 'working', done: 0, total: 0 };

/** Why the row of the place is not computed by itself; vectors come the same way. */
function haltOfRow(row: SelectedRow): ProbeState | null {
  if (row.status === 'failed') return { status: 'failed', error: row.error };
  return row.status === 'costly' ? { status: 'costly', seconds: row.seconds } : null;
}

function stateOfRow(row: SelectedRow, running: boolean): ProbeState {
  // A row that has not begun waits for the run; there is nothing to stop here.
  return haltOfRow(row) ?? (running && row.status === 'waiting' ? { status: 'running' } : COMING);
}

const wordsOf = (what: string): ProbeWords => ({
  name: `Computing ${what}`,
  inWords: 'the way of a token',
  takes: `You will see ${what} here. It takes a pass over the text before it,`,
  compute: 'Compute it',
  rest: 'Compute it',
  stop: 'Stop computing',
  stopped: `Stopped. You would see ${what} here.`,
  running: `You will see ${what} here after the run.`,
  progress: () => `Computing ${what}…`,
});

/** Nothing comes before the first token, so no pass predicts it; its own pass predicts the second. */
function FirstToken({ followed: { tokens } }: { followed: Followed }) {
  const { document } = useStores();
  return (
    <>
      <p>The first token has no prediction: nothing comes before it. Its own pass predicts what comes second.</p>
      <Button onClick={() => document.getState().selectToken(tokens.length > 1 ? 1 : 'end')}>
        Go on to position 1
      </Button>
    </>
  );
}
