// A lost device or a crashed worker: one sentence, wherever it is shown, with its way on.
import { ACTION_LABELS } from '../../stores/messages.ts';
import { lossLine } from '../../stores/model/loss-line.ts';
import { useGeneration, useModel, useStores } from '../../stores/react.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Notice } from '../../ui/controls/Notice.tsx';

export function LossNotice() {
  const { model } = useStores();
  const load = useModel(s => s.load);
  const loss = useModel(s => s.loss);
  const status = useGeneration(s => s.status);
  const line = lossLine({ load, loss }, status);
  if (line === null) return null;
  return (
    <Notice
      tone={line.tone === 'alert' ? 'bad' : 'warn'}
      action={
        line.way === 'retry' && <Button onClick={() => void model.getState().retry()}>{ACTION_LABELS.retry}</Button>
      }
      onDismiss={line.way === 'dismiss' ? () => model.getState().dismissLoss() : undefined}
    >
      {line.text}
    </Notice>
  );
}
