// The scoring of a text that takes too long to be done unasked: a person asks for it, sees how far it is, and can stop it.

import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Client } from '../../client/client.ts';
import { NucleusError } from '../../lib/error.ts';
import { idsOf, sharedLength } from '../document/sequence.ts';
import type { DocumentStore } from '../document/types.ts';
import type { PrefillCost } from '../gpu-work/prefill-cost.ts';
import { IDLE_TASK, type TaskNeeds, type TaskState, ViewTask } from '../gpu-work/view-task.ts';
import { tokensAllowed } from '../model/allowed.ts';
import { onModelGone } from '../model/gone.ts';
import type { ModelStore } from '../model/types.ts';
import type { GenerationStore } from './generation-types.ts';
import { isRunning } from './generation-types.ts';
import { scoreMissing } from './scoring.ts';

interface ScoresState {
  readonly task: TaskState;
}

interface ScoresActions {
  /** Seconds to score what has no numbers yet; 0 when the model has computed the text already. */
  seconds(): number;
  /** Scores the text, whatever it costs. */
  score(): Promise<void>;
  stop(): void;
}

export type ScoresStoreState = ScoresState & ScoresActions;
export type ScoresStore = StoreApi<ScoresStoreState>;

export interface ScoresOptions extends TaskNeeds {
  readonly client: Client;
  readonly model: ModelStore;
  readonly document: DocumentStore;
  readonly generation: GenerationStore;
  readonly cost: PrefillCost;
}

/** Positions asked for at a time: progress is seen between two. */
const PIECE = 64;

export function createScoresStore(options: ScoresOptions): { store: ScoresStore; dispose: () => void } {
  const { client, model, document, generation, cost } = options;
  /** Ids that are being scored: an edit of them ends it, an append does not. */
  let asked: Uint32Array = new Uint32Array(0);
  const limit = (): number => tokensAllowed(model.getState());
  const missing = (): number =>
    document
      .getState()
      .tokens.slice(1, limit())
      .filter(token => token.stats === undefined).length;
  const store: ScoresStore = createStore<ScoresStoreState>()(() => ({
    task: IDLE_TASK,
    seconds: () => cost.seconds(idsOf(document.getState().tokens.slice(0, limit()))),
    score: async () => {
      const total = missing();
      if (total === 0) return;
      asked = idsOf(document.getState().tokens.slice(0, limit()));
      await task.run(total, async (signal, progress) => {
        for (;;) {
          // Its turn may come while the model is opened again: without one no token is missing.
          if (limit() === 0) throw new NucleusError('no_model', 'no model to score with');
          const ids = await scoreMissing(client, document, limit(), signal, PIECE);
          if (ids === null) return;
          cost.computed(ids);
          progress(Math.max(0, total - missing()));
        }
      });
    },
    stop: () => task.stop(),
  }));
  const task = new ViewTask(options, state => store.setState({ task: state }));
  const ends = [
    document.subscribe((now, before) => {
      if (now.revision === before.revision || isRunning(generation.getState().status)) return;
      if (sharedLength(idsOf(now.tokens.slice(0, asked.length)), asked) < asked.length) task.reset();
    }),
    onModelGone(model, () => task.reset()),
  ];
  return {
    store,
    dispose: () => {
      task.reset();
      for (const end of ends) end();
    },
  };
}
