// The one sentence about a lost device or a crashed worker, from the state of the model and of the last run.
import { messageFor } from '../messages.ts';
import type { RunStatus } from '../run/generation-types.ts';
import { isOfLoss, type LossCause } from './loss.ts';
import type { ModelState } from './types.ts';

export interface LossLine {
  readonly text: string;
  /** `alert`: it broke a run, or a person has to act. */
  readonly tone: 'notice' | 'alert';
  readonly way: 'none' | 'dismiss' | 'retry';
}

const WHAT: Readonly<Record<LossCause, string>> = {
  device: 'The graphics device was lost',
  worker: 'The engine crashed',
};

/** Null where there is nothing to say. */
export function lossLine({ load, loss }: Pick<ModelState, 'load' | 'loss'>, status: RunStatus): LossLine | null {
  if (load.status === 'failed' && isOfLoss(load.error)) {
    return { text: messageFor(load.error).text, tone: 'alert', way: 'retry' };
  }
  if (loss.kind === 'none') return null;
  const what = WHAT[loss.cause];
  const broke = status.kind === 'failed' && isOfLoss(status.error);
  const tone = broke ? 'alert' : 'notice';
  if (loss.kind === 'reopened') {
    const safe = broke ? '; your text is safe' : '';
    return { text: `${what} and has been opened again${safe}. Press Run to go on.`, tone, way: 'dismiss' };
  }
  const then = broke ? ' Press Run to go on as soon as the model is back.' : '';
  return { text: `${what}. Opening it again; your text is safe.${then}`, tone, way: 'none' };
}
