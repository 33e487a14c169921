// Which of several continuations stands in the text: read off the text, so that Undo, a branch and an edit need no word from anyone.
import { useMemo } from 'react';
import { leads } from '../../stores/document/branches.ts';
import type { DocumentToken } from '../../stores/document/types.ts';
import { useDocument } from '../../stores/react.ts';

type Tokens = readonly DocumentToken[];

export interface Taken {
  /** Places of those that the text goes on with behind `base`, the longest: several where they are alike. */
  readonly places: readonly number[];
  /** Nothing stands behind them. */
  readonly whole: boolean;
}

const NONE: Taken = { places: [], whole: false };

/** Compares ids; a continuation without tokens is never taken. */
export function takenIn(base: Tokens, added: readonly Tokens[], text: Tokens): Taken {
  if (!leads(base, text)) return NONE;
  const behind = text.slice(base.length);
  const found = added.flatMap((tokens, place) =>
    tokens.length > 0 && leads(tokens, behind) ? [{ tokens, place }] : [],
  );
  const most = found.reduce((length, { tokens }) => Math.max(length, tokens.length), 0);
  if (most === 0) return NONE;
  const places = found.filter(({ tokens }) => tokens.length === most).map(({ place }) => place);
  return { places, whole: behind.length === most };
}

/** The text is what the continuations go on from, or that and one of them: what is drawn next compares with them. */
export function belongs(base: Tokens, added: readonly Tokens[], text: Tokens): boolean {
  return (text.length === base.length && leads(base, text)) || takenIn(base, added, text).whole;
}

/** Places of the continuations that stand in the text of the document. */
export function useTaken(base: Tokens | null, added: readonly Tokens[]): readonly number[] {
  const text = useDocument(s => s.tokens);
  return useMemo(() => (base === null ? NONE.places : takenIn(base, added, text).places), [base, added, text]);
}
