// Which model is there: the load with its progress, the look before a download, the cache, a lost device.
import { createStore } from 'zustand/vanilla';
import { cacheList } from '../../client/requests.ts';
import { asNucleusError, NucleusError } from '../../lib/error.ts';
import { type ModelIdentity, type ModelSource, sourceKey } from '../../lib/model-source.ts';
import { isWeightFormat } from '../../lib/weight-format.ts';
import type { WireError } from '../../protocol/events.ts';
import type { Chore } from './cache-chores.ts';
import { formatKept, withFormat } from './formats.ts';
import { addNotice, loadOnce, type ModelOptions, originsNow, watcherOf } from './load-once.ts';
import { createLooks, type LookActions } from './looks.ts';
import { NO_LOSS } from './loss.ts';
import { DEFAULT_SOURCE } from './sources.ts';
import type { LoadOptions, LoadProgress, ModelState, ModelStore, ModelStoreState } from './types.ts';
import { changedLoad, isComing, isHere, loadUnderWay, modelItself } from './under-way.ts';
import { type Losses, watchLosses } from './watch-losses.ts';

const START_PROGRESS: LoadProgress = {
  phase: 'list',
  bytes: 0,
  totalBytes: 0,
  fromCache: false,
  speed: null,
  secondsLeft: null,
};

const INITIAL: Omit<ModelState, 'hubHost'> = {
  load: { status: 'idle' },
  coming: null,
  kept: null,
  failure: null,
  elsewhere: null,
  letGo: null,
  asks: 0,
  context: null,
  inspection: { status: 'none' },
  chosen: { status: 'none' },
  several: null,
  cache: { status: 'unknown', models: [], usage: 0, error: null, tasks: {} },
  formats: {},
  notices: [],
  loss: NO_LOSS.said,
  adapter: null,
  blocked: null,
};

/** An error as state keeps it. */
export function toWire(error: NucleusError): WireError {
  return { code: error.code, message: error.message, detail: error.detail };
}

export function createModelStore(options: ModelOptions): ModelStore {
  const losses = watchLosses(options.client, options.now, () => store);
  const store: ModelStore = createStore<ModelStoreState>()(() => ({
    ...INITIAL,
    hubHost: options.origins.hubHost,
    ...loadActions(options, losses, () => store),
    ...cacheActions(options, () => store),
    dismissFailure: () => store.setState({ failure: null }),
    dismissNotice: notice => store.setState(state => ({ notices: state.notices.filter(each => each !== notice) })),
    dismissLoss: losses.dismissed,
    restoreFormats: formats => store.setState({ formats }),
  }));
  options.client.onContext(({ context }) => {
    store.setState({ context });
    if (context.short) addNotice(store, 'context_short');
    else store.getState().dismissNotice('context_short');
  });
  return store;
}

type LoadActions = Pick<
  ModelStoreState,
  | 'start'
  | keyof LookActions
  | 'loadModel'
  | 'loadDefault'
  | 'retry'
  | 'reopen'
  | 'keepKv'
  | 'keepFormat'
  | 'openedFrom'
  | 'askServer'
  | 'wayBack'
  | 'cancelLoad'
  | 'standIn'
  | 'unload'
>;

function loadActions(options: ModelOptions, losses: Losses, get: () => ModelStore): LoadActions {
  const { client } = options;
  let loading: AbortController | null = null;
  const looks = createLooks(options, get);
  /** What was asked for last, and what was opened last. */
  let last: Asked = { source: DEFAULT_SOURCE, options: {} };
  let opened = last;

  /**
   * `stands`: the worker still has the model before this one, and a load that fails goes back to it. `light`: with smaller steps and less memory, since
   * the device did not bear more.
   */
  const begin = async (source: ModelSource, asked: LoadOptions, stands: boolean, light = false): Promise<void> => {
    const store = get();
    const given = { ...asked, format: asked.format ?? formatKept(store.getState(), source, asked) };
    last = { source, options: given };
    if (source.kind !== 'shipped' && source.kind !== 'server' && given.keep !== false) options.persist();
    loading?.abort();
    looks.stop();
    const { chosen } = store.getState();
    // A look at one of several models is not there any more when its list comes again.
    if (chosen.status !== 'none' && sourceKey(chosen.source) !== sourceKey(source)) looks.actions.forgetChosen();
    const abort = new AbortController();
    loading = abort;
    const { kept, letGo } = store.getState();
    // What stands in for a model is none to go back to.
    const before = modelItself(store.getState());
    if (stands) losses.asked();
    store.setState({
      load: { status: 'loading', source, progress: START_PROGRESS, cancelling: false },
      coming: null,
      kept: stands && before.status === 'ready' ? { model: before.model, tokenizer: before.tokenizer } : kept,
      failure: null,
      letGo: null,
      notices: [],
    });
    try {
      // What ships is small, and a model that is opened again has its place.
      if (stands && source.kind !== 'shipped' && source.kind !== 'server')
        await options.mayLoad(source, given, abort.signal);
      const ready = await loadOnce(
        options,
        source,
        given,
        light,
        abort.signal,
        watcherOf(options, store, abort.signal),
      );
      if (loading !== abort) return;
      last = { source, options: { ...given, format: ready.model.format, refresh: false } };
      opened = last;
      store.setState({
        load: { status: 'ready', ...ready },
        coming: null,
        context: ready.model.context,
        formats: withFormat(store.getState().formats, ready.model),
        kept: null,
        ...(ready.model.server || ready.model.recorded ? {} : { adapter: ready.model.adapter }),
      });
      losses.opened(ready.model.device);
      for (const { code } of ready.model.warnings) addNotice(store, code);
      // Nobody chose it.
      if (isWeightFormat(ready.model.format) && !isWeightFormat(given.format)) addNotice(store, 'format_smaller');
      // The list on the screen does not know this copy yet.
      if (store.getState().cache.status === 'ready') await store.getState().listCache();
    } catch (thrown) {
      if (loading !== abort) return;
      const error = withArrived(asNucleusError(thrown), store.getState(), given);
      const next = losses.failed(toWire(error));
      if (next === 'reopen' || next === 'lighten') await begin(source, given, false, next === 'lighten');
      else if (next === 'nothing') {
        const room = before.status === 'ready' ? ({ source: opened.source, by: 'room' } as const) : letGo;
        store.setState(state => ({
          ...afterFailure(state, source, error),
          coming: null,
          ...(state.kept === null && { letGo: room }),
        }));
      }
    }
  };

  /** As it was opened, with the context that is allowed by now. */
  const again = (): LoadOptions => {
    const { context } = get().getState();
    return { ...opened.options, ...(context && { allowed: context.allowed }) };
  };

  const loadModel = (source: ModelSource, given: LoadOptions = {}): Promise<void> => {
    get().setState(({ asks }) => ({ asks: asks + 1 }));
    return begin(source, given, true);
  };

  return {
    ...looks.actions,
    start: async choose => {
      const blocked = await options.checkCapability();
      get().setState({ blocked: blocked === null ? null : toWire(blocked) });
      if (blocked !== null) return;
      const { source, format } = (await choose?.()) ?? { source: DEFAULT_SOURCE };
      await loadModel(source, { format });
    },
    loadModel,
    loadDefault: () => loadModel(DEFAULT_SOURCE),
    retry: () => loadModel(last.source, last.options),
    reopen: light => begin(opened.source, again(), false, light),
    keepKv: kv => loadModel(opened.source, { ...again(), kv: kv === 'f16' ? kv : undefined }),
    keepFormat: format => loadModel(opened.source, { ...again(), format }),
    wayBack: () => {
      const { source } = opened;
      const given = again();
      return () => begin(source, given, true);
    },
    askServer: async name => {
      const { source, options: given } = opened;
      if (source.kind === 'server') await loadModel({ ...source, model: name }, given);
    },
    openedFrom: () => {
      const { source, options: given } = opened;
      return { source, origins: originsNow(options), ...(given.files && { files: given.files }) };
    },
    cancelLoad: () => {
      if (!isComing(get().getState())) return;
      get().setState(state => changedLoad(state, { cancelling: true }));
      loading?.abort();
    },
    standIn: async fits => {
      const signal = loading?.signal;
      if (signal) await (await import('./stand-in.ts')).standIn(options, get(), signal, fits);
    },
    unload: by => {
      const { asks } = get().getState();
      if (isHere(get().getState())) last = { source: opened.source, options: again() };
      else if (!isComing(get().getState())) return;
      loading?.abort();
      loading = null;
      losses.ended();
      get().setState({
        asks: asks + 1,
        load: { status: 'idle' },
        coming: null,
        kept: null,
        failure: null,
        letGo: { source: last.source, by },
        notices: [],
      });
      client.restart();
    },
  };
}

/** An error of a download with the bytes that came before it and stay stored. */
function withArrived(error: NucleusError, state: ModelState, { keep = true }: LoadOptions): NucleusError {
  const now = loadUnderWay(state);
  if (!now || !keep || now.progress.phase !== 'download' || now.progress.fromCache) return error;
  const { bytes } = now.progress;
  return bytes === 0 ? error : new NucleusError(error.code, error.message, { ...error.detail, arrived: bytes });
}

interface Asked {
  readonly source: ModelSource;
  readonly options: LoadOptions;
}

/** Where a load that came to nothing leaves the page: with the model before it, if the worker still has that one. */
function afterFailure({ kept }: ModelState, source: ModelSource, error: NucleusError): Partial<ModelState> {
  const cancelled = error.code === 'cancelled';
  const failure = { source, error: toWire(error) };
  if (kept !== null) return { load: { status: 'ready', ...kept }, kept: null, failure: cancelled ? null : failure };
  return { load: cancelled ? { status: 'idle' } : { status: 'failed', ...failure } };
}

type CacheActions = Pick<
  ModelStoreState,
  'listCache' | 'verifyCached' | 'deleteCached' | 'checkForUpdate' | 'updateCached'
>;

function cacheActions(options: ModelOptions, get: () => ModelStore): CacheActions {
  const { client } = options;
  /** What a person does with a stored model comes when it is first done. */
  const chore = async (name: Chore, key: string): Promise<void> => {
    const { runChore } = await import('./cache-chores.ts');
    await runChore(name, key, client, get().getState(), originsNow(options), change => get().setState(change));
  };
  return {
    listCache: async () => {
      get().setState(({ cache }) => ({ cache: { ...cache, status: 'loading' } }));
      try {
        const { models, usage } = await cacheList(client);
        get().setState(({ cache }) => ({ cache: { ...cache, status: 'ready', models, usage, error: null } }));
      } catch (thrown) {
        const error = toWire(asNucleusError(thrown));
        get().setState(({ cache }) => ({ cache: { ...cache, status: 'failed', error } }));
      }
    },
    verifyCached: key => chore('verify', key),
    deleteCached: key => chore('delete', key),
    checkForUpdate: key => chore('check', key),
    updateCached: key => chore('update', key),
  };
}

/** The loaded model as what its numbers are of; null when none is. */
export function modelIdentity({ load: now }: Pick<ModelState, 'load'>): ModelIdentity | null {
  return now.status === 'ready' ? { name: now.model.name, digest: now.model.digest } : null;
}

/** Equal for equal weights, whatever they are called and wherever they came from. '' when none are loaded. */
export function modelTag(state: Pick<ModelState, 'load'>): string {
  return modelIdentity(state)?.digest ?? '';
}

/** Equal where numbers are the same to the last bit: a recording of a model has rounded ones. */
export function numbersTag(state: Pick<ModelState, 'load'>): string {
  const { load: now } = state;
  return modelTag(state) + (now.status === 'ready' && now.model.recorded ? ' recorded' : '');
}

/** True when `source` is the model that is loaded or on its way. */
export function isChosen(state: ModelState, source: ModelSource): boolean {
  const { load: now } = state;
  if (now.status === 'idle') return false;
  return sourceKey(now.status === 'ready' ? now.model.source : now.source) === sourceKey(source);
}
