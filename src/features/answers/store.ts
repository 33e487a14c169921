// Draws several answers to the text as one batch, follows them live, and puts one into the text with the others as branches.
import { createStore } from 'zustand/vanilla';
import { defined } from '../../lib/assert.ts';
import { asNucleusError } from '../../lib/error.ts';
import type { EngineEvent } from '../../protocol/events.ts';
import type { GenerationSettings } from '../../sampling/settings.ts';
import { answered } from '../../stores/document/answered.ts';
import { textToContinue } from '../../stores/document/sequence.ts';
import type { DocumentToken } from '../../stores/document/types.ts';
import { defineFeatureStore, type Made } from '../../stores/feature-store.ts';
import { modelIdentity, toWire } from '../../stores/model/model.ts';
import { isHere } from '../../stores/model/under-way.ts';
import { beginEmptyText } from '../../stores/run/empty-text.ts';
import { isRunning } from '../../stores/run/generation-types.ts';
import { negativePromptIds } from '../../stores/run/negative.ts';
import type { Stores } from '../../stores/stores.ts';
import { continuationOf } from '../shared/continuation.ts';
import { onOtherModel, onTextGone } from '../shared/foundations.ts';
import { seedsOf } from '../shared/seeds.ts';
import { type Answer, type AnswersStore, type AnswersStoreState, COUNT_BOUNDS, type Round } from './types.ts';

/** One a page. */
export const answersStore = defineFeatureStore(createAnswersStore);

function createAnswersStore(stores: Stores): Made<AnswersStore> {
  const drawer = new Drawer(stores);
  const store: AnswersStore = createStore<AnswersStoreState>()(() => ({
    count: 4,
    rank: 'total',
    round: null,
    status: 'idle',
    error: null,
    setCount: count => {
      const { min, max } = COUNT_BOUNDS;
      if (Number.isFinite(count)) store.setState({ count: Math.min(max, Math.max(min, Math.round(count))) });
    },
    setRank: rank => store.setState({ rank }),
    draw: () => drawer.draw(),
    stop: () => drawer.stop(),
    take: answer => drawer.take(answer),
  }));
  drawer.store = store;
  return { store, dispose: drawer.watch() };
}

class Drawer {
  store!: AnswersStore;
  readonly #stores: Stores;
  /** What has come since the last frame. */
  #answers: Answer[] = [];
  #frameAsked = false;
  /** Of the round under way; events of another one are nobody's. */
  #round = 0;

  constructor(stores: Stores) {
    this.#stores = stores;
  }

  /** Answers of another model, or to a text that no branch begins with any more, are about nothing. Returns the end of it. */
  watch(): () => void {
    const ends = [
      onTextGone(
        this.#stores,
        () => this.store.getState().round?.base ?? null,
        () => this.#forget(),
      ),
      onOtherModel(this.#stores, () => this.#forget()),
    ];
    return () => {
      for (const end of ends) end();
    };
  }

  #forget(): void {
    if (this.#working) this.#stores.work.scheduler.cancel('run');
    this.#round += 1;
    this.store.setState({ round: null, status: 'idle', error: null });
  }

  get #working(): boolean {
    const { status } = this.store.getState();
    return status === 'working' || status === 'stopping';
  }

  async draw(): Promise<void> {
    const { model, generation, work } = this.#stores;
    if (this.#working || !isHere(model.getState()) || isRunning(generation.getState().status)) return;
    const round = ++this.#round;
    const current = (): boolean => round === this.#round;
    this.store.setState({ status: 'working', error: null, round: null });
    try {
      const base = this.#base();
      const { settings } = this.#stores.settings.getState();
      const seeds = seedsOf(this.#stores, this.store.getState().count);
      this.#answers = seeds.map(seed => ({ seed, tokens: [], drawn: 0, logprob: 0, end: null }));
      this.store.setState({
        round: { base, answers: this.#answers, most: settings.max_new_tokens, prefilled: null },
      });
      await work.scheduler.start('run', signal => this.#consume(base, seeds, settings, signal, current));
      if (!current()) return;
      this.#show();
      const stopped = this.#answers.some(({ end }) => end === null || end.reason === 'cancelled');
      this.store.setState({ status: stopped ? 'stopped' : 'done' });
    } catch (thrown) {
      if (!current()) return;
      this.#show();
      const error = asNucleusError(thrown);
      if (error.code === 'cancelled') this.store.setState({ status: 'stopped' });
      else this.store.setState({ status: 'failed', error: toWire(error) });
    }
  }

  stop(): void {
    if (!this.#working) return;
    this.store.setState({ status: 'stopping' });
    this.#stores.work.scheduler.cancel('run');
  }

  take(answer: number): void {
    const { round } = this.store.getState();
    if (round === null || this.#working || round.answers[answer] === undefined) return;
    const added = round.answers.map(({ tokens }) => tokens);
    this.#stores.document
      .getState()
      .branchOff('answers', (set, birth) => answered(set, round.base, added, answer, birth));
  }

  /** The whole text; an empty one begins with the token that the model begins with, as a run does. */
  #base(): readonly DocumentToken[] {
    const { document } = this.#stores;
    document.getState().finish();
    beginEmptyText(this.#stores, change => change());
    return document.getState().tokens;
  }

  async #consume(
    base: readonly DocumentToken[],
    seeds: readonly number[],
    settings: GenerationSettings,
    signal: AbortSignal,
    current: () => boolean,
  ): Promise<void> {
    const draws = seeds.map(seed => ({ seed, sample: 0 }));
    const { load } = this.#stores.model.getState();
    const negative = load.status === 'ready' ? negativePromptIds(settings, load, base) : null;
    const asked = {
      type: 'answers',
      ...textToContinue(base, settings, negative),
      settings,
      draws,
    } as const;
    const tokenizer = defined(this.#stores.document.getState().tokenizer, 'tokenizer of the document');
    const { drawn, ended } = continuationOf(tokenizer, base, settings, modelIdentity(this.#stores.model.getState()));
    const take = (event: EngineEvent): void => {
      if (event.type === 'prefilled') this.#change({ prefilled: { reused: event.reused, computed: event.computed } });
      else if (event.type === 'answer_token')
        this.#grow(event.answer, answer => ({
          ...answer,
          tokens: drawn(answer.tokens, event, answer.seed),
          drawn: answer.drawn + 1,
          logprob: answer.logprob + event.logit - event.logZ,
        }));
      else if (event.type === 'answer_ended')
        this.#grow(event.answer, answer => ({
          ...answer,
          tokens: ended(answer.tokens, event.piece),
          end: { reason: event.reason, stop: event.stop },
        }));
    };
    for await (const event of this.#stores.work.client.run(asked, signal)) if (current()) take(event);
  }

  #grow(number: number, change: (answer: Answer) => Answer): void {
    this.#answers = this.#answers.map((answer, i) => (i === number ? change(answer) : answer));
    if (this.#frameAsked) return;
    this.#frameAsked = true;
    this.#stores.work.requestFrame(() => {
      this.#frameAsked = false;
      this.#show();
    });
  }

  #show(): void {
    this.#change({ answers: this.#answers });
  }

  #change(part: Partial<Round>): void {
    const { round } = this.store.getState();
    if (round !== null) this.store.setState({ round: { ...round, ...part } });
  }
}
