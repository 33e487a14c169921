// The one set of times by which all views of the page rest, ask and let go.

/** A text that has not changed for this long is computed on, ms. */
export const SETTLE_MS = 300;
/** A caret or a pane that moves without a change of text rests this long, ms. */
export const MOVE_MS = 60;
/** While a run adds tokens, what views show of the text follows this often, ms: faster than anyone can read is no use. */
export const RUN_MS = 300;
/** Work that takes longer than this is asked about first, seconds. */
export const MOST_SECONDS = 1;
/** Memory of a view that nobody has looked at for this long is given back, ms. */
export const KEPT_MS = 10_000;
