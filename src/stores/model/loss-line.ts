// The one sentence about a lost device or a crashed worker, from the state of the model and of the last run.
import { messageFor } from '../messages.ts';
import { isRunning, type RunStatus } from '../run/generation-types.ts';
import { isOfLoss, type LossCause } from './loss.ts';
import type { ModelState } from './types.ts';

export interface LossLine {
  readonly text: string;
  /** `alert`: a person has to act. */
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
  const goesOn = isRunning(status);
  if (loss.kind === 'reopened') {
    // The run says it by going on.
    if (goesOn) return null;
    return { text: `${what} and has been opened again. Press Run to go on.`, tone: 'notice', way: 'dismiss' };
  }
  const how = loss.again ? ' again. Opening it with smaller steps' : '. Opening it again';
  const then = goesOn ? 'your text is safe, and the run goes on by itself' : 'your text is safe';
  return { text: `${what}${how}; ${then}.`, tone: 'notice', way: 'none' };
}
