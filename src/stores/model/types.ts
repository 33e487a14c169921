// The model subject: which one is chosen, how far its load is, what is cached. State and actions of its store.

import type { StoreApi } from 'zustand/vanilla';
import type { CachedModel, ModelChoice, ModelSource, Origins } from '../../lib/model-source.ts';
import type { FormatChoice, WeightFormat } from '../../lib/weight-format.ts';
import type {
  AdapterDescription,
  ContextState,
  EventOf,
  LoadedModel,
  LoadPhase,
  ModelWarning,
  NoticeEvent,
  WireError,
} from '../../protocol/events.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import type { Loss } from './loss.ts';

export interface LoadProgress {
  readonly phase: LoadPhase;
  readonly bytes: number;
  /** 0 while unknown. */
  readonly totalBytes: number;
  readonly fromCache: boolean;
  /** Bytes a second over the last seconds; null until it can be told. */
  readonly speed: number | null;
  readonly secondsLeft: number | null;
}

/** A model in the worker, and the tokenizer of the page. */
export interface OpenModel {
  readonly model: LoadedModel;
  readonly tokenizer: Tokenizer;
}

export interface LoadingState {
  readonly status: 'loading';
  readonly source: ModelSource;
  readonly progress: LoadProgress;
  readonly cancelling: boolean;
}

export type LoadState =
  | { readonly status: 'idle' }
  | LoadingState
  | ({ readonly status: 'ready' } & OpenModel)
  | { readonly status: 'failed'; readonly source: ModelSource; readonly error: WireError };

/** A look at a model before its download. */
export type Look =
  | { readonly status: 'none' }
  | { readonly status: 'loading'; readonly source: ModelSource }
  | {
      readonly status: 'ready';
      readonly source: ModelSource;
      readonly result: EventOf<'inspected'>;
      /** Of the weights, as it is chosen already; else as the result says. */
      readonly format: FormatChoice | undefined;
    }
  | { readonly status: 'failed'; readonly source: ModelSource; readonly error: WireError };

/** Several models among files that a person opened. */
export interface SeveralModels {
  /** That they were opened from; '' where they were opened by themselves. */
  readonly folder: string;
  readonly models: readonly OneOfSeveral[];
}

/** As it is loaded: by itself, and called after its file. */
export interface OneOfSeveral extends ModelChoice {
  readonly source: ModelSource;
  readonly files: readonly File[];
}

/** What is being done with a cached model, or what came out of it. */
export type CacheTask =
  | { readonly kind: 'verifying' | 'deleting' | 'checking' }
  | { readonly kind: 'verified'; readonly damaged: readonly string[] }
  | { readonly kind: 'checked'; readonly newer: boolean; readonly commit: string }
  | { readonly kind: 'failed'; readonly error: WireError };

interface CacheState {
  readonly status: 'unknown' | 'loading' | 'ready' | 'failed';
  readonly models: readonly CachedModel[];
  /** Bytes stored by the whole origin. */
  readonly usage: number;
  readonly error: WireError | null;
  /** By key of the cached model. */
  readonly tasks: Readonly<Record<string, CacheTask>>;
}

/** `context_short`: memory gave out while the text grew. `format_smaller`: weights were made smaller without being asked, for their memory. */
export type ModelNotice = NoticeEvent['notice'] | ModelWarning['code'] | 'context_short' | 'format_smaller';

/** The question of a load: another tab of this browser holds a large model. */
interface Elsewhere {
  /** Ids of the tabs that hold one; the words are of the first. */
  readonly others: readonly string[];
  /** The name of the model there; null until that tab has said it. */
  readonly model: string | null;
  /** Of the document there; '' until that tab has said it. */
  readonly title: string;
  /** The others have been asked to let go. */
  readonly taking: boolean;
  /** Has the others let go, then loads. */
  takeOver(): void;
  /** Loads beside them. */
  loadHere(): void;
}

/** Who had a model let go; `room`: another model needed its memory, and then came to nothing. */
type LetGoBy = 'person' | 'tab' | 'room';

export interface ModelState {
  /** The origin that stands for the Hub. */
  readonly hubHost: string;
  readonly load: LoadState;
  /** A load under way while `load` is a recording of its model, which stands in for it. */
  readonly coming: LoadingState | null;
  /** While another model loads: the one before it, as long as the worker still has it. A load that fails or is cancelled goes back to it. */
  readonly kept: OpenModel | null;
  /** The last load, where it failed and the model before it is still in use. */
  readonly failure: { readonly source: ModelSource; readonly error: WireError } | null;
  /** A load waits for what a person says to this; null while none does. */
  readonly elsewhere: Elsewhere | null;
  /** The model that was let go last, where no other has come since. `tab`: another tab took it over. */
  readonly letGo: { readonly source: ModelSource; readonly by: LetGoBy } | null;
  /** How many loads and unloads were asked for; what opens by itself, after a loss or on a way back, is none. */
  readonly asks: number;
  /** How much context the model in use has; its allowed tokens change while it is open. */
  readonly context: ContextState | null;
  readonly inspection: Look;
  /** The look at one of several models, which `inspection` or a load has left to choose from. */
  readonly chosen: Look;
  /** The files that were opened last, where they are several models: to open one after the other from. */
  readonly several: SeveralModels | null;
  readonly cache: CacheState;
  /** By key, the format of the weights of models that were loaded last in another than their own. */
  readonly formats: Readonly<Record<string, WeightFormat>>;
  readonly notices: readonly ModelNotice[];
  /** What is to be said of a lost device or a crashed worker, beside a load that failed for it. */
  readonly loss: Loss;
  readonly adapter: AdapterDescription | null;
  /** Why no model can run here at all; null when nothing speaks against it. */
  readonly blocked: WireError | null;
}

interface ModelActions {
  /** Checks the browser, then loads what `choose` gives (the shipped default without it). Called once, by `Stores.start`. */
  start(choose?: () => Promise<WantedModel>): Promise<void>;
  /** `format` is how its weights are wanted. */
  inspect(source: ModelSource, format?: FormatChoice): Promise<void>;
  /** Forgets the look at one of several, too. */
  forgetInspection(): void;
  /** A look at one of several models: what they were found by stays. */
  inspectChosen(source: ModelSource): Promise<void>;
  forgetChosen(): void;
  /** Resolves when the load has ended, well or not; the outcome is in `load`. */
  loadModel(source: ModelSource, options?: LoadOptions): Promise<void>;
  loadDefault(): Promise<void>;
  /** The load that was asked for last, once more. */
  retry(): Promise<void>;
  cancelLoad(): void;
  /** Until the model is here that is being loaded, a recording of it stands in for it, where there is one and it fits. Nothing is lost where it does not come. */
  standIn(fits: (recording: OpenModel) => boolean): Promise<void>;
  /** Lets go of the model in use, or of the one on its way, and of all that the worker holds: it ends. Runs end as stopped; `retry` loads it again. */
  unload(by: Exclude<LetGoBy, 'room'>): void;
  listCache(): Promise<void>;
  verifyCached(key: string): Promise<void>;
  deleteCached(key: string): Promise<void>;
  checkForUpdate(key: string): Promise<void>;
  /** Fetches the revision anew and loads it. */
  updateCached(key: string): Promise<void>;
  dismissNotice(notice: ModelNotice): void;
  dismissFailure(): void;
  dismissLoss(): void;
  /** Loads the model in use once more: after a lost device; `light`: with smaller steps and less memory. */
  reopen(light?: boolean): Promise<void>;
  /** Loads the model in use once more, with keys and values kept so. */
  keepKv(kv: 'f32' | 'f16'): Promise<void>;
  /** Loads the model in use once more, with its weights in that format. */
  keepFormat(format: FormatChoice): Promise<void>;
  /** What loads the model in use once more as it is now, when others have taken its place meanwhile. */
  wayBack(): () => Promise<void>;
  /** Where the model in use came from, as a command names it. */
  openedFrom(): { readonly source: ModelSource; readonly origins: Origins; readonly files?: readonly File[] };
  /** One of the models of the server in use, asked anew what it gives; with the key it was given. */
  askServer(model: string): Promise<void>;
  /** What another visit has chosen. */
  restoreFormats(formats: ModelState['formats']): void;
}

/** A model, and how its weights are wanted where that is known. */
export interface WantedModel {
  readonly source: ModelSource;
  readonly format?: FormatChoice | undefined;
}

export interface LoadOptions {
  readonly files?: readonly File[];
  /** Default true. */
  readonly keep?: boolean;
  readonly refresh?: boolean;
  /** Tokens that a text may have; as memory suggests where nobody chose. */
  readonly allowed?: number;
  /** Of a server; kept nowhere. */
  readonly key?: string;
  /** A recording of it in its place; `meanwhile`: until it is here. */
  readonly recorded?: true | 'meanwhile';
  /** Keys and values in f16. */
  readonly kv?: 'f16' | undefined;
  /** Of the weights; as the model was loaded last where nobody chose. */
  readonly format?: FormatChoice | undefined;
}

export type ModelStoreState = ModelState & ModelActions;
export type ModelStore = StoreApi<ModelStoreState>;
