// All stores of one page, as they are handed to the features.
import type { StoreApi } from 'zustand/vanilla';
import type { AblationStoreState } from './ablation-types.ts';
import type { AttentionStore } from './attention-types.ts';
import type { DocumentStoreState } from './document-types.ts';
import type { ExpectedStore } from './expected.ts';
import type { FollowStoreState } from './follow-types.ts';
import type { GenerationStoreState } from './generation-types.ts';
import type { GrowthStoreState } from './growth-types.ts';
import type { LensStoreState } from './lens-types.ts';
import type { ModelStoreState } from './model-types.ts';
import type { PinsStore } from './pins-types.ts';
import type { RowsStoreState } from './rows-types.ts';
import type { ScoresStore } from './scores.ts';
import type { SettingsStore } from './settings.ts';
import type { ShareStoreState } from './share-types.ts';
import type { ViewStore } from './view.ts';

export type DocumentStore = StoreApi<DocumentStoreState>;
export type ModelStore = StoreApi<ModelStoreState>;
export type GenerationStore = StoreApi<GenerationStoreState>;
export type RowsStore = StoreApi<RowsStoreState>;
export type AblationStore = StoreApi<AblationStoreState>;
export type GrowthStore = StoreApi<GrowthStoreState>;
export type ShareStore = StoreApi<ShareStoreState>;
export type LensStore = StoreApi<LensStoreState>;
export type FollowStore = StoreApi<FollowStoreState>;

export interface Stores {
  readonly model: ModelStore;
  readonly document: DocumentStore;
  readonly settings: SettingsStore;
  readonly generation: GenerationStore;
  readonly rows: RowsStore;
  readonly growth: GrowthStore;
  readonly follow: FollowStore;
  readonly scores: ScoresStore;
  readonly expected: ExpectedStore;
  readonly pins: PinsStore;
  readonly view: ViewStore;
  readonly ablation: AblationStore;
  readonly attention: AttentionStore;
  readonly lens: LensStore;
  readonly share: ShareStore;
  /** Brings back what the last visit kept, then loads the model. Never rejects; runs nothing unasked. */
  start(): Promise<void>;
  /** Writes what a reload keeps at once. */
  flush(): Promise<void>;
  /** Ends the worker and all timers. */
  dispose(): void;
}
