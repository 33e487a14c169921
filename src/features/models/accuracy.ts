// What the format of the weights changes on a text, measured when a person asks: the text in the field where it is long enough, else a plain one.
import { createStore, type StoreApi } from 'zustand/vanilla';
import { measureAccuracy } from '../../client/requests.ts';
import type { Accuracy, EventOf } from '../../protocol/events.ts';
import { idsOf } from '../../stores/document/sequence.ts';
import { defineFeatureStore } from '../../stores/feature-store.ts';
import { IDLE_TASK, type TaskState, ViewTask } from '../../stores/gpu-work/view-task.ts';
import { tokensAllowed } from '../../stores/model/allowed.ts';
import { onModelGone } from '../../stores/model/gone.ts';
import { modelItself } from '../../stores/model/under-way.ts';
import type { Stores } from '../../stores/stores.ts';

/** Tokens of a text: more say little more. */
const MOST = 256;
/** A text of fewer says too little. */
const LEAST = 32;

/** Of everyday matters and settled facts, so that any model of English has something to say of it. */
export const PLAIN_TEXT = `The bakery at the corner opens at six in the morning. By half past five the ovens are hot, and the smell of fresh bread fills the street. On Saturdays people stand in line before the door, some with baskets, some with dogs, and all of them hungry. Water boils at one hundred degrees Celsius at sea level. The Moon goes around the Earth in about twenty-seven days, and the Earth around the Sun in one year. Paris is the capital of France, and the Rhine flows through Basel and Cologne to the North Sea. "If you want to know whether it will rain," said the old man, "look at the swallows: when they fly low, take a coat with you." She laughed, because it had not rained for three weeks, but she took the coat. In the afternoon the first drops fell.`;

/** What the numbers are of. */
export interface Measured extends Accuracy {
  /** The person's own text. */
  readonly own: boolean;
}

export interface AccuracyState {
  readonly task: TaskState;
  /** While the files are read: how far that is. */
  readonly reading: EventOf<'progress'> | null;
  /** Of the model in use, as far as it came; null before. */
  readonly measured: Measured | null;
  measure(): Promise<void>;
  stop(): void;
}

export const accuracyStore = defineFeatureStore<StoreApi<AccuracyState>>(stores => {
  const { model, work } = stores;
  const store = createStore<AccuracyState>()(set => ({
    task: IDLE_TASK,
    reading: null,
    measured: null,
    measure: async () => {
      const text = textOf(stores);
      if (text === null) return;
      const { own, tokens } = text;
      set({ measured: null });
      await task.run(tokens.length - 1, async (signal, progress) => {
        const request = { ...model.getState().openedFrom(), tokens };
        for await (const event of measureAccuracy(work.client, request, signal)) {
          if (event.type === 'progress') set({ reading: event });
          else {
            set({ reading: null, measured: { ...event, own } });
            progress(event.done);
          }
        }
      });
      set({ reading: null });
    },
    stop: () => task.stop(),
  }));
  const task = new ViewTask(work, state => store.setState({ task: state }));
  const end = onModelGone(model, () => {
    task.reset();
    store.setState({ reading: null, measured: null });
  });
  return {
    store,
    dispose: () => {
      end();
      task.reset();
    },
  };
});

/** Null where there is no model. */
function textOf({ model, document }: Stores): { readonly own: boolean; readonly tokens: Uint32Array } | null {
  const load = modelItself(model.getState());
  if (load.status !== 'ready') return null;
  const most = Math.min(MOST, tokensAllowed(model.getState()));
  const ids = idsOf(document.getState().tokens.slice(0, most));
  if (ids.length >= LEAST) return { own: true, tokens: ids };
  const { tokenizer } = load;
  const plain = Uint32Array.from([...tokenizer.opening, ...tokenizer.encode(PLAIN_TEXT)]).subarray(0, most);
  return plain.length < 2 ? null : { own: false, tokens: plain };
}
