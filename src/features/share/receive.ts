// A shared text that comes with the page's address: it is opened, and says which model it is of.
import type { CachedModel } from '../../lib/model-source.ts';
import type { WantedModel } from '../../stores/model/types.ts';
import type { Stores } from '../../stores/stores.ts';
import { formatNeeded, neededSource } from './sharedRun.ts';
import { shareStore } from './store.ts';

/** Takes the text of a link's fragment; the answer names the model that it needs, given those that are stored. */
export async function receive(
  stores: Stores,
  fragment: string,
): Promise<(stored: readonly CachedModel[]) => WantedModel | null> {
  const share = shareStore.of(stores);
  await share.getState().receive(fragment);
  const { incoming } = share.getState();
  return stored => {
    if (incoming.status !== 'ready') return null;
    const source = neededSource(incoming.run.model, stored);
    return source && { source, format: formatNeeded(incoming.run.model) };
  };
}
