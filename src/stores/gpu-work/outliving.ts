// The client as runs see it: what draws or searches goes on by itself when the device or the worker went under it and the same model is back.
import type { Client } from '../../client/client.ts';
import { asNucleusError, NucleusError } from '../../lib/error.ts';
import { type Clock, limit } from '../../lib/limit.ts';
import type { EngineEvent } from '../../protocol/events.ts';
import { lasting } from '../../protocol/lasting.ts';
import { isOfLoss } from '../model/loss.ts';
import { modelTag } from '../model/model.ts';
import type { ModelStore } from '../model/types.ts';

const LASTING = /^(?:generate|answers|search)$/;

/** A run may break before the page hears that the device is gone; after this long, in milliseconds, it broke for another reason. */
const NEWS_MS = 10_000;

/** After a failure: true once the model that was there when the work began is there again, on another device or in another worker. False where the failure has another reason, or that model does not come. Rejects with `cancelled`. */
export type Return = (thrown: unknown, signal?: AbortSignal) => Promise<boolean>;

/** For work that begins now. */
export function returnOf(model: ModelStore, clock: Clock): Return {
  const tag = modelTag(model.getState());
  // What it was sent to, each time.
  let { load } = model.getState();
  return async (thrown, signal) => {
    const error = asNucleusError(thrown);
    if (!isOfLoss(error) && error.code !== 'no_model') return false;
    if (!(await another(model, load, signal, clock))) return false;
    if (tag !== '' && modelTag(model.getState()) !== tag) return false;
    ({ load } = model.getState());
    saysByGoingOn(model);
    return true;
  };
}

/** "Press Run to go on" is said no more where something goes on by itself. */
function saysByGoingOn(model: ModelStore): void {
  const { loss, dismissLoss } = model.getState();
  if (loss.kind === 'reopened') dismissLoss();
}

/** `of` is asked when something is run. */
export function outliving(client: Client, of: () => ModelStore, clock: Clock): Client {
  return {
    run: (request, signal) => {
      if (!LASTING.test(request.type)) return client.run(request, signal);
      const model = of();
      const back = returnOf(model, clock);
      return going(
        lasting(
          request,
          asked => client.run(asked, signal),
          thrown => back(thrown, signal),
        ),
        model,
      );
    },
    onLost: listener => client.onLost(listener),
    onContext: listener => client.onContext(listener),
    onCrash: listener => client.onCrash(listener),
    restart: () => client.restart(),
    get epoch() {
      return client.epoch;
    },
  };
}

/** Also where the loss came before anything was asked. */
async function* going(events: AsyncIterable<EngineEvent>, model: ModelStore): AsyncGenerator<EngineEvent> {
  for await (const event of events) {
    saysByGoingOn(model);
    yield event;
  }
}

/** Waits for a model on another device than that of `before`; false where none comes. Rejects with `cancelled`. */
function another(model: ModelStore, before: unknown, signal: AbortSignal | undefined, clock: Clock): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const { load } = model.getState();
      // A load that failed says more than the cancel that comes of it.
      if (load.status === 'failed' || load.status === 'idle') end(() => resolve(false));
      else if (signal?.aborted) end(() => reject(new NucleusError('cancelled', 'stopped before the model was back')));
      else if (load.status === 'ready' && load !== before) end(() => resolve(true));
    };
    const end = (settle: () => void): void => {
      off();
      unsubscribe();
      signal?.removeEventListener('abort', look);
      settle();
    };
    const over = (): void => {
      if (model.getState().load === before) end(() => resolve(false));
    };
    const off = limit(NEWS_MS, over, clock);
    const unsubscribe = model.subscribe(look);
    signal?.addEventListener('abort', look);
    look();
  });
}
