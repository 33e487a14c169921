// How long a text may be: what is allowed of the context of the model in use.
import type { ModelState } from './types.ts';

/** Tokens; 0 while there is no model. */
export function tokensAllowed({ load, context }: Pick<ModelState, 'load' | 'context'>): number {
  return load.status === 'ready' ? (context?.allowed ?? 0) : 0;
}
