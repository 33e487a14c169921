// Full rows of logits on demand, the distributions laid over them, and the scoring of the prompt while nothing else is to do.

import { createStore } from 'zustand/vanilla';
import type { Client } from '../../client/client.ts';
import { row as fetchRow, prefill, type RowAnswer } from '../../client/requests.ts';
import { defined } from '../../lib/assert.ts';
import { asNucleusError, NucleusError } from '../../lib/error.ts';
import type { WireError } from '../../protocol/events.ts';
import type { Distribution } from '../../sampling/pipeline.ts';
import type { GenerationSettings } from '../../sampling/settings.ts';
import { idsOf, tokensBefore } from '../document/sequence.ts';
import type { DocumentStore, TokenPlace } from '../document/types.ts';
import type { PrefillCost } from '../gpu-work/prefill-cost.ts';
import type { Scheduler } from '../gpu-work/scheduler.ts';
import { MOST_SECONDS, MOVE_MS, SETTLE_MS } from '../gpu-work/times.ts';
import { tokensAllowed } from '../model/allowed.ts';
import { isOfLoss } from '../model/loss.ts';
import { numbersTag, toWire } from '../model/model.ts';
import type { ModelStore } from '../model/types.ts';
import type { GenerationStore } from './generation-types.ts';
import { isComputing, isRunning } from './generation-types.ts';
import { RowCache } from './row-cache.ts';
import type { LogitsRow, RowsStore, RowsStoreState, SelectedRow, Shaping, ShapingOptions } from './rows-types.ts';
import { firstMissing, scoreMissing } from './scoring.ts';
import type { SettingsStore } from './settings.ts';

export interface RowsOptions {
  readonly client: Client;
  readonly scheduler: Scheduler;
  readonly model: ModelStore;
  readonly document: DocumentStore;
  readonly generation: GenerationStore;
  readonly settings: SettingsStore;
  /** Learns here what a prefill costs; views of the inside read it. */
  readonly cost: PrefillCost;
}

export function createRowsStore(options: RowsOptions): {
  store: RowsStore;
  /** Before the first row is asked for. */
  shapeWith: (make: (options: ShapingOptions) => Shaping) => void;
  dispose: () => void;
} {
  const rows = new Rows(options);
  const store: RowsStore = createStore<RowsStoreState>()(() => ({
    selected: { status: 'no_model', place: 'end' },
    revision: 0,
    prefilled: null,
    scoring: false,
    fetchSelected: () => rows.fetch(),
    stopFetch: () => rows.stopFetch(),
    fetchAt: place => rows.fetchAt(place),
    rowAt: place => rows.rowAt(place),
    distribution: (place, settings, seed) => rows.distribution(place, settings, seed),
  }));
  rows.store = store;
  return { store, shapeWith: make => rows.shapeWith(make), dispose: rows.watch() };
}

class Rows {
  store!: RowsStore;
  readonly #options: RowsOptions;
  readonly #cache = new RowCache();
  readonly #cost: PrefillCost;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** A person ended the last fetch. */
  #stopped = false;
  #shaping: Shaping | null = null;
  /** Key of the loaded model: rows of another one mean nothing. */
  #model = '';

  constructor(options: RowsOptions) {
    this.#options = options;
    this.#cost = options.cost;
  }

  shapeWith(make: (options: ShapingOptions) => Shaping): void {
    this.#shaping = make({ ...this.#options, cached: ids => this.#cache.get(ids) });
  }

  get #shaped(): Shaping {
    return defined(this.#shaping, 'shaping');
  }

  /** Follows text, caret, runs and model; returns the end of it. */
  watch(): () => void {
    const { model, document, generation, settings, scheduler } = this.#options;
    const ends = [
      settings.subscribe(({ settings: now }, { settings: before }) => {
        const turned = (now.guidance_scale === 1) !== (before.guidance_scale === 1);
        const asked = now.negative_prompt !== before.negative_prompt || now.constraint !== before.constraint;
        if (turned || asked) this.#look(SETTLE_MS);
      }),
      document.subscribe((now, before) => {
        if (now.revision !== before.revision) {
          scheduler.cancel('score');
          this.#look(SETTLE_MS);
        } else if (now.selected !== before.selected) this.#look(MOVE_MS);
      }),
      generation.subscribe((now, before) => {
        if (!isRunning(before.status) || isRunning(now.status)) return;
        // A run that was stopped before its prefill ended has left nothing in the cache to count on.
        const { computed, prefillMs } = now.stats;
        if (computed !== null) this.#cost.measured(idsOf(document.getState().tokens), computed, prefillMs ?? 0);
        this.#look(0);
      }),
      model.subscribe((now, before) => {
        if (now.load !== before.load) this.#modelChanged();
        else if (now.context?.allowed !== before.context?.allowed) this.#look(0);
      }),
    ];
    this.#modelChanged();
    return () => {
      clearTimeout(this.#timer);
      for (const end of ends) end();
    };
  }

  rowAt(place: TokenPlace): LogitsRow | null {
    const count = this.#countBefore(place);
    return count === 0 || count > this.#limit() ? null : this.#cache.get(this.#idsBefore(place));
  }

  distribution(place: TokenPlace, settings: GenerationSettings, seed: number | null): Distribution | null {
    const row = this.rowAt(place);
    return row && (this.#shaping?.distribution(row, place, settings, seed) ?? null);
  }

  /** Ends a fetch under way; the place then waits for the button. */
  stopFetch(): void {
    if (!this.#options.scheduler.has('row')) return;
    this.#stopped = true;
    this.#options.scheduler.cancel('row');
  }

  /** Fetches the row of the selected place; user work, whatever it costs. */
  async fetch(): Promise<void> {
    clearTimeout(this.#timer);
    this.#stopped = false;
    const { client, scheduler, document } = this.#options;
    const place = document.getState().selected;
    const ids = this.#idsBefore(place);
    const model = this.#model;
    this.#show({ status: 'loading', place });
    try {
      const rows = await scheduler.start('row', async signal => {
        const lacking = this.#shaped.negatives(place).filter(each => this.#cache.get(each) === null);
        const own = this.#cache.get(ids) ?? (await this.#request(ids, signal));
        const beside: LogitsRow[] = [];
        for (const each of lacking) beside.push(this.#shaped.rank(each, await prefill(client, each, signal)));
        await this.#shaped.fetchMasks(client, place, signal);
        return [own, ...beside];
      });
      if (model !== this.#model) return;
      this.#keep(rows);
      this.#look(0);
    } catch (thrown) {
      const error = asNucleusError(thrown);
      if (error.code === 'cancelled') {
        // A newer fetch shows its own state; after other work the place is looked at again.
        if (this.#stopped && document.getState().selected === place) this.#costly(place, ids);
        else if (!scheduler.has('row')) this.#look(MOVE_MS);
      } else this.#failed(place, toWire(error));
    }
  }

  async fetchAt(place: TokenPlace): Promise<void> {
    const model = this.#model;
    const ids = this.#idsBefore(place);
    try {
      const row = await this.#options.scheduler.start('glance', signal => this.#request(ids, signal));
      if (model === this.#model) this.#keep([row]);
    } finally {
      this.#scoreSoon();
    }
  }

  #keep(rows: readonly LogitsRow[]): void {
    for (const row of rows) this.#cache.put(row);
    this.store.setState(state => ({ revision: state.revision + 1 }));
  }

  /** A failure that came with a lost device says nothing here: the page says it, and the place is looked at again when the model is back. */
  #failed(place: TokenPlace, error: WireError): void {
    const { document, model } = this.#options;
    if (document.getState().selected !== place) return;
    if (model.getState().load.status !== 'ready') this.#show({ status: 'no_model', place });
    else this.#show(isOfLoss(error) ? { status: 'waiting', place } : { status: 'failed', place, error });
  }

  async #request(ids: Uint32Array, signal: AbortSignal): Promise<LogitsRow> {
    const { client, document } = this.#options;
    const all = idsOf(document.getState().tokens.slice(0, this.#limit()));
    // The longest computed sequence that has `ids` at its head is named, so that the worker keeps all of it.
    const known = all.subarray(0, Math.max(ids.length, this.#cost.shared(all)));
    const answer: RowAnswer =
      known.length === ids.length
        ? await prefill(client, ids, signal)
        : await fetchRow(client, known, ids.length - 1, signal);
    if (answer.prefilled === null) this.#cost.computed(known);
    else {
      const { reused, computed, ms } = answer.prefilled;
      this.#cost.measured(known, computed, ms);
      this.store.setState({ prefilled: { reused, computed } });
    }
    return this.#shaped.rank(ids, answer);
  }

  #modelChanged(): void {
    const { load } = this.#options.model.getState();
    const key = numbersTag(this.#options.model.getState());
    if (load.status !== 'ready') {
      clearTimeout(this.#timer);
      this.#show({ status: 'no_model', place: this.#options.document.getState().selected });
      return;
    }
    // The device is new, so nothing is cached there; rows of the same weights stay right.
    this.#cost.begin(load.model.parameters, load.model.adapter.software);
    if (key !== this.#model) {
      this.#cache.clear();
      this.#shaping?.clear();
      this.store.setState(state => ({ revision: state.revision + 1 }));
    }
    this.#model = key;
    this.#look(0);
  }

  /** Shows what is known of the selected place, and after `wait` milliseconds fetches what is not. */
  #look(wait: number): void {
    clearTimeout(this.#timer);
    const { model, document, generation } = this.#options;
    const { selected: place } = document.getState();
    const { load } = model.getState();
    if (load.status !== 'ready') {
      this.#show({ status: 'no_model', place });
      return;
    }
    const running = isComputing(generation.getState().status, model.getState());
    if (place === 'end' && document.getState().pending !== null) {
      // The end comes with the last tokens.
      this.#show({ status: 'waiting', place });
      return;
    }
    const count = this.#countBefore(place);
    if (count === 0) {
      this.#show({ status: 'first', place });
      if (!running) this.#timer = setTimeout(() => this.#scoreSoon(), wait);
      return;
    }
    const limit = this.#limit();
    if (count > limit) {
      this.#show(tooLong(place, count, limit));
      if (!running) this.#timer = setTimeout(() => this.#scoreSoon(), wait);
      return;
    }
    const ids = this.#idsBefore(place);
    const shaping = this.#shaping;
    const complete = shaping?.masked(place) && shaping.negatives(place).every(each => this.#cache.get(each));
    const row = complete ? this.#cache.get(ids) : null;
    if (row !== null) this.#show({ status: 'ready', place, row });
    else this.#show({ status: 'waiting', place });
    if (running) return;
    this.#timer = setTimeout(() => this.#settled(place, ids, row !== null), wait);
  }

  #settled(place: TokenPlace, ids: Uint32Array, here: boolean): void {
    if (here) {
      this.#scoreSoon();
      return;
    }
    if (this.#cost.seconds(ids) > MOST_SECONDS) this.#costly(place, ids);
    else void this.fetch();
  }

  #costly(place: TokenPlace, ids: Uint32Array): void {
    this.#show({ status: 'costly', place, seconds: this.#cost.seconds(ids) });
  }

  /** Numbers for tokens that have none, in the background. */
  #scoreSoon(): void {
    const { client, scheduler, document, model } = this.#options;
    const { load } = model.getState();
    if (load.status !== 'ready' || scheduler.has('row') || scheduler.has('run') || scheduler.has('score')) return;
    const allowed = this.#limit();
    const within = document.getState().tokens.slice(0, allowed);
    if (firstMissing(within) < 0 || this.#cost.seconds(idsOf(within)) > MOST_SECONDS) return;
    this.store.setState({ scoring: true });
    void scheduler
      .start('score', async signal => {
        const ids = await scoreMissing(client, document, allowed, signal);
        if (ids !== null) this.#cost.computed(ids);
      })
      .catch(() => {})
      .finally(() => this.store.setState({ scoring: scheduler.has('score') }));
  }

  /** Tokens of the context; 0 while there is no model. */
  #limit(): number {
    return tokensAllowed(this.#options.model.getState());
  }

  #countBefore(place: TokenPlace): number {
    return place === 'end' ? this.#options.document.getState().tokens.length : place;
  }

  #idsBefore(place: TokenPlace): Uint32Array {
    return idsOf(tokensBefore(this.#options.document.getState(), place));
  }

  #show(selected: SelectedRow): void {
    if (!sameRow(this.store.getState().selected, selected)) this.store.setState({ selected });
  }
}

function tooLong(place: TokenPlace, tokens: number, limit: number): SelectedRow {
  const detail = { tokens, limit, excess: tokens - limit };
  const error = new NucleusError('prompt_too_long', `${tokens} tokens do not fit a context of ${limit}`, detail);
  return { status: 'failed', place, error: toWire(error) };
}

function sameRow(a: SelectedRow, b: SelectedRow): boolean {
  if (a.status !== b.status || a.place !== b.place || a.status === 'failed') return false;
  if (a.status === 'ready' && b.status === 'ready') return a.row === b.row;
  return a.status !== 'costly' || (b.status === 'costly' && a.seconds === b.seconds);
}
