// Run and Stop in the same place and size, one step, undo, redo, another draw; every one with its key.

import type { ReactNode } from 'react';
import { isComing, isHere } from '../../stores/model/under-way.ts';
import { useDocument, useGeneration, useModel, useStores } from '../../stores/react.ts';
import { isRunning } from '../../stores/run/generation-types.ts';
import { Button, IconButton } from '../../ui/controls/Button.tsx';
import { keyLabel } from '../../ui/controls/keys.ts';
import styles from './Actions.module.css';
import { CHANGE_WORDS } from './words.ts';

/** @param children a further way to run @param specials what puts in a special token */
export function Actions({ children, specials }: { children: ReactNode; specials: ReactNode }) {
  const { generation, document } = useStores();
  const status = useGeneration(s => s.status);
  const ready = useModel(isHere);
  const coming = useModel(isComing);
  const canRegenerate = useGeneration(s => s.canRegenerate);
  const canUndo = useDocument(s => s.canUndo);
  const canRedo = useDocument(s => s.canRedo);
  const running = isRunning(status);
  const idle = ready && !running;
  return (
    <div className={styles.actions} role="toolbar" aria-label="Run">
      {running ? (
        <Button
          variant="primary"
          icon="stop"
          shortcut={keyLabel('Esc')}
          className={styles.run}
          disabled={status.kind === 'stopping'}
          onClick={() => generation.getState().stop()}
        >
          {status.kind === 'stopping' ? 'Stopping…' : 'Stop'}
        </Button>
      ) : (
        <Button
          variant="primary"
          icon="run"
          shortcut={keyLabel('Mod+Enter')}
          className={styles.run}
          disabled={!ready && !coming}
          onClick={() => void generation.getState().run()}
        >
          Run
        </Button>
      )}
      <Button
        icon="step"
        className={styles.step}
        disabled={!idle}
        title={`Draw one token (${keyLabel('Mod+.')})`}
        onClick={() => void generation.getState().step()}
      >
        Step
      </Button>
      <Button
        icon="regenerate"
        className={styles.regenerate}
        disabled={!idle || !canRegenerate}
        aria-label="Regenerate"
        title={`Take the last run away and draw again (${keyLabel('Mod+Shift+Enter')})`}
        onClick={() => void generation.getState().regenerate()}
      >
        Regenerate
      </Button>
      {children}
      <span className={styles.history}>
        <IconButton
          icon="undo"
          label={canUndo ? `Undo ${CHANGE_WORDS[canUndo]}` : 'Undo'}
          disabled={!canUndo}
          onClick={() => document.getState().undo()}
        />
        <IconButton
          icon="redo"
          label={canRedo ? `Redo ${CHANGE_WORDS[canRedo]}` : 'Redo'}
          disabled={!canRedo}
          onClick={() => document.getState().redo()}
        />
        {specials}
      </span>
    </div>
  );
}
