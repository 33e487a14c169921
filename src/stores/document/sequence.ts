// Tokens of the document as the model sees them.
import type { ModelIdentity } from '../../lib/model-source.ts';
import type { TextToContinue } from '../../protocol/commands.ts';
import type { EventOf } from '../../protocol/events.ts';
import { movesBound } from '../../sampling/mirostat.ts';
import type { GenerationSettings } from '../../sampling/settings.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import type { DocumentState, DocumentToken, TokenPlace } from './types.ts';

/** [T] */
export function idsOf(tokens: readonly Pick<DocumentToken, 'id'>[]): Uint32Array<ArrayBuffer> {
  const ids = new Uint32Array(tokens.length);
  for (const [i, { id }] of tokens.entries()) ids[i] = id;
  return ids;
}

/** What predicts the token at `place`. */
export function tokensBefore({ tokens }: Pick<DocumentState, 'tokens'>, place: TokenPlace): readonly DocumentToken[] {
  return place === 'end' ? tokens : tokens.slice(0, place);
}

/** 1 where a token was drawn or chosen, 0 where it was typed or came from outside. [T] */
export function drawnFlags(tokens: readonly Pick<DocumentToken, 'origin'>[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(tokens, ({ origin }) => (origin === 'drawn' || origin === 'chosen' ? 1 : 0));
}

/** Probability after sampling of what mirostat has drawn with these settings, NaN for every other token; null where it is off. [T] */
export function mirostatDrawn(
  tokens: readonly Pick<DocumentToken, 'draw'>[],
  settings: GenerationSettings,
): Float64Array<ArrayBuffer> | null {
  if (settings.mirostat_tau === 0) return null;
  return Float64Array.from(tokens, ({ draw }) =>
    draw !== undefined && movesBound(draw.settings, settings) ? draw.pAfter : Number.NaN,
  );
}

/**
 * 1 where a token was drawn by the constraint of these settings, or chosen; null where there is none. [T]
 * Asks as the step `constraint` does, which would bring all steps into the first page.
 */
export function constrainedFlags(
  tokens: readonly Pick<DocumentToken, 'origin' | 'draw'>[],
  { constraint: { kind, text } }: GenerationSettings,
): Uint8Array<ArrayBuffer> | null {
  if (kind === 'none' || text === '') return null;
  return Uint8Array.from(tokens, ({ origin, draw }) => {
    const own = draw?.settings.constraint;
    return origin === 'chosen' || (own?.kind === kind && own.text === text) ? 1 : 0;
  });
}

/** A text as the worker goes on from it, with the ids of the negative prompt beside it, null where guidance is off. */
export function textToContinue(
  tokens: readonly Pick<DocumentToken, 'id' | 'origin' | 'draw'>[],
  settings: GenerationSettings,
  negative: Uint32Array<ArrayBuffer> | null,
): Omit<TextToContinue, 'settings'> {
  const pAfter = mirostatDrawn(tokens, settings);
  const constrained = constrainedFlags(tokens, settings);
  return {
    tokens: idsOf(tokens),
    drawn: drawnFlags(tokens),
    ...(pAfter === null ? {} : { pAfter }),
    ...(constrained === null ? {} : { constrained }),
    ...(negative === null ? {} : { negative }),
  };
}

/** Tokens `[from, to)` of one sequence gave way to `[from, from + added)` of another. */
export interface Changed {
  readonly from: number;
  readonly to: number;
  readonly added: number;
}

/** What lies between the tokens that two sequences begin and end with alike: same id of the same vocabulary. */
export function changedTokens(before: readonly DocumentToken[], after: readonly DocumentToken[]): Changed {
  const most = Math.min(before.length, after.length);
  let from = 0;
  while (from < most && sameBytes(before[from], after[from])) from++;
  let end = 0;
  while (end < most - from && sameBytes(before[before.length - 1 - end], after[after.length - 1 - end])) end++;
  return { from, to: before.length - end, added: after.length - end - from };
}

/** A vocabulary has one array of bytes for each id. */
function sameBytes(a: DocumentToken | undefined, b: DocumentToken | undefined): boolean {
  return a === b || (a?.bytes === b?.bytes && a?.id === b?.id);
}

/** How many leading ids two sequences share. */
export function sharedLength(a: Uint32Array, b: Uint32Array): number {
  const most = Math.min(a.length, b.length);
  let shared = 0;
  while (shared < most && a[shared] === b[shared]) shared++;
  return shared;
}

export function sameIds(a: Uint32Array, b: Uint32Array): boolean {
  return a === b || (a.length === b.length && sharedLength(a, b) === a.length);
}

/** A typed or chosen token without numbers. */
export function plainToken(
  tokenizer: Tokenizer,
  id: number,
  origin: 'typed' | 'chosen',
  bytes = tokenizer.bytes(id),
): DocumentToken {
  return { id, bytes, special: tokenizer.isSpecial(id), origin };
}

/** What a tokenizer made of typed text. */
export function typedFrom(tokenizer: Tokenizer, { ids, bytes }: ReturnType<Tokenizer['typed']>): DocumentToken[] {
  return Array.from(ids, (id, i) => plainToken(tokenizer, id, 'typed', bytes?.[i]));
}

/** `added` as they show behind `before`: the first of a text without the space that the tokenizer puts there. */
export function shownAfter(
  tokenizer: Tokenizer | null,
  before: readonly DocumentToken[],
  added: readonly DocumentToken[],
): readonly DocumentToken[] {
  if (tokenizer === null || before.at(-1)?.special === false) return added;
  const bytes = tokenizer.spelling(idsOf(before.concat(added))).slice(before.length);
  return added.map((token, i) => ({ ...token, bytes: bytes[i] ?? token.bytes }));
}

/** A token event as the document keeps it. */
export function drawnToken(
  tokenizer: Tokenizer,
  event: Omit<EventOf<'token'>, 'type' | 'run'>,
  settings: GenerationSettings,
  seed: number,
  model: ModelIdentity | null,
  at: number,
): DocumentToken {
  return {
    id: event.id,
    bytes: tokenizer.bytes(event.id),
    special: tokenizer.isSpecial(event.id),
    origin: 'drawn',
    draw: { settings, seed, u: event.u, pAfter: event.pAfter, outdated: false, model, at },
    stats: { logprob: event.logit - event.logZ, rank: event.rank, entropy: event.entropy, logZ: event.logZ },
    top: { ids: event.topIds, logits: event.topLogits },
  };
}
