// Joins the machine of losses to the worker's messages and to the loads of the page.
import type { Client } from '../../client/client.ts';
import type { WireError } from '../../protocol/events.ts';
import { afterEvent, isOfLoss, type LossEvent, NO_LOSS } from './loss.ts';
import type { ModelStore } from './types.ts';

/** What the loads of the page tell. */
export interface Losses {
  asked(): void;
  opened(device: number): void;
  failed(error: WireError): void;
  dismissed(): void;
}

/** @param now milliseconds of a steady clock. */
export function watchLosses(client: Client, now: () => number, get: () => ModelStore): Losses {
  let memory = NO_LOSS;
  const take = (event: LossEvent, because: { readonly reason: string; readonly message: string }): void => {
    const { memory: after, next } = afterEvent(memory, event);
    memory = after;
    const { load, loss } = get().getState();
    if (loss !== after.said) get().setState({ loss: after.said });
    if (next === 'reopen') void get().getState().reopen();
    if (next !== 'give_up' || load.status === 'idle') return;
    const source = load.status === 'ready' ? load.model.source : load.source;
    const error: WireError = {
      code: 'device_lost',
      message: because.message,
      detail: { reason: because.reason, again: 1 },
    };
    get().setState({ load: { status: 'failed', source, error }, kept: null, notices: [] });
  };
  const inUse = (): number | null => {
    const { load } = get().getState();
    return load.status === 'ready' ? load.model.device : null;
  };
  const UNTOLD = { reason: 'unknown', message: '' };
  client.onLost(event => {
    get().setState({ kept: null });
    take({ kind: 'lost', device: event.device, inUse: inUse(), at: now() }, event);
  });
  client.onCrash(({ message }) => {
    get().setState({ kept: null });
    take({ kind: 'crashed', inUse: inUse(), at: now() }, { reason: 'crash', message });
  });
  return {
    asked: () => take({ kind: 'asked' }, UNTOLD),
    opened: device => take({ kind: 'opened', device, at: now() }, UNTOLD),
    failed: error => take({ kind: 'failed', lost: isOfLoss(error), at: now() }, { ...UNTOLD, message: error.message }),
    dismissed: () => take({ kind: 'dismissed' }, UNTOLD),
  };
}
