// The card of one token: which one is looked at, and the row that is asked for where its candidates are not known.
import { createStore, type StoreApi } from 'zustand/vanilla';
import { asNucleusError } from '../../lib/error.ts';
import type { WireError } from '../../protocol/events.ts';
import { idsOf, tokensBefore } from '../../stores/document/sequence.ts';
import type { DocumentToken, TokenPlace } from '../../stores/document/types.ts';
import { defineFeatureStore, type Made } from '../../stores/feature-store.ts';
import { MOST_SECONDS } from '../../stores/gpu-work/times.ts';
import { tokensAllowed } from '../../stores/model/allowed.ts';
import { toWire } from '../../stores/model/model.ts';
import { isComputing, isRunning } from '../../stores/run/generation-types.ts';
import type { Stores } from '../../stores/stores.ts';
import type { Box } from '../../ui/controls/popover.ts';
import { type CardFacts, factsOf } from './facts.ts';

/** What opened it: a pointer that rests, a finger that stays, a key. */
export type Opener = 'pointer' | 'touch' | 'key';

export interface Shown {
  readonly place: TokenPlace;
  readonly by: Opener;
  /** Where the token stands in the window, a box a line. */
  readonly boxes: readonly Box[];
}

/** `behind`: it waits for the end of a run. `costly`: a person has to ask. */
export type Asked =
  | { readonly kind: 'nothing' | 'coming' | 'behind' }
  | { readonly kind: 'costly'; readonly seconds: number }
  | { readonly kind: 'failed'; readonly error: WireError };

interface CardState {
  readonly shown: Shown | null;
  readonly asked: Asked;
}

interface CardActions {
  /** Opens the card of a place; what is not known of it is asked for, unless that takes more than a second or a run is on. */
  show(shown: Shown): void;
  hide(): void;
  /** Asks for the row, whatever it costs. */
  ask(): Promise<void>;
  facts(place: TokenPlace): CardFacts;
}

export type CardStoreState = CardState & CardActions;

/** One a page. */
export const cardStore = defineFeatureStore<StoreApi<CardStoreState>>(createCardStore);

const NOTHING: Asked = { kind: 'nothing' };

function createCardStore(stores: Stores): Made<StoreApi<CardStoreState>> {
  const { document, generation, model, rows, view, work } = stores;
  const running = (): boolean => isComputing(generation.getState().status, model.getState());
  const facts = (place: TokenPlace): CardFacts => {
    const { tokens } = document.getState();
    const { load } = model.getState();
    return factsOf({
      before: place === 'end' ? tokens.length : place,
      token: tokenAt(tokens, place),
      row: rows.getState().rowAt(place),
      vocabulary: load.status === 'ready' ? load.model.dims.vocab_size : 0,
      limit: tokensAllowed(model.getState()),
    });
  };
  const look = (): void => {
    const { shown } = store.getState();
    if (shown === null || facts(shown.place).lack !== 'unasked') store.setState({ asked: NOTHING });
    else if (running()) store.setState({ asked: { kind: 'behind' } });
    else {
      const seconds = work.cost.seconds(idsOf(tokensBefore(document.getState(), shown.place)));
      if (seconds > MOST_SECONDS) store.setState({ asked: { kind: 'costly', seconds } });
      else void store.getState().ask();
    }
  };
  const store: StoreApi<CardStoreState> = createStore<CardStoreState>()(() => ({
    shown: null,
    asked: NOTHING,
    facts,
    show: shown => {
      store.setState({ shown, asked: NOTHING });
      look();
    },
    hide: () => {
      if (store.getState().shown !== null) store.setState({ shown: null, asked: NOTHING });
    },
    ask: async () => {
      const { shown } = store.getState();
      if (shown === null) return;
      const still = (): boolean => store.getState().shown?.place === shown.place;
      store.setState({ asked: { kind: 'coming' } });
      try {
        await rows.getState().fetchAt(shown.place);
        if (still()) store.setState({ asked: NOTHING });
      } catch (thrown) {
        const error = asNucleusError(thrown);
        if (!still()) return;
        // It gave way: to a run, behind which it is asked for again, or to the row of the selected token.
        if (error.code === 'cancelled') store.setState({ asked: running() ? { kind: 'behind' } : NOTHING });
        else store.setState({ asked: { kind: 'failed', error: toWire(error) } });
      }
    },
  }));
  const ends = [
    document.subscribe((now, before) => {
      const { shown } = store.getState();
      if (shown === null || now.revision === before.revision) return;
      // A run only adds to the text.
      const stands = running() && tokenAt(now.tokens, shown.place)?.id === tokenAt(before.tokens, shown.place)?.id;
      if (!stands || shown.place === 'end') store.getState().hide();
    }),
    generation.subscribe((now, before) => {
      if (store.getState().asked.kind === 'behind' && isRunning(before.status) && !isRunning(now.status)) look();
    }),
    rows.subscribe((now, before) => {
      if (
        store.getState().shown !== null &&
        now.revision !== before.revision &&
        store.getState().asked.kind !== 'coming'
      )
        look();
    }),
    model.subscribe((now, before) => {
      if (now.load !== before.load) store.getState().hide();
    }),
    view.subscribe((now, before) => {
      if (now.dialog !== before.dialog) store.getState().hide();
    }),
  ];
  return {
    store,
    dispose: () => {
      for (const end of ends) end();
    },
  };
}

function tokenAt(tokens: readonly DocumentToken[], place: TokenPlace): DocumentToken | null {
  return place === 'end' ? null : (tokens[place] ?? null);
}
