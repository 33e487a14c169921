// Ids for typed text whose tokenizer is asked elsewhere: while the text rests, and before a run, its pieces give way to the ids that the server has for them.
import { layoutTokens } from '../../tokenizer/text.ts';
import { typedFrom } from './sequence.ts';
import type { DocumentStore, DocumentToken } from './types.ts';

/** A text rests this long before the server is asked, ms: less than what computes on it waits. */
const REST_MS = 120;
/** UTF-16 units that are asked for at a time. */
const MOST_ASKED = 20_000;

interface Span {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** The first stretch of typed text that has pieces, but for those in `without`. */
function spanToSpell(
  tokens: readonly DocumentToken[],
  isPiece: (id: number) => boolean,
  without: ReadonlySet<string>,
): Span | null {
  for (let from = 0; from < tokens.length; from++) {
    let [to, pieces] = [from, false];
    for (; to < tokens.length; to++) {
      const token = tokens[to];
      if (token === undefined || token.origin !== 'typed' || token.special) break;
      pieces ||= isPiece(token.id);
    }
    if (pieces) {
      const { text } = layoutTokens(tokens.slice(from, to).map(({ bytes }) => bytes));
      if (text.length <= MOST_ASKED && !without.has(text)) return { from, to, text };
    }
    from = to;
  }
  return null;
}

/** Follows the text as long as its tokenizer asks elsewhere. @param busy a run adds tokens. Returns the end of it. */
export function watchSpelling(document: DocumentStore, busy: () => boolean): () => void {
  const { tokenizer } = document.getState();
  const later = tokenizer?.later;
  if (tokenizer === null || later === undefined) return () => {};
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Texts that the server has no ids for which spell them. */
  const without = new Set<string>();
  const settle = async (): Promise<void> => {
    for (;;) {
      const { tokens, pending, revision } = document.getState();
      const span = pending === null ? spanToSpell(tokens, later.isPiece, without) : null;
      if (span === null) return;
      // What cannot be asked now is sent as text.
      const spelled = await later.spell(span.text).catch(() => null);
      if (spelled === null) without.add(span.text);
      else if (document.getState().revision !== revision) {
        // A run that has begun goes on with what it was given.
        if (busy()) return;
      } else document.getState().respell(span.from, span.to, typedFrom(tokenizer, spelled));
    }
  };
  later.settle = settle;
  const rest = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (!busy()) void settle();
    }, REST_MS);
  };
  const end = document.subscribe((now, before) => {
    if (now.revision !== before.revision) rest();
  });
  rest();
  return () => {
    clearTimeout(timer);
    end();
  };
}
