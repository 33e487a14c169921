// Columns beside each other: what each one is asked, what came of it, and what can be done with it.
import type { StoreApi } from 'zustand/vanilla';
import type { ModelIdentity, ModelSource } from '../../lib/model-source.ts';
import type { FinishReason, WireError } from '../../protocol/events.ts';
import type { Bounds } from '../../sampling/divergence-bounds.ts';
import type { GenerationSettings } from '../../sampling/settings.ts';
import type { DocumentToken } from '../../stores/document/types.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';

export const MOST_COLUMNS = 6;

/** What a column is to show: a run of its own, or a branch of the document as it stands. */
export interface ColumnSetup {
  /** Another text than the document's; null: that one. */
  readonly prompt: string | null;
  readonly settings: GenerationSettings;
  readonly seed: number;
  /** Where its model comes from; null: the one in use. */
  readonly model: ModelSource | null;
  /** Id of a branch of the document, which is looked at and not drawn; null: a run. */
  readonly branch: number | null;
}

/** What came of a column. Its tokens are a source of rows: each has its likeliest candidates and the sum over all. */
export interface ColumnResult {
  readonly model: ModelIdentity;
  readonly tokenizer: Tokenizer;
  /** Ids that end a text. */
  readonly eosIds: readonly number[];
  readonly settings: GenerationSettings;
  readonly seed: number;
  /** The text of the document that it was run in. */
  readonly text: string;
  /** What its tokens go on from. */
  readonly base: readonly DocumentToken[];
  readonly tokens: readonly DocumentToken[];
  readonly end: FinishReason | null;
  /** Whole rows by the place of the token that they predict, as far as they were asked for. */
  readonly rows: ReadonlyMap<number, Float32Array>;
}

export interface Column {
  readonly id: number;
  readonly setup: ColumnSetup;
  readonly status: 'empty' | 'waiting' | 'running' | 'done' | 'stopped' | 'failed';
  readonly error: WireError | null;
  readonly result: ColumnResult | null;
}

/** How far the rows of two columns are apart at one place. */
export type Distance =
  | ({ readonly kind: 'known' } & Bounds)
  /** The ids of one are not those of the other. */
  | { readonly kind: 'other_vocabulary' }
  /** One of them has no token there. */
  | { readonly kind: 'none' };

/** Models that would take the place of the one in use, for a while. */
interface SwapQuestion {
  readonly columns: readonly number[];
  readonly models: readonly string[];
  readonly back: string;
}

export interface CompareState {
  readonly columns: readonly Column[];
  /** The column that the others are measured against: the divergence from its rows. */
  readonly reference: number;
  /** The token that is looked at in all columns, counted from where each goes on; null: none. */
  readonly place: number | null;
  /** `back`: the model before is being brought back, which Stop leaves alone. */
  readonly working: 'no' | 'columns' | 'back' | 'rows' | 'stopping';
  /** Asked before a model gives way to another one. */
  readonly asking: SwapQuestion | null;
  /** Keep all rows of a model that leaves, so that divergences stay exact. */
  readonly keepRows: boolean;
  /** Where work on rows, or the way back to the model before, failed. */
  readonly error: WireError | null;
}

interface CompareActions {
  /** A column with the settings of the page, and its seed where that is locked, else a fresh one. */
  add(): void;
  addBranch(branch: number): void;
  duplicate(column: number): void;
  remove(column: number): void;
  change(column: number, part: Partial<ColumnSetup>): void;
  /** Its settings are those of the page now. */
  takeSettings(column: number): void;
  setReference(column: number): void;
  setKeepRows(keep: boolean): void;
  /** Never rejects: what came of it is in the columns. Asks first where another model has to be loaded. */
  run(columns: readonly number[]): Promise<void>;
  /** The answer to `asking`. */
  answer(yes: boolean): Promise<void>;
  stop(): void;
  /** Looks at a token in all columns; their whole rows there are fetched where the model of a column is in use. */
  look(place: number | null): Promise<void>;
  /** Fetches the whole rows at all places of all columns whose model is in use. */
  measure(): Promise<void>;
  toBranch(column: number): void;
  toDocument(column: number): Promise<void>;
}

export type CompareStoreState = CompareState & CompareActions;
export type CompareStore = StoreApi<CompareStoreState>;
