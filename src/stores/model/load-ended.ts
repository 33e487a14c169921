// Waits for a load.
import type { ModelStore } from './types.ts';

/** Once the load that is under way has ended; false where there is no model then, or a person has chosen another load. */
export function loadEnded(model: ModelStore): Promise<boolean> {
  const { load } = model.getState();
  if (load.status !== 'loading') return Promise.resolve(load.status === 'ready');
  return new Promise(resolve => {
    const end = model.subscribe(({ load: now }) => {
      if (now.status === 'loading' && now.source === load.source) return;
      end();
      resolve(now.status === 'ready');
    });
  });
}
