// What a key of the catalogue or the cache stands for now.
import { sourceKey } from '../../lib/model-source.ts';
import { isComing, modelItself } from '../../stores/model/under-way.ts';
import { useModel } from '../../stores/react.ts';

export interface Loaded {
  readonly inUse: boolean;
  /** All of it is in the browser's storage. */
  readonly cached: boolean;
  /** Something is being loaded. */
  readonly busy: boolean;
}

export function useLoaded(key: string): Loaded {
  const load = useModel(modelItself);
  const inUse = load.status === 'ready' && sourceKey(load.model.source) === key;
  const cached = useModel(s => s.cache.models.some(model => model.key === key && model.complete));
  const busy = useModel(isComing);
  return { inUse, cached, busy };
}
