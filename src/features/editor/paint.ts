// From the document to what the painted overlay shows: one piece per token, the tokens of one split character together.

import type { DocumentToken, TextView, TokenOrigin, TokenPlace, TokenStats } from '../../stores/document/types.ts';
import type { AttentionTint } from '../../stores/run/attention-tint.ts';
import type { Tint } from '../../stores/view.ts';
import { type TintStep, tintStep } from '../shared/tint.ts';
import { weightStep } from '../shared/weightSteps.ts';

export interface PaintedPiece {
  /** Index of its first token. */
  readonly first: number;
  /** How many tokens share its text; more than one where bytes of a character are split. */
  readonly count: number;
  readonly text: string;
  /** The character before it is a space or tab. */
  readonly afterSpace: boolean;
  readonly step: TintStep | null;
  readonly origin: TokenOrigin;
  readonly special: boolean;
  readonly selected: boolean;
  /** Reads the others, while attention weights stand in for the tint. */
  readonly reads: boolean;
  /** Beyond what is read. */
  readonly faded: boolean;
  /** In the context, the first that does not fit it, or behind that one. */
  readonly place: 'within' | 'border' | 'beyond';
}

/** The numbers of several tokens that are one character: probabilities multiply, the worst rank and the sum of entropies stand. */
function together(tokens: readonly DocumentToken[]): TokenStats | undefined {
  const all = tokens.map(token => token.stats);
  if (all.some(stats => stats === undefined)) return undefined;
  return all.reduce((a, b) =>
    a && b
      ? { logprob: a.logprob + b.logprob, rank: Math.max(a.rank, b.rank), entropy: a.entropy + b.entropy, logZ: b.logZ }
      : undefined,
  );
}

/** Ends of the groups: a token without text of its own belongs to the next one with text, at the end to the last. */
function groups(view: TextView, { from: first, to: end }: TokenRange): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = [];
  let from = first;
  for (let i = first; i < end; i++) {
    if ((view.starts[i] ?? 0) < (view.starts[i + 1] ?? 0)) {
      found.push({ from, to: i + 1 });
      from = i + 1;
    }
  }
  const last = found.at(-1);
  if (from < end && last) last.to = end;
  return found;
}

/** The step of the tokens `[from, to)`, which share their text: weights add up. Null where the row does not reach. */
function attentionStep({ position, weights }: AttentionTint, from: number, to: number): TintStep | null {
  if (from > position) return null;
  let sum = 0;
  for (let i = from; i < Math.min(to, position + 1); i++) sum += weights[i] ?? 0;
  return weightStep(sum);
}

/** What a piece looks like follows from these. */
export interface Painting {
  readonly tokens: readonly DocumentToken[];
  readonly view: TextView;
  readonly selected: TokenPlace;
  readonly tint: Tint;
  readonly attentionTint: AttentionTint | null;
  /** Tokens of the context; null without a model. */
  readonly limit: number | null;
}

/** Tokens `[from, to)`, whole pieces. */
export interface TokenRange {
  readonly from: number;
  readonly to: number;
}

/** The pieces of a range in order; joined they are its text. */
export function paint(painting: Painting, range: TokenRange): PaintedPiece[] {
  const { tokens, view, selected, tint, attentionTint, limit } = painting;
  return groups(view, range).map(({ from, to }) => {
    const members = tokens.slice(from, to);
    const last = members.at(-1);
    return {
      first: from,
      count: to - from,
      text: view.text.slice(view.starts[from], view.starts[to]),
      afterSpace: /[ \t]/.test(view.text.charAt((view.starts[from] ?? 0) - 1)),
      step: attentionTint
        ? attentionStep(attentionTint, from, to)
        : tintStep(to - from === 1 ? last?.stats : together(members), tint),
      origin: last?.origin ?? 'typed',
      special: last?.special ?? false,
      selected: selected !== 'end' && selected >= from && selected < to,
      reads: attentionTint !== null && attentionTint.position >= from && attentionTint.position < to,
      faded: attentionTint?.fade === true && from > attentionTint.position,
      place: limit === null || to <= limit ? 'within' : from <= limit ? 'border' : 'beyond',
    };
  });
}

/** A range of a text as it is painted. */
export interface PaintedRange extends TokenRange {
  readonly painting: Painting;
}

/** What a range is told apart by besides its tokens, counted from its beginning. */
function marksOf({ painting: { view, selected, limit }, from, to }: PaintedRange): readonly (number | string)[] {
  const count = to - from;
  const picked = selected === 'end' || selected < from || selected >= to ? -1 : selected - from;
  const within = limit === null ? count : Math.max(-1, Math.min(limit - from, count));
  const start = view.starts[from] ?? 0;
  return [count, picked, within, (view.starts[to] ?? 0) - start, view.text.charAt(start - 1)];
}

/** Both ranges have the same pieces: the same tokens with the same marks, wherever they stand. */
export function looksAlike(a: PaintedRange, b: PaintedRange): boolean {
  const { tint, attentionTint } = a.painting;
  if (tint !== b.painting.tint || attentionTint !== b.painting.attentionTint) return false;
  if (attentionTint !== null && a.from !== b.from) return false;
  const marks = marksOf(b);
  if (!marksOf(a).every((mark, i) => mark === marks[i])) return false;
  for (let i = 0; i < a.to - a.from; i++) {
    if (a.painting.tokens[a.from + i] !== b.painting.tokens[b.from + i]) return false;
  }
  return true;
}

/**
 * A stretch of a piece: text, a run of spaces, one line end or tab. White space gets a glyph, but for a line end after a space (`bare`):
 * its glyph would be a box behind spaces that hang at the end of a line, and those would wrap.
 */
export interface Stretch {
  readonly text: string;
  readonly kind: 'text' | 'space' | 'line' | 'bare' | 'tab';
}

const KINDS: Readonly<Record<string, Stretch['kind']>> = { ' ': 'space', '\n': 'line', '\t': 'tab' };

/** Splits the text of a piece so that white space stands alone. */
export function stretches(text: string, afterSpace: boolean): Stretch[] {
  let space = afterSpace;
  return (text.match(/ +|[\n\t]|[^ \n\t]+/g) ?? []).map(part => {
    const kind = KINDS[part.charAt(0)] ?? 'text';
    const bare = kind === 'line' && space;
    space = kind === 'space' || kind === 'tab';
    return { text: part, kind: bare ? 'bare' : kind };
  });
}
