// All keys of the page.
import { keyLabel } from '../ui/controls/keys.ts';
import styles from './Keys.module.css';

const KEYS: readonly { readonly keys: string; readonly does: string }[] = [
  { keys: 'Mod+Enter', does: 'Run' },
  { keys: 'Own+Enter', does: 'Run from the caret; what stands behind it stays as a branch' },
  { keys: 'Esc', does: 'Stop' },
  { keys: 'Mod+.', does: 'Step: draw one token' },
  { keys: 'Mod+Shift+Enter', does: 'Regenerate: take the last run away and draw again' },
  { keys: 'Mod+Z', does: 'Undo an edit or a whole run' },
  { keys: 'Mod+Shift+Z', does: 'Redo' },
  { keys: 'Alt+Left', does: 'Select the token before' },
  { keys: 'Alt+Right', does: 'Select the token after' },
  { keys: 'Alt+Down', does: 'Show the numbers of the token at the caret; again: go into their card' },
  { keys: 'Up+Down', does: 'Walk through the candidates once their list has the focus' },
  { keys: 'Enter', does: 'Continue from the selected candidate' },
  { keys: 'Left+Right+Up+Down', does: 'Walk through the tree of branches once it has the focus; Enter takes a node' },
  { keys: 'P', does: 'Pin the selected candidate, or take its pin off' },
  { keys: 'Own+N', does: 'New document' },
  { keys: 'Own+O', does: 'Documents' },
  { keys: 'Mod+/', does: 'These keys' },
];

export function Keys() {
  return (
    <dl className={styles.keys}>
      {KEYS.map(({ keys, does }) => (
        <div key={keys}>
          <dt>
            <kbd>{keyLabel(keys)}</kbd>
          </dt>
          <dd>{does}</dd>
        </div>
      ))}
    </dl>
  );
}
