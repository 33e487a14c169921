// Beside Run while the caret stands within the text: goes on from there, and says what becomes of the rest.
import { caretPlace } from '../../stores/document/caret.ts';
import type { DocumentStoreState } from '../../stores/document/types.ts';
import { isHere } from '../../stores/model/under-way.ts';
import { useDocument, useGeneration, useModel, useStores } from '../../stores/react.ts';
import { isRunning } from '../../stores/run/generation-types.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { keyLabel } from '../../ui/controls/keys.ts';
import styles from './FromHere.module.css';
import { fromHereWords } from './words.ts';

/** Tokens behind the caret; 0 where it stands behind everything. */
const behindCaret = (state: DocumentStoreState): number => caretPlace(state)?.behind ?? 0;

export function FromHere() {
  const { generation } = useStores();
  const behind = useDocument(behindCaret);
  const idle = useGeneration(s => !isRunning(s.status));
  const ready = useModel(isHere);
  if (behind === 0 || !idle || !ready) return null;
  const words = fromHereWords(behind);
  return (
    <Button
      icon="fromHere"
      className={styles.here}
      data-from-here
      aria-label="Run from here"
      aria-description={words}
      title={`${words} (${keyLabel('Own+Enter')})`}
      onClick={() => void generation.getState().runFromCaret()}
    >
      From here
    </Button>
  );
}
