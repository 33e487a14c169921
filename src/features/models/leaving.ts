// When the dialog of models goes by itself: a model that was asked for in it is there, and nobody has begun something else in it meanwhile.
import type { ModelStore } from '../../stores/model/types.ts';
import { isComing } from '../../stores/model/under-way.ts';

interface Leaving {
  /** A model is asked for in the dialog. */
  ask(): void;
  /** Something is typed into it, or chosen: while a model loads that is about another one, and would be lost. */
  typed(): void;
  /** Follows the loads; returns the end of it. */
  watch(): () => void;
}

/** Calls `leave` when it is time; not where the load failed or was called off. @param asked a model was asked for already */
export function leavingOnce(model: ModelStore, asked: boolean, leave: () => void): Leaving {
  const first = model.getState().load;
  let last = first.status === 'ready' ? first.model : null;
  let wanted = asked;
  let busy = false;
  return {
    ask: () => {
      wanted = true;
    },
    typed: () => {
      if (isComing(model.getState())) busy = true;
    },
    watch: () =>
      model.subscribe(({ load, coming, failure }, { load: before }) => {
        if (load.status === 'loading' && before.status !== 'loading') busy = false;
        if (load.status !== 'ready' || coming !== null || load.model === last) return;
        last = load.model;
        if (wanted && !busy && failure === null) leave();
      }),
  };
}
