// A look before a download: that it is under way, what came of it, or why nothing did.
import type { Look } from '../../stores/model/types.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { inSight } from '../../ui/controls/inSight.ts';
import { ErrorNotice } from '../shared/ErrorNotice.tsx';
import { AccessHelp } from './AccessHelp.tsx';
import { Found } from './Found.tsx';
import styles from './Models.module.css';

interface LookResultProps {
  look: Exclude<Look, { status: 'none' }>;
  onAgain: () => void;
  onLeave: () => void;
  /** What "Choose another model" does where others are in sight. */
  onChoose?: () => void;
}

export function LookResult({ look, onAgain, onLeave, onChoose }: LookResultProps) {
  switch (look.status) {
    case 'loading':
      return (
        <div className={styles.inspection} aria-busy="true">
          <div className={styles.line}>
            Looking at the files…
            <Button variant="quiet" onClick={onLeave}>
              Stop looking
            </Button>
          </div>
        </div>
      );
    case 'failed':
      return (
        <div ref={inSight} className={styles.inspection}>
          <ErrorNotice error={look.error} retry={onAgain} onDismiss={onLeave} onChoose={onChoose} />
          <AccessHelp error={look.error} source={look.source} retry={onAgain} />
        </div>
      );
    case 'ready':
      return <Found look={look} onLeave={onLeave} />;
    default:
      return look satisfies never;
  }
}
