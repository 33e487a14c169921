// Pinned tokens: which ones, and their logits in every row of the text, computed while a view shows them.
import { createStore } from 'zustand/vanilla';
import type { Client } from '../../client/client.ts';
import { pinned } from '../../client/probe-requests.ts';
import { tokenText } from '../../tokenizer/text.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { idsOf, sharedLength } from '../document/sequence.ts';
import type { DocumentStore } from '../document/types.ts';
import { modelTag } from '../model/model.ts';
import type { ModelStore } from '../model/types.ts';
import type { PrefillCost } from '../work/prefill-cost.ts';
import type { Scheduler } from '../work/scheduler.ts';
import { MOST_SECONDS, SETTLE_MS } from '../work/times.ts';
import { IDLE_TASK, ViewTask } from '../work/view-task.ts';
import type { GenerationStore } from './generation-types.ts';
import { isRunning } from './generation-types.ts';
import { PinnedRows } from './pinned-rows.ts';
import { MOST_PINS, PIN_LOOKS, type Pin, type PinsStore, type PinsStoreState, type SavedPins } from './pins-types.ts';

export interface PinsOptions {
  readonly client: Client;
  readonly scheduler: Scheduler;
  readonly model: ModelStore;
  readonly document: DocumentStore;
  readonly generation: GenerationStore;
  readonly cost: PrefillCost;
}

/** Rows asked for at a time: progress is seen between two. */
const PIECE = 128;
/** The text has rested this long: a little longer than for the row of its end, which comes first and computes the same states. */
export const REST_MS = SETTLE_MS + 50;

export function createPinsStore(options: PinsOptions): { store: PinsStore; dispose: () => void } {
  const pins = new Pins(options);
  const store: PinsStore = createStore<PinsStoreState>()(() => ({
    pins: [],
    lost: 0,
    logits: new Map(),
    task: IDLE_TASK,
    costly: null,
    pin: id => pins.pin(id),
    unpin: id => pins.unpin(id),
    toggle: id => (pins.has(id) ? pins.unpin(id) : pins.pin(id)),
    clear: () => pins.set([]),
    dismissLost: () => store.setState({ lost: 0 }),
    open: () => pins.open(),
    compute: () => pins.compute(),
    stop: () => pins.task.stop(),
    restore: kept => pins.restore(kept),
    saved: () => pins.saved(),
  }));
  pins.store = store;
  return { store, dispose: pins.watch() };
}

/** The id in another vocabulary; null where it is not one token there. */
function translated(before: Tokenizer, after: Tokenizer, id: number): number | null {
  const text = tokenText(before.bytes(id));
  if (before.isSpecial(id)) return after.idOf(text) ?? null;
  const ids = after.encode(text);
  const [found] = ids;
  if (ids.length !== 1 || found === undefined) return null;
  // Bytes that are no text by themselves would all read as the same sign.
  return after.bytes(found).join() === before.bytes(id).join() ? found : null;
}

class Pins {
  store!: PinsStore;
  readonly task: ViewTask;
  readonly #options: PinsOptions;
  readonly #rows = new PinnedRows();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Views that show the lines. */
  #views = 0;
  /** The text that the work under way, or the last one, is about. */
  #asked: Uint32Array | null = null;
  #waiting: SavedPins | null = null;
  #model = '';

  constructor(options: PinsOptions) {
    this.#options = options;
    this.task = new ViewTask(options.scheduler, task => this.store.setState({ task }));
  }

  /** Follows text, runs and model; returns the end of it. */
  watch(): () => void {
    const { model, document, generation } = this.#options;
    const ends = [
      document.subscribe((now, before) => {
        if (now.tokenizer !== before.tokenizer) this.#vocabulary(before.tokenizer, now.tokenizer);
        if (now.tokens !== before.tokens) this.#textChanged();
      }),
      generation.subscribe((now, before) => {
        if (isRunning(before.status) && !isRunning(now.status)) this.#look(0);
      }),
      model.subscribe((now, before) => {
        if (now.load !== before.load) this.#modelChanged();
      }),
    ];
    return () => {
      clearTimeout(this.#timer);
      this.task.reset();
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
    if (pins.length === 0) this.#end();
    this.#look(0);
  }

  open(): () => void {
    this.#views += 1;
    this.#look(0);
    let open = true;
    return () => {
      if (!open) return;
      open = false;
      this.#views -= 1;
      if (this.#views === 0) this.#end();
    };
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

  compute(): void {
    clearTimeout(this.#timer);
    const { client, cost } = this.#options;
    const ids = this.#ids();
    this.#rows.follow(ids);
    const lacking = (): number =>
      this.#rows.missing(this.#pinned(), ids.length).reduce((n, { from, to }) => n + to - from, 0);
    const total = lacking();
    if (total === 0) return;
    this.#asked = ids;
    this.store.setState({ costly: null });
    void this.task.run(total, async (signal, progress) => {
      for (;;) {
        const [first] = this.#rows.missing(this.#pinned(), ids.length);
        if (first === undefined) return;
        // The other rows come with a longer beginning of the text, so that each piece adds its own states to the cache.
        const piece = { ...first, to: Math.min(first.to, first.from + PIECE) };
        const head = ids.subarray(0, piece.to);
        const { from, to } = piece;
        const { logits } = await pinned(client, { tokens: head, pins: piece.pins, from, to }, signal);
        if (cost.shared(head) < head.length) cost.computed(head);
        this.#rows.put(piece, head, logits);
        this.store.setState({ logits: this.#rows.all() });
        progress(Math.max(0, total - lacking()));
      }
    });
  }

  #pinned(): number[] {
    return this.store.getState().pins.map(pin => pin.id);
  }

  /** The text as far as it fits the context. */
  #ids(): Uint32Array {
    const { load } = this.#options.model.getState();
    const most = load.status === 'ready' ? load.model.dims.n_ctx : 0;
    return idsOf(this.#options.document.getState().tokens.slice(0, most));
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#asked = null;
    this.task.reset();
    if (this.store.getState().costly !== null) this.store.setState({ costly: null });
  }

  #textChanged(): void {
    if (this.store.getState().pins.length === 0) return;
    const ids = this.#ids();
    if (this.#rows.follow(ids)) this.store.setState({ logits: this.#rows.all() });
    const asked = this.#asked;
    if (asked !== null && sharedLength(ids, asked) < asked.length) this.#end();
    this.#look(REST_MS);
  }

  #modelChanged(): void {
    const { load } = this.#options.model.getState();
    this.#end();
    if (load.status !== 'ready') return;
    const tag = modelTag(this.#options.model.getState());
    if (tag !== this.#model) {
      this.#rows.clear();
      this.store.setState({ logits: new Map() });
    }
    this.#model = tag;
    this.#look(REST_MS);
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
      const there = translated(before, after, id);
      if (there !== null && found.every(pin => pin.id !== there)) found.push({ id: there, look });
    }
    this.#rows.clear();
    this.set(found);
    this.store.setState({ lost: pins.length - found.length });
  }

  /** After `wait` milliseconds without a change computes what is missing, when a view shows it and it does not take long. */
  #look(wait: number): void {
    clearTimeout(this.#timer);
    if (this.#views === 0) return;
    this.#timer = setTimeout(() => this.#settled(), wait);
  }

  #settled(): void {
    const { model, generation, cost } = this.#options;
    const { costly } = this.store.getState();
    if (model.getState().load.status !== 'ready' || isRunning(generation.getState().status)) return;
    const ids = this.#ids();
    this.#rows.follow(ids);
    const nothing = ids.length === 0 || this.#rows.missing(this.#pinned(), ids.length).length === 0;
    if (nothing) {
      if (costly !== null) this.store.setState({ costly: null });
      return;
    }
    // What is under way takes pins that come meanwhile along.
    const same = this.#asked !== null && sharedLength(this.#asked, ids) === ids.length;
    if (same && this.task.working) return;
    const seconds = cost.seconds(ids);
    if (seconds > MOST_SECONDS) {
      if (!this.task.working) this.store.setState({ costly: seconds });
    } else this.compute();
  }
}
