// Pinned tokens: which ones, and what is known of their logits in the rows of the text.

import { createStore } from 'zustand/vanilla';
import { sameToken } from '../../tokenizer/same-token.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { idsOf } from '../document/sequence.ts';
import type { DocumentStore } from '../document/types.ts';
import { tokensAllowed } from '../model/allowed.ts';
import { numbersTag } from '../model/model.ts';
import type { ModelStore } from '../model/types.ts';
import { type MissingRows, PinnedRows } from './pinned-rows.ts';
import { MOST_PINS, PIN_LOOKS, type Pin, type PinsStore, type PinsStoreState, type SavedPins } from './pins-types.ts';

export interface PinsOptions {
  readonly model: ModelStore;
  readonly document: DocumentStore;
}

export function createPinsStore(options: PinsOptions): { store: PinsStore; dispose: () => void } {
  const pins = new Pins(options);
  const store: PinsStore = createStore<PinsStoreState>()(() => ({
    pins: [],
    lost: 0,
    logits: new Map(),
    pin: id => pins.pin(id),
    unpin: id => pins.unpin(id),
    toggle: id => (pins.has(id) ? pins.unpin(id) : pins.pin(id)),
    clear: () => pins.set([]),
    dismissLost: () => store.setState({ lost: 0 }),
    missing: rows => pins.missing(rows),
    put: (asked, ids, logits) => pins.put(asked, ids, logits),
    restore: kept => pins.restore(kept),
    saved: () => pins.saved(),
  }));
  pins.store = store;
  return { store, dispose: pins.watch() };
}

class Pins {
  store!: PinsStore;
  readonly #options: PinsOptions;
  readonly #rows = new PinnedRows();
  #waiting: SavedPins | null = null;
  #model = '';

  constructor(options: PinsOptions) {
    this.#options = options;
  }

  /** Follows text and model; returns the end of it. */
  watch(): () => void {
    const { model, document } = this.#options;
    const ends = [
      document.subscribe((now, before) => {
        if (now.tokenizer !== before.tokenizer) this.#vocabulary(before.tokenizer, now.tokenizer);
        if (now.tokens !== before.tokens) this.#follow();
      }),
      model.subscribe((now, before) => {
        if (now.load !== before.load) this.#modelChanged();
      }),
    ];
    return () => {
      for (const end of ends) end();
    };
  }

  has(id: number): boolean {
    return this.store.getState().pins.some(pin => pin.id === id);
  }

  pin(id: number): void {
    const { pins } = this.store.getState();
    const { tokenizer } = this.#options.document.getState();
    const look = PIN_LOOKS.find(each => pins.every(pin => pin.look !== each));
    if (this.has(id) || look === undefined || pins.length >= MOST_PINS) return;
    if (tokenizer === null || !Number.isInteger(id) || id < 0 || id >= tokenizer.vocabSize) return;
    this.set([...pins, { id, look }]);
  }

  unpin(id: number): void {
    this.set(this.store.getState().pins.filter(pin => pin.id !== id));
  }

  set(pins: readonly Pin[]): void {
    this.#rows.keep(pins.map(pin => pin.id));
    this.store.setState({ pins, lost: 0, logits: this.#rows.all() });
  }

  missing(rows: number): readonly MissingRows[] {
    return this.#rows.missing(
      this.store.getState().pins.map(pin => pin.id),
      rows,
    );
  }

  put(asked: MissingRows, ids: Uint32Array, logits: Float32Array): void {
    this.#rows.put(asked, ids, logits);
    this.store.setState({ logits: this.#rows.all() });
  }

  restore(saved: SavedPins): void {
    this.#waiting = saved;
    const { tokenizer } = this.#options.document.getState();
    if (tokenizer !== null) this.#restored(tokenizer);
  }

  saved(): SavedPins {
    const { tokenizer } = this.#options.document.getState();
    if (this.#waiting !== null) return this.#waiting;
    return { ids: this.store.getState().pins.map(pin => pin.id), fingerprint: tokenizer?.fingerprint ?? '' };
  }

  /** The text as far as it fits the context. */
  #ids(): Uint32Array {
    const most = tokensAllowed(this.#options.model.getState());
    return idsOf(this.#options.document.getState().tokens.slice(0, most));
  }

  /** Rows whose past has changed are dropped at once. */
  #follow(): void {
    if (this.#rows.follow(this.#ids())) this.store.setState({ logits: this.#rows.all() });
  }

  #modelChanged(): void {
    const { load } = this.#options.model.getState();
    if (load.status !== 'ready') return;
    const tag = numbersTag(this.#options.model.getState());
    if (tag !== this.#model) {
      this.#rows.clear();
      this.store.setState({ logits: new Map() });
    }
    this.#model = tag;
    this.#follow();
  }

  #vocabulary(before: Tokenizer | null, after: Tokenizer | null): void {
    if (after === null) return;
    if (this.#waiting !== null) this.#restored(after);
    else if (before !== null && before.fingerprint !== after.fingerprint) this.#translate(before, after);
  }

  #restored(tokenizer: Tokenizer): void {
    const kept = this.#waiting;
    this.#waiting = null;
    if (kept === null) return;
    const sound = kept.fingerprint === tokenizer.fingerprint ? kept.ids.filter(id => id < tokenizer.vocabSize) : [];
    const pins = [...new Set(sound)].slice(0, MOST_PINS).map((id, i) => ({ id, look: PIN_LOOKS[i] ?? 0 }));
    this.set(pins);
    this.store.setState({ lost: kept.ids.length - pins.length });
  }

  #translate(before: Tokenizer, after: Tokenizer): void {
    const { pins } = this.store.getState();
    const found: Pin[] = [];
    for (const { id, look } of pins) {
      const there = sameToken(before, after, id);
      if (there !== null && found.every(pin => pin.id !== there)) found.push({ id: there, look });
    }
    this.#rows.clear();
    this.set(found);
    this.store.setState({ lost: pins.length - found.length });
  }
}
