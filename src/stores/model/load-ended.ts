// Waits for a load.
import type { ModelStore } from './types.ts';
import { loadUnderWay } from './under-way.ts';

/** Once the load that is under way has ended; false where there is no model then, or a person has chosen another load. */
export function loadEnded(model: ModelStore): Promise<boolean> {
  const way = loadUnderWay(model.getState());
  if (way === null) return Promise.resolve(model.getState().load.status === 'ready');
  return new Promise(resolve => {
    const end = model.subscribe(now => {
      if (loadUnderWay(now)?.source === way.source) return;
      end();
      resolve(now.load.status === 'ready');
    });
  });
}
