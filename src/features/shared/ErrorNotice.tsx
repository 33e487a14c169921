// An error of the engine as one sentence with its way on.
import type { WireError } from '../../protocol/events.ts';
import { ACTION_LABELS, type ErrorAction, messageFor } from '../../stores/messages.ts';
import { isOfLoss } from '../../stores/model/loss.ts';
import { useModel, useStores } from '../../stores/react.ts';
import type { Stores } from '../../stores/stores.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Notice } from '../../ui/controls/Notice.tsx';

interface ErrorNoticeProps {
  error: WireError;
  /** What "Try again" does here. */
  retry: () => void;
  onDismiss?: () => void;
  /** What "Choose another model" does here; without it the dialog of models opens. */
  onChoose?: (() => void) | undefined;
}

function act(action: ErrorAction, stores: Stores, { retry, onChoose }: ErrorNoticeProps): void {
  switch (action) {
    case 'retry':
      retry();
      return;
    case 'keep_tail':
      stores.generation.getState().keepTail();
      return;
    case 'load_default':
      void stores.model.getState().loadDefault();
      return;
    case 'choose_model':
      if (onChoose) onChoose();
      else stores.view.getState().open('models');
      return;
    case 'reload_page':
      location.reload();
      return;
    case 'reset_settings':
      stores.settings.getState().reset();
      stores.generation.getState().dismiss();
      return;
    case 'none':
      return;
    default:
      action satisfies never;
  }
}

/** The error of a view or a run. A lost device is said in its one place alone; here is only the way to begin again once the model is back. */
export function ErrorNotice(props: ErrorNoticeProps) {
  const ready = useModel(s => s.load.status === 'ready');
  if (!isOfLoss(props.error)) return <ToldError {...props} />;
  return ready ? (
    <Notice tone="hint" action={<Button onClick={props.retry}>{ACTION_LABELS.retry}</Button>}>
      Interrupted.
    </Notice>
  ) : null;
}

function ToldError(props: ErrorNoticeProps) {
  const { error, onDismiss } = props;
  const stores = useStores();
  const { text, action } = messageFor(error);
  return (
    <Notice
      tone="bad"
      onDismiss={onDismiss}
      action={action !== 'none' && <Button onClick={() => act(action, stores, props)}>{ACTION_LABELS[action]}</Button>}
    >
      {text}
    </Notice>
  );
}
