// What a person does with a model that is stored: verify it, delete it, look for an update, fetch it anew.
import type { Client } from '../../client/client.ts';
import { cacheCheck, cacheDelete, cacheVerify } from '../../client/requests.ts';
import { asNucleusError, toWire } from '../../lib/error.ts';
import type { Origins } from '../../lib/model-source.ts';
import type { CacheTask, ModelState, ModelStoreState } from './types.ts';

export type Chore = 'verify' | 'delete' | 'check' | 'update';

const BEGUN: Readonly<Record<Exclude<Chore, 'update'>, CacheTask>> = {
  verify: { kind: 'verifying' },
  delete: { kind: 'deleting' },
  check: { kind: 'checking' },
};

/** Asks again where the worker was ended under it, which has to do with the model in use alone. */
async function onAnyWorker<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (thrown) {
      if (asNucleusError(thrown).code !== 'cancelled') throw thrown;
    }
  }
}

/** Never rejects: what went wrong is in the task. */
export async function runChore(
  chore: Chore,
  key: string,
  client: Client,
  state: ModelStoreState,
  origins: Origins,
  change: (next: (now: ModelState) => Partial<ModelState>) => void,
): Promise<void> {
  const setTask = (task: CacheTask | null): void =>
    change(({ cache }) => {
      const { [key]: _, ...others } = cache.tasks;
      return { cache: { ...cache, tasks: task === null ? others : { ...others, [key]: task } } };
    });
  if (chore === 'update') {
    const cached = state.cache.models.find(model => model.key === key);
    if (cached === undefined) return;
    setTask(null);
    return state.loadModel(cached.source, { refresh: true });
  }
  setTask(BEGUN[chore]);
  try {
    if (chore === 'verify') setTask({ kind: 'verified', damaged: await onAnyWorker(() => cacheVerify(client, key)) });
    else if (chore === 'check') {
      const { newer, commit } = await onAnyWorker(() => cacheCheck(client, key, origins));
      setTask({ kind: 'checked', newer, commit });
    } else {
      await onAnyWorker(() => cacheDelete(client, key));
      await state.listCache();
      setTask(null);
    }
  } catch (thrown) {
    setTask({ kind: 'failed', error: toWire(thrown) });
  }
}
