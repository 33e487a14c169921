// One load from the question to the model and its tokenizer, and what it tells on its way.
import type { Client } from '../../client/client.ts';
import { type LoadRequest, load } from '../../client/requests.ts';
import type { NucleusError } from '../../lib/error.ts';
import type { HubToken, ModelSource, Origins } from '../../lib/model-source.ts';
import type { LoadedModel } from '../../protocol/events.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { SpeedMeter } from './speed.ts';
import type { LoadOptions, ModelNotice, ModelStore } from './types.ts';
import { changedLoad } from './under-way.ts';

export interface ModelOptions {
  readonly client: Client;
  readonly origins: Origins;
  /** The token for the Hub at this moment. */
  readonly hubToken: () => HubToken | null;
  /** Null when nothing speaks against WebGPU here. */
  readonly checkCapability: () => NucleusError | null | Promise<NucleusError | null>;
  /** @throws NucleusError bad_tokenizer, tokenizer_mismatch */
  readonly makeTokenizer: (model: LoadedModel) => Tokenizer | Promise<Tokenizer>;
  /** Waits where other tabs have to be asked first. Rejects with `cancelled`. */
  readonly mayLoad: (source: ModelSource, given: LoadOptions, signal: AbortSignal) => Promise<void>;
  /** Asks the browser to keep what is stored; its answer changes nothing. */
  readonly persist: () => void;
  /** A steady clock, milliseconds. */
  readonly now: () => number;
}

/** Where things are now, with the token that opens them. */
export function originsNow({ origins, hubToken }: ModelOptions): Origins {
  const token = hubToken();
  return token === null ? origins : { ...origins, token };
}

/** `light`: with smaller steps and less memory. Rejects with the error of the load, or of the tokenizer. */
export async function loadOnce(
  options: ModelOptions,
  source: ModelSource,
  given: LoadOptions,
  light: boolean,
  signal: AbortSignal,
  watch: WatchLoad,
): Promise<{ model: LoadedModel; tokenizer: Tokenizer }> {
  const request: Omit<LoadRequest, 'type'> = {
    source,
    origins: originsNow(options),
    keep: given.keep ?? true,
    refresh: given.refresh ?? false,
    ...(given.files && { files: given.files }),
    ...(given.allowed && { allowed: given.allowed }),
    ...(given.key && { key: given.key }),
    ...(given.recorded && { recorded: given.recorded }),
    ...(given.kv && { kv: given.kv }),
    ...(light && { light }),
    ...(given.format && { format: given.format }),
  };
  const model = await load(options.client, request, watch, signal);
  return { model, tokenizer: await options.makeTokenizer(model) };
}

type WatchLoad = Parameters<typeof load>[2];

/** What a load tells on its way, as state. */
export function watcherOf({ now }: ModelOptions, store: ModelStore, signal: AbortSignal): WatchLoad {
  const meter = new SpeedMeter();
  return event => {
    if (event.type === 'closed') store.setState({ kept: null });
    else if (signal.aborted) return;
    else if (event.type === 'notice') addNotice(store, event.notice);
    else {
      const pace = meter.add(now(), event.bytes, event.totalBytes);
      const { phase, bytes, totalBytes, fromCache } = event;
      store.setState(state => changedLoad(state, { progress: { phase, bytes, totalBytes, fromCache, ...pace } }));
    }
  };
}

export function addNotice(store: ModelStore, notice: ModelNotice): void {
  store.setState(state => ({ notices: [...state.notices.filter(each => each !== notice), notice] }));
}
