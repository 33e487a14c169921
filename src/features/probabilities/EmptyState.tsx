// The inspector without a distribution: what it will show, why it does not yet, and the way on.
import { formatDuration } from '../../lib/format.ts';
import { useDocument, useGeneration, useStores } from '../../stores/react.ts';
import type { SelectedRow } from '../../stores/run/rows-types.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { ErrorNotice } from '../shared/ErrorNotice.tsx';
import styles from './EmptyState.module.css';

const WORDS: Readonly<Record<'no_model' | 'first' | 'waiting' | 'loading', string>> = {
  no_model: 'Once a model is loaded, this column shows what it expects at any place of the text.',
  first: 'The first token has no prediction: nothing comes before it. Select a later one, or press Run.',
  waiting: 'The distribution of this place appears here as soon as the text rests.',
  loading: 'Computing the distribution of this place…',
};

const NOTHING =
  'The text is empty. Type a word to see what could come after it, or press Run: the model then starts from its beginning-of-text token.';

/** Below the dimmed numbers of the place before, where those of this one take a while. */
export function ComingBar({ row }: { row: SelectedRow }) {
  const { rows } = useStores();
  if (row.status !== 'loading') return null;
  return (
    <div className={styles.coming}>
      <p>{WORDS.loading}</p>
      <Button onClick={() => rows.getState().stopFetch()}>Stop computing</Button>
    </div>
  );
}

export function EmptyState({ row }: { row: SelectedRow }) {
  const { rows } = useStores();
  const empty = useDocument(s => s.tokens.length === 0);
  // One sentence about one thing: what the line under the text already says is not said here again.
  const said = useGeneration(s =>
    s.status.kind === 'failed' && s.status.error.code === 'prompt_too_long' ? s.status.error.code : null,
  );
  if (row.status === 'ready') return null;
  const compute = () => void rows.getState().fetchSelected();
  if (row.status === 'failed' && row.error.code === said) {
    return (
      <div className={styles.empty}>
        <p>The context allowed here holds no text of this length, so there is nothing to show here yet.</p>
      </div>
    );
  }
  if (row.status === 'failed') {
    return (
      <div className={styles.empty}>
        <ErrorNotice error={row.error} retry={compute} />
      </div>
    );
  }
  if (row.status === 'costly') {
    return (
      <div className={styles.empty}>
        <p>Computing what is expected here takes a pass over the text, about {formatDuration(row.seconds * 1000)}.</p>
        <Button onClick={compute}>Compute the distribution</Button>
      </div>
    );
  }
  return (
    <div className={styles.empty} aria-busy={row.status === 'loading'}>
      <p>{row.status === 'first' && empty ? NOTHING : WORDS[row.status]}</p>
      {row.status === 'loading' && (
        <Button className={styles.late} onClick={() => rows.getState().stopFetch()}>
          Stop computing
        </Button>
      )}
    </div>
  );
}
