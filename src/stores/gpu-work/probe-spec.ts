// What makes one view of the inside differ from another, as `createProbeView` takes it; and the page as a question is asked of it.

import type { LoadedModel } from '../../protocol/events.ts';
import type { ProbeView as ProbeMemory } from '../../protocol/probe-commands.ts';
import { idsOf, sameIds, sharedLength } from '../document/sequence.ts';
import type { DocumentStore, DocumentToken, TokenPlace } from '../document/types.ts';
import { tokensAllowed } from '../model/allowed.ts';
import { numbersTag } from '../model/model.ts';
import type { ModelStore } from '../model/types.ts';
import type { GenerationStore } from '../run/generation-types.ts';
import type { Work } from '../stores.ts';
import type { ProbeState, Unasked } from './probe-state.ts';

export interface ProbeStores {
  readonly model: ModelStore;
  readonly document: DocumentStore;
  readonly generation: GenerationStore;
  readonly work: Work;
}

/** The page when a question is asked of it. */
export interface Snapshot {
  readonly model: LoadedModel;
  /** Tokens that a text may have. */
  readonly allowed: number;
  readonly tokens: readonly DocumentToken[];
  /** Of all tokens; the same array as long as they are the same. [T] */
  readonly ids: Uint32Array;
  readonly place: TokenPlace;
}

/** Q is a question of the view, P a piece of work that it is answered by, A an answer of the worker. */
export interface ProbeSpec<Q, P, A> {
  /** What the worker keeps for the view while it is open. */
  readonly memory: readonly ProbeMemory[];
  /** Which of it a piece uses; by itself the first. */
  memoryOf?(piece: P): ProbeMemory;
  /** Puts the state where the view reads it. */
  tell(state: ProbeState): void;
  /** The model has come on a new device; `other`: what was known of the last one means nothing. */
  begin(model: LoadedModel, other: boolean): void;
  /** Drops what no longer belongs to the text: what depends on the tokens 0 to t stays as long as those do. */
  hold(now: Snapshot): void;
  /** What the view wants to know, or why there is nothing to ask. Changes nothing. */
  ask(now: Snapshot): { readonly question: Q } | Unasked;
  /** Shows what is known for the question; null where there is none. */
  show?(now: Snapshot, question: Q | null): void;
  /** What is still to be fetched, in this order. */
  missing(question: Q): readonly P[];
  /** The same question to a person: what they stopped, or what failed, stays so. */
  same(before: Q, now: Q): boolean;
  /** Work for `under` brings all that `now` lacks; by itself where they are the same. */
  covers?(under: Q, now: Q): boolean;
  /** Parts of the progress that a piece stands for; by itself 1. */
  size?(piece: P): number;
  /** Tokens that the worker reads before the piece and has in its cache after it. */
  reads(piece: P, question: Q): Uint32Array;
  /** What the pieces take besides that reading, as far as it is known. */
  seconds(pieces: readonly P[], question: Q): number;
  /** Asks the worker. The one effect. */
  fetch(piece: P, question: Q, signal: AbortSignal): AsyncIterable<A> | Promise<A>;
  /** Keeps what came; `ms` since the request or the answer before, null where that is no measure of a piece. */
  accept(answer: A, piece: P, question: Q, ms: number | null): void;
  /** Further sources of a question: calls `look` with the milliseconds it shall rest. Returns the ends of it. */
  watch?(look: (wait: number) => void): (() => void)[];
  /** The view was left for good. */
  gone?(): void;
}

/** Looks at the page, and remembers what it saw last. */
export class Snapshots {
  readonly #stores: ProbeStores;
  #ids: Uint32Array = new Uint32Array(0);
  #load: unknown = null;
  #tag = '';

  constructor(stores: ProbeStores) {
    this.#stores = stores;
  }

  /** Null without a model. */
  take(): Snapshot | null {
    const state = this.#stores.model.getState();
    const { load } = state;
    if (load.status !== 'ready') return null;
    const { tokens, selected } = this.#stores.document.getState();
    const ids = idsOf(tokens);
    if (!sameIds(ids, this.#ids)) this.#ids = ids;
    return { model: load.model, allowed: tokensAllowed(state), tokens, ids: this.#ids, place: selected };
  }

  /** The text goes on from what was seen last. */
  grew(): boolean {
    return sharedLength(this.#ids, idsOf(this.#stores.document.getState().tokens)) === this.#ids.length;
  }

  /** Since it was asked last: the `same` load, the same weights on a `new` device, or `other` weights. */
  noteModel(): 'same' | 'new' | 'other' {
    const state = this.#stores.model.getState();
    if (state.load === this.#load) return 'same';
    this.#load = state.load;
    if (state.load.status !== 'ready') return 'new';
    const tag = numbersTag(state);
    const other = tag !== this.#tag;
    this.#tag = tag;
    return other ? 'other' : 'new';
  }
}
