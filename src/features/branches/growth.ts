// Grows a tree from a place of the text, keeps it as long as it is true, and watches what a switch of the branch finds in the cache.

import { createStore } from 'zustand/vanilla';
import type { Client } from '../../client/client.ts';
import { grow } from '../../client/probe-requests.ts';
import { mostOf } from '../../lib/most.ts';
import type { EventOf } from '../../protocol/events.ts';
import type { GrownNode } from '../../protocol/probe-events.ts';
import { leads, sharedTokens } from '../../stores/document/branches.ts';
import { idsOf, plainToken, tokensBefore } from '../../stores/document/sequence.ts';
import type { DocumentState, DocumentStore, DocumentToken, TokenPlace } from '../../stores/document/types.ts';
import { defineFeatureStore, type Made } from '../../stores/feature-store.ts';
import type { PrefillCost } from '../../stores/gpu-work/prefill-cost.ts';
import { IDLE_TASK, type TaskNeeds, ViewTask } from '../../stores/gpu-work/view-task.ts';
import type { ModelStore } from '../../stores/model/types.ts';
import { isHere } from '../../stores/model/under-way.ts';
import type { GenerationStore } from '../../stores/run/generation-types.ts';
import type { RowsStore } from '../../stores/run/rows-types.ts';
import { onOtherModel, onTextGone } from '../shared/foundations.ts';
import type { GrowthStore } from './growthTypes.ts';
import {
  DEFAULT_GROWTH,
  GROWTH_BOUNDS,
  type Growth,
  type GrowthSettings,
  type GrowthState,
  type GrowthStoreState,
  grownPath,
  MOST_GROWN,
  mostRows,
  type Visit,
} from './growthTypes.ts';

interface GrowthOptions extends TaskNeeds {
  readonly client: Client;
  readonly model: ModelStore;
  readonly document: DocumentStore;
  readonly generation: GenerationStore;
  readonly rows: RowsStore;
  readonly cost: PrefillCost;
}

/** One a page. */
export const growthStore = defineFeatureStore(stores => createGrowthStore({ ...stores, ...stores.work }));

function createGrowthStore(options: GrowthOptions): Made<GrowthStore> {
  const grower = new Grower(options);
  const store: GrowthStore = createStore<GrowthStoreState>()(() => ({
    settings: DEFAULT_GROWTH,
    growth: null,
    task: IDLE_TASK,
    lost: null,
    visit: null,
    change: part => store.setState(state => ({ settings: clamped({ ...state.settings, ...part }) })),
    seconds: place => grower.seconds(place),
    grow: place => grower.grow(place),
    stop: () => grower.stop(),
    clear: () => grower.clear(null),
    accept: node => grower.accept(node),
  }));
  grower.store = store;
  return { store, dispose: grower.watch() };
}

function clamped({ depth, children, floor }: GrowthSettings): GrowthSettings {
  const within = (value: number, { min, max }: { min: number; max: number }): number =>
    Math.min(max, Math.max(min, Number.isFinite(value) ? value : min));
  return {
    depth: Math.round(within(depth, GROWTH_BOUNDS.depth)),
    children: Math.round(within(children, GROWTH_BOUNDS.children)),
    floor: within(floor, GROWTH_BOUNDS.floor),
  };
}

class Grower {
  store!: GrowthStore;
  readonly #options: GrowthOptions;
  readonly #task: ViewTask;

  constructor(options: GrowthOptions) {
    this.#options = options;
    this.#task = new ViewTask(options, task => this.store.setState({ task }));
  }

  /** Follows text, model and computations; returns the end of it. */
  watch(): () => void {
    const { document, generation, rows } = this.#options;
    const ends = [
      // What has grown is about the tokens before it.
      onTextGone(
        this.#options,
        () => this.store.getState().growth?.base ?? null,
        () => this.clear('text'),
      ),
      onOtherModel(this.#options, () => this.#modelChanged()),
      document.subscribe((now, before) => {
        if (now.branch !== before.branch) this.#noteVisit(now, before);
        else if (now.revision !== before.revision) this.#followVisit(now);
      }),
      generation.subscribe(({ stats: now }, { stats: before }) => {
        // Of a run that began before the switch nothing more is counted.
        const { reused, computed } = now;
        if (computed !== null && before.computed === null) this.#counted({ reused: reused ?? 0, computed });
      }),
      rows.subscribe((now, before) => {
        if (now.prefilled !== null && now.prefilled !== before.prefilled) this.#counted(now.prefilled);
      }),
    ];
    return () => {
      for (const end of ends) end();
    };
  }

  seconds(place: TokenPlace): number {
    const { cost } = this.#options;
    return cost.seconds(idsOf(this.#base(place))) + cost.secondsOf(mostRows(this.store.getState().settings));
  }

  #base(place: TokenPlace): readonly DocumentToken[] {
    return tokensBefore(this.#options.document.getState(), place);
  }

  async grow(place: TokenPlace): Promise<void> {
    const { model } = this.#options;
    const base = this.#base(place);
    if (base.length === 0 || !isHere(model.getState())) return;
    const { settings } = this.store.getState();
    this.clear(null);
    this.store.setState({ growth: { base, settings, nodes: [], computed: 0, reused: 0, full: false } });
    await this.#task.run(settings.depth, (signal, progress) => this.#fetch(base, settings, signal, progress));
  }

  stop(): void {
    this.#task.stop();
  }

  /** Forgets what has grown, and says why where a person did not ask for it. */
  clear(lost: GrowthState['lost']): void {
    this.#task.reset();
    this.store.setState({ growth: null, lost });
  }

  accept(node: number): void {
    const { growth } = this.store.getState();
    const path = growth === null ? [] : grownPath(growth, node);
    const { tokenizer, branches, branch } = this.#options.document.getState();
    if (growth === null || path.length === 0 || tokenizer === null) return;
    const whole = [...growth.base, ...path.map(id => plainToken(tokenizer, id, 'chosen'))];
    // It goes on from the branch that has most of it, so that tokens and numbers stay shared; of several the active one.
    const shared = branches.map(each => sharedTokens(each.tokens, whole));
    const most = mostOf(shared);
    const having = branches.filter((_, i) => shared[i] === most);
    const from = having.find(({ id }) => id === branch) ?? having.at(-1);
    if (from === undefined) return;
    const { graft, switchBranch } = this.#options.document.getState();
    if (most < whole.length) graft(from.id, most, path.slice(most - growth.base.length));
    else switchBranch(from.id);
  }

  /** Called again from the beginning after an interruption: until the first answer what came before stays in sight. */
  async #fetch(
    base: readonly DocumentToken[],
    settings: GrowthSettings,
    signal: AbortSignal,
    progress: (done: number) => void,
  ): Promise<void> {
    let growth: Growth = { base, settings, nodes: [], computed: 0, reused: 0, full: false };
    const depths = new Map<number, number>([[-1, 0]]);
    for await (const event of grow(this.#options.client, { tokens: idsOf(base), ...settings }, signal)) {
      growth = grownBy(growth, event);
      this.store.setState({ growth });
      for (const { node, parent } of event.nodes) depths.set(node, 1 + (depths.get(parent) ?? 0));
      progress(Math.min(settings.depth, mostOf(depths.values())));
      if (growth.full) return;
    }
    // Nothing was likely enough.
    this.store.setState({ growth });
  }

  #modelChanged(): void {
    if (this.store.getState().growth !== null) this.clear('model');
    this.store.setState({ visit: null });
  }

  #noteVisit(now: DocumentState, before: DocumentState): void {
    const known = before.branches.some(({ id }) => id === now.branch);
    const visit: Visit = { branch: now.branch, tokens: now.tokens, counts: null, again: false };
    this.store.setState({ visit: known ? visit : null });
  }

  /** What is computed of another text says nothing about what the cache held of the branch. */
  #followVisit({ tokens }: DocumentState): void {
    const { visit } = this.store.getState();
    if (visit !== null && !leads(visit.tokens, tokens)) this.store.setState({ visit: null });
  }

  #counted(counts: { readonly reused: number; readonly computed: number }): void {
    const { visit } = this.store.getState();
    if (visit === null || visit.counts !== null) return;
    const { tokens } = this.#options.document.getState();
    // The last token of a run has not been through the model yet.
    const fresh = 1 + Math.max(0, tokens.length - visit.tokens.length);
    this.store.setState({ visit: { ...visit, counts, again: counts.computed > fresh } });
  }
}

function grownBy(growth: Growth, event: EventOf<'grown'>): Growth {
  const nodes: GrownNode[] = [...growth.nodes, ...event.nodes];
  return {
    ...growth,
    nodes: nodes.slice(0, MOST_GROWN),
    computed: growth.computed + event.computed,
    reused: growth.reused + event.reused,
    full: nodes.length > MOST_GROWN,
  };
}
