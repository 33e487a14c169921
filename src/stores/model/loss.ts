// A lost device, or a worker that crashed, as one machine: what is said of it, and whether the model is opened again by itself. Messages may come
// late and in any order: a device has a number, and a loss is told of the device it belongs to.
import type { WireError } from '../../protocol/events.ts';

export type LossCause = 'device' | 'worker';

/** What is said. A loss that a person has to act on is said by the failed load instead. */
export type Loss =
  | { readonly kind: 'none' }
  /** `again`: for the second time within two minutes, and with a lighter load. */
  | { readonly kind: 'reopening'; readonly cause: LossCause; readonly again: boolean }
  | { readonly kind: 'reopened'; readonly cause: LossCause };

export interface LossMemory {
  readonly said: Loss;
  /** When a model was lost last, milliseconds of a steady clock. */
  readonly at: number;
  /** Losses up to that one, each within two minutes of the one before. */
  readonly count: number;
  /** The latest device of this worker that is known to be lost; devices count from 1. */
  readonly gone: number;
}

export type LossEvent =
  /** `inUse`: the device of the model that is ready; null while none is. */
  | { readonly kind: 'lost'; readonly device: number; readonly inUse: number | null; readonly at: number }
  /** The worker is gone with all its devices; the next one counts from 1 again. */
  | { readonly kind: 'crashed'; readonly inUse: number | null; readonly at: number }
  /** The page has ended the worker itself. */
  | { readonly kind: 'ended' }
  /** A load begins that a person asked for. */
  | { readonly kind: 'asked' }
  /** A load ended with a model on this device. */
  | { readonly kind: 'opened'; readonly device: number; readonly at: number }
  /** A load came to nothing; `lost`: what went under it, where that is the reason. */
  | { readonly kind: 'failed'; readonly lost: LossCause | null; readonly at: number }
  | { readonly kind: 'dismissed' };

export interface LossStep {
  readonly memory: LossMemory;
  /** `lighten`: open it again with smaller steps and less memory. `give_up`: opening it again by itself would not help. */
  readonly next: 'nothing' | 'reopen' | 'lighten' | 'give_up';
}

/** Losses within this time of each other are counted: after the second the load is lighter, the third says that the browser must be restarted. */
const LOSS_WINDOW_MS = 120_000;

const NONE: Loss = { kind: 'none' };

export const NO_LOSS: LossMemory = { said: NONE, at: Number.NEGATIVE_INFINITY, count: 0, gone: 0 };

/** What an event makes of the memory, and what is to be done. */
export function afterEvent(memory: LossMemory, event: LossEvent): LossStep {
  switch (event.kind) {
    case 'lost': {
      const known = { ...memory, gone: Math.max(memory.gone, event.device) };
      // While a model loads its end tells: it fails, or it stands on a newer device. A model on a newer device does not care.
      return event.inUse === null || event.inUse > event.device ? nothing(known) : struck(known, 'device', event.at);
    }
    case 'crashed': {
      const known = { ...memory, gone: 0 };
      return event.inUse === null ? nothing(known) : struck(known, 'worker', event.at);
    }
    case 'ended':
      return nothing({ ...memory, said: NONE, gone: 0 });
    case 'asked':
    case 'dismissed':
      return nothing({ ...memory, said: NONE });
    case 'opened': {
      // Its device went before the page had heard that the load was done.
      if (event.device <= memory.gone) return struck(memory, 'device', event.at);
      const { said } = memory;
      return nothing(said.kind === 'reopening' ? { ...memory, said: { kind: 'reopened', cause: said.cause } } : memory);
    }
    case 'failed': {
      return event.lost === null ? nothing({ ...memory, said: NONE }) : struck(memory, event.lost, event.at);
    }
    default:
      return event satisfies never;
  }
}

function nothing(memory: LossMemory): LossStep {
  return { memory, next: 'nothing' };
}

/** The model in use is lost, or the one that was on its way. */
function struck(memory: LossMemory, cause: LossCause, at: number): LossStep {
  const count = at - memory.at < LOSS_WINDOW_MS ? memory.count + 1 : 1;
  const said: Loss = count > 2 ? NONE : { kind: 'reopening', cause, again: count === 2 };
  return { memory: { ...memory, said, at, count }, next: count > 2 ? 'give_up' : count === 2 ? 'lighten' : 'reopen' };
}

/** Errors that say no more than that the device or the worker went. What was under way ends with one; the page says it in one place. */
export function isOfLoss({ code, detail }: Pick<WireError, 'code' | 'detail'>): boolean {
  return code === 'device_lost' || (code === 'internal' && detail.crashed === 1);
}
