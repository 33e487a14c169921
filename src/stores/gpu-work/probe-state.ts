// What stands between a person and what a view of the inside shows: one union for all of them.
import { NucleusError } from '../../lib/error.ts';
import type { WireError } from '../../protocol/events.ts';
import { toWire } from '../model/model.ts';

export type ProbeState =
  /** Nobody looks. */
  | { readonly status: 'closed' | 'no_model' }
  /** There is nothing that the view could be about: no text, or no choice yet. */
  | { readonly status: 'empty' }
  /** A run is on; what is missing comes after it. */
  | { readonly status: 'running' }
  | { readonly status: 'too_long'; readonly error: WireError }
  /** Computed as soon as text and place have rested. */
  | { readonly status: 'waiting' }
  /** What is missing takes about this long: a button asks for it. */
  | { readonly status: 'costly'; readonly seconds: number }
  | { readonly status: 'working'; readonly done: number; readonly total: number }
  /** A person ended it; what had come by then is kept. */
  | { readonly status: 'stopped' }
  | { readonly status: 'failed'; readonly error: WireError }
  /** All that the view shows is of the text, the place and the model as they are. */
  | { readonly status: 'ready' };

export const CLOSED: ProbeState = { status: 'closed' };

/** Why nothing is asked of the worker. */
export type Unasked = Extract<ProbeState, { status: 'empty' | 'too_long' }>;

/** There is a text and a place to look at, whether its numbers are here or not. */
export function isAbout(state: ProbeState): boolean {
  return !['closed', 'no_model', 'empty', 'too_long'].includes(state.status);
}

/** The text of `tokens` does not fit the context. */
export function tooLong(tokens: number, limit: number): Unasked {
  const detail = { tokens, limit, excess: tokens - limit };
  const words = `${tokens} tokens do not fit a context of ${limit}`;
  return { status: 'too_long', error: toWire(new NucleusError('prompt_too_long', words, detail)) };
}

export function sameState(a: ProbeState, b: ProbeState): boolean {
  if (a.status === 'costly' && b.status === 'costly') return a.seconds === b.seconds;
  if (a.status === 'working' && b.status === 'working') return a.done === b.done && a.total === b.total;
  const told = a.status === 'failed' || a.status === 'too_long';
  return a.status === b.status && !told;
}
