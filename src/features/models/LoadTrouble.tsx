// Why the last load came to nothing, at the place where that model was asked for.
import { isOfLoss } from '../../stores/model/loss.ts';
import { useModel, useStores } from '../../stores/react.ts';
import { inSight } from '../../ui/controls/inSight.ts';
import { ErrorNotice } from '../shared/ErrorNotice.tsx';
import { AccessHelp } from './AccessHelp.tsx';
import { type Place, useAsked } from './asked.ts';
import { Choices, choicesOf } from './Choices.tsx';
import { LossNotice } from './LossNotice.tsx';
import styles from './Models.module.css';

interface LoadTroubleProps {
  /** Null: where nothing has been asked since the dialog was opened. */
  at: Place | null;
  /** What "Choose another model" does where others are in sight. */
  onChoose?: () => void;
}

export function LoadTrouble({ at, onChoose }: LoadTroubleProps) {
  const { model } = useStores();
  const { here } = useAsked(at);
  const load = useModel(s => s.load);
  const failure = useModel(s => s.failure);
  const looks = useModel(s => s.inspection.status !== 'none');
  if (!here) return null;
  const retry = () => void model.getState().retry();
  const trouble = load.status === 'failed' ? load : failure;
  const choices = trouble === null ? null : choicesOf(trouble.error);
  // Whoever looks at another model has done with choosing from these.
  if (choices !== null && looks) return null;
  if (trouble !== null && choices !== null) return <Choices choices={choices} source={trouble.source} at={at} />;
  if (load.status === 'failed') {
    return (
      <div ref={inSight} className={styles.trouble}>
        {isOfLoss(load.error) ? <LossNotice /> : <ErrorNotice error={load.error} retry={retry} onChoose={onChoose} />}
        <AccessHelp error={load.error} source={load.source} retry={retry} />
      </div>
    );
  }
  if (failure === null) return null;
  return (
    <div ref={inSight} className={styles.trouble}>
      <ErrorNotice
        error={failure.error}
        retry={retry}
        onDismiss={() => model.getState().dismissFailure()}
        onChoose={onChoose}
      />
      <AccessHelp error={failure.error} source={failure.source} retry={retry} />
    </div>
  );
}
