// A conversation on its way into the text: how it is written, and one that waits for a plan.
import type { Composed, Conversation } from './compose.ts';
import type { Turn } from './types.ts';

/** How a conversation is written into the text. */
export interface Written {
  /** On a branch of its own. */
  readonly aside?: boolean;
  /** The beginning of the reply that follows. */
  readonly reply?: Turn | null;
  /** The message that is sent with it. */
  readonly sent?: string | null;
  /** No reply is drawn behind it. */
  readonly silent?: boolean;
}

/** A conversation that waits for a plan to be applied. */
export interface Pending extends Written {
  readonly conversation: Conversation;
  readonly whole: Composed;
  /** What Apply writes. */
  readonly composed: Composed | null;
}
