// What is looked for in the text, where it is found, and which match is selected.
import { createStore, type StoreApi } from 'zustand/vanilla';
import { between } from '../../lib/text-change.ts';
import type { Selection } from '../../stores/document/types.ts';
import { defineFeatureStore, type Made } from '../../stores/feature-store.ts';
import type { Stores } from '../../stores/stores.ts';
import { type Clock, inSlices } from '../../ui/controls/slices.ts';
import { matchesIn, matchFrom, type Query } from './matches.ts';

interface FindState extends Query {
  readonly open: boolean;
  /** Of all matches, UTF-16 units; each is as long as the words. Grows while a long text is searched. */
  readonly starts: readonly number[];
  readonly searching: boolean;
  /** Index of the match that is selected; -1 where the selection is none. */
  readonly at: number;
  /** Grows each time the bar is asked for. */
  readonly asked: number;
}

interface FindActions {
  /** What is selected, where it is words of one line, is what is looked for. */
  enter(): void;
  /** `back`: the selection is again what it was, unless the text has changed since. */
  leave(back: boolean): void;
  look(query: Partial<Query>): void;
  /** Selects the next match or the one before, around the ends. */
  step(direction: 1 | -1): void;
}

export type FindStoreState = FindState & FindActions;

/** One a page. */
export const findStore = defineFeatureStore<StoreApi<FindStoreState>>(createFindStore);

/** Characters of a selection that may be words to look for. */
const MOST_WORDS = 200;

function createFindStore(stores: Stores): Made<StoreApi<FindStoreState>> {
  const finder = new Finder(stores);
  const store: StoreApi<FindStoreState> = createStore<FindStoreState>()(() => ({
    open: false,
    words: '',
    cased: false,
    starts: [],
    searching: false,
    at: -1,
    asked: 0,
    enter: () => finder.enter(),
    leave: back => finder.leave(back),
    look: query => finder.look(query),
    step: direction => finder.step(direction),
  }));
  finder.store = store;
  const end = stores.document.subscribe((now, before) => {
    if (now.text !== before.text) finder.textChanged(before.text, now.text);
    else if (now.selection !== before.selection) finder.place();
  });
  return {
    store,
    dispose: () => {
      end();
      finder.stop();
    },
  };
}

class Finder {
  store!: StoreApi<FindStoreState>;
  readonly #stores: Stores;
  readonly #clock: Clock;
  /** Where the selection was, and of which text, when the search began. */
  #before: { readonly selection: Selection; readonly revision: number } | null = null;
  stop: () => void = () => {};

  constructor(stores: Stores) {
    this.#stores = stores;
    const { now, requestFrame } = stores.work;
    this.#clock = {
      now,
      next: callback => {
        let wanted = true;
        requestFrame(() => wanted && callback());
        return () => {
          wanted = false;
        };
      },
    };
  }

  get #text() {
    return this.#stores.document.getState();
  }

  enter(): void {
    const { text, selection, revision } = this.#text;
    const { open, asked, words } = this.store.getState();
    if (!open) this.#before = { selection, revision };
    const selected = text.slice(selection.start, selection.end);
    const fit = selected !== '' && selected.length <= MOST_WORDS && !selected.includes('\n');
    this.store.setState({ open: true, asked: asked + 1, words: fit ? selected : words });
    this.#search([], 0, !fit);
  }

  leave(back: boolean): void {
    this.stop();
    this.store.setState({ open: false, starts: [], searching: false, at: -1 });
    const { selection, revision } = this.#before ?? {};
    this.#before = null;
    if (back && selection && revision === this.#text.revision)
      this.#text.select(selection.start, selection.end, selection.focus);
  }

  look(query: Partial<Query>): void {
    this.store.setState(query);
    this.#search([], 0, true);
  }

  /** What lies before the change stays found; the rest is searched anew. */
  textChanged(before: string, text: string): void {
    const { open, words, starts } = this.store.getState();
    if (!open) return;
    const { start } = between(before, text);
    let kept = starts.length;
    while (kept > 0 && (starts[kept - 1] ?? 0) + words.length > start) kept--;
    const end = kept === 0 ? 0 : (starts[kept - 1] ?? 0) + words.length;
    this.#search(starts.slice(0, kept), Math.max(end, start - words.length + 1, 0), false);
  }

  /** @param select the first match from where the search began is selected once all are known */
  #search(starts: number[], from: number, select: boolean): void {
    this.stop();
    const { words, cased } = this.store.getState();
    const { text } = this.#text;
    const finish = (): void => {
      this.store.setState({ starts: starts.slice(), searching: false });
      this.place();
      if (select) this.#selectFirst(starts);
    };
    const show = (): void => this.store.setState({ starts: starts.slice() });
    function* steps(): Generator<void> {
      yield* matchesIn(text, { words, cased }, from, starts);
      finish();
    }
    this.store.setState({ searching: true });
    const { next } = this.#clock;
    this.stop = inSlices(steps(), {
      ...this.#clock,
      next: callback => {
        show();
        return next(callback);
      },
    });
  }

  #selectFirst(starts: readonly number[]): void {
    const index = matchFrom(starts, this.#before?.selection.start ?? 0);
    if (index >= 0) this.#select(index);
  }

  #select(index: number): void {
    const { starts, words } = this.store.getState();
    const start = starts[index] ?? 0;
    this.#text.select(start, start + words.length);
  }

  step(direction: 1 | -1): void {
    const { starts, at } = this.store.getState();
    if (starts.length === 0) return;
    const { selection } = this.#text;
    if (at >= 0) this.#select((at + direction + starts.length) % starts.length);
    else {
      const next = matchFrom(starts, selection.start);
      this.#select(direction > 0 ? next : (next - 1 + starts.length) % starts.length);
    }
  }

  /** Which match is selected. */
  place(): void {
    const { open, starts, words, at: was } = this.store.getState();
    if (!open) return;
    const { start, end } = this.#text.selection;
    const index = matchFrom(starts, start);
    const at = index >= 0 && starts[index] === start && end === start + words.length ? index : -1;
    if (at !== was) this.store.setState({ at });
  }
}
