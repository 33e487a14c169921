// A recording in the place of a model that is on its way. Comes behind the first page.
import { loadOnce, type ModelOptions } from './load-once.ts';
import type { ModelStore, OpenModel } from './types.ts';

/** Where the recording of what is being loaded comes first, and fits, it is in use until that is here. @param signal of the load that it stands in for */
export async function standIn(
  options: ModelOptions,
  store: ModelStore,
  signal: AbortSignal,
  fits: (recording: OpenModel) => boolean,
): Promise<void> {
  const { load, kept } = store.getState();
  if (load.status !== 'loading' || kept !== null) return;
  // Where it does not come, the model itself is on its way.
  const ready = await loadOnce(options, load.source, { recorded: 'meanwhile' }, false, signal, () => {}).catch(
    () => null,
  );
  const { load: coming } = store.getState();
  if (ready === null || signal.aborted || coming.status !== 'loading' || !fits(ready)) return;
  store.setState({ load: { status: 'ready', ...ready }, coming, context: ready.model.context });
}

/** The model is waited for without its recording. */
export function standDown(store: ModelStore): void {
  const { coming } = store.getState();
  if (coming !== null) store.setState({ load: coming, coming: null });
}
