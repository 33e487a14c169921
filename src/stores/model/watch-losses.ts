// Joins the machine of losses to the worker's messages and to the loads of the page.
import type { Client } from '../../client/client.ts';
import type { WireError } from '../../protocol/events.ts';
import { afterEvent, isOfLoss, type LossEvent, type LossStep, NO_LOSS } from './loss.ts';
import type { ModelStore } from './types.ts';
import { modelItself } from './under-way.ts';

/** What the loads of the page tell. */
export interface Losses {
  asked(): void;
  /** The page ends the worker. */
  ended(): void;
  opened(device: number): void;
  /** What is to be done of it; where that is `give_up`, the state says so already. */
  failed(error: WireError): LossStep['next'];
  dismissed(): void;
}

/** @param now milliseconds of a steady clock. */
export function watchLosses(client: Client, now: () => number, get: () => ModelStore): Losses {
  let memory = NO_LOSS;
  const take = (event: LossEvent, because: { readonly reason: string; readonly message: string }): LossStep['next'] => {
    const { memory: after, next } = afterEvent(memory, event);
    memory = after;
    const { loss } = get().getState();
    const load = modelItself(get().getState());
    if (loss !== after.said) get().setState({ loss: after.said });
    if (next !== 'give_up' || load.status === 'idle') return next;
    const source = load.status === 'ready' ? load.model.source : load.source;
    const error: WireError = {
      code: 'device_lost',
      message: because.message,
      detail: { reason: because.reason, again: 1 },
    };
    get().setState({ load: { status: 'failed', source, error }, coming: null, kept: null, notices: [] });
    return next;
  };
  /** The same for what is no end of a load. */
  const struck = (event: LossEvent, because: Parameters<typeof take>[1]): void => {
    const next = take(event, because);
    if (next === 'reopen' || next === 'lighten')
      void get()
        .getState()
        .reopen(next === 'lighten');
  };
  /** What stands in for a model has no device. */
  const inUse = (): number | null => {
    const load = modelItself(get().getState());
    return load.status === 'ready' ? load.model.device : null;
  };
  const UNTOLD = { reason: 'unknown', message: '' };
  client.onLost(event => {
    get().setState({ kept: null });
    struck({ kind: 'lost', device: event.device, inUse: inUse(), at: now() }, event);
  });
  client.onCrash(({ message }) => {
    get().setState({ kept: null });
    struck({ kind: 'crashed', inUse: inUse(), at: now() }, { reason: 'crash', message });
  });
  return {
    ended: () => struck({ kind: 'ended' }, UNTOLD),
    asked: () => struck({ kind: 'asked' }, UNTOLD),
    opened: device => struck({ kind: 'opened', device, at: now() }, UNTOLD),
    failed: error => {
      const crashed = error.code === 'internal';
      const lost = !isOfLoss(error) ? null : crashed ? 'worker' : 'device';
      const reason = crashed ? 'crash' : 'unknown';
      return take({ kind: 'failed', lost, at: now() }, { reason, message: error.message });
    },
    dismissed: () => struck({ kind: 'dismissed' }, UNTOLD),
  };
}
