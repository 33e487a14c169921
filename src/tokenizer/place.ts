// Where a text that becomes tokens stands: what a tokenizer puts before the first word, or takes from the ends, depends on it.

export interface Place {
  /** It is the beginning of all text; or it follows a special token; or it goes on from text that has tokens of its own. */
  readonly left: 'start' | 'special' | 'text';
  /** Nothing, or a special token, follows; or text that has tokens of its own. */
  readonly right: 'end' | 'text';
}

/** A text by itself. */
export const WHOLE: Place = { left: 'start', right: 'end' };
