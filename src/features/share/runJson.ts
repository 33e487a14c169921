// A run as JSON in one of OpenAI's two shapes, a chat completion or a legacy completion, and beside it, under the name `nucleus`, all that it
// takes to draw the same again. Field names and types: OpenAI's API reference, "Chat Completions" and "Completions (legacy)".

import type { DocumentToken, Draw } from '../../stores/document/types.ts';
import { layoutTokens, tokenText } from '../../tokenizer/text.ts';
import { drawersOf } from '../shared/drawnBy.ts';
import type { RunToShare } from './sharedRun.ts';

export const RUN_FORMAT = 'nucleus.run';
export const RUN_VERSION = 2;

export const RUN_SHAPES = ['chat.completion', 'text_completion'] as const;
export type RunShape = (typeof RUN_SHAPES)[number];

/** What stands in OpenAI's lists where there is no log-probability: at the first token, and where none was computed. */
const NO_LOGPROB = -9999;

const ABOUT =
  'Every logprob is the natural logarithm of the probability the model gave before sampling: before penalties, temperature and cuts. ' +
  'The whole text is listed, what was typed too. -9999.0 stands at the first token and where no number was computed; nucleus.tokens has null there. ' +
  'probability_after is that of the draw, after all sampling steps. u is the random number of the draw, in [0, 1); at is when its run began, in milliseconds since 1970. ' +
  'nucleus.model is the model whose numbers these are; draw_models are the models that drew, one of them for each draw. ' +
  'told are the answers from outside the model, one of them for each external token.';

/** JSON has no infinities. */
const finite = (value: number | undefined): number | null =>
  value === undefined || !Number.isFinite(value) ? null : value;

const listed = (value: number | undefined): number => finite(value) ?? NO_LOGPROB;

type BytesOf = (id: number) => Uint8Array;

/** The candidates of a token with their log-probabilities. */
function topOf({ top, stats }: DocumentToken): { readonly id: number; readonly logprob: number }[] {
  if (top === undefined || stats === undefined) return [];
  return Array.from(top.ids, (id, i) => ({ id, logprob: (top.logits[i] ?? Number.NaN) - stats.logZ }));
}

function chatLogprobs(tokens: readonly DocumentToken[], bytesOf: BytesOf): object {
  const entry = (bytes: Uint8Array, logprob: number | undefined) => ({
    token: tokenText(bytes),
    logprob: listed(logprob),
    bytes: Array.from(bytes),
  });
  return {
    content: tokens.map(token => ({
      ...entry(token.bytes, token.stats?.logprob),
      top_logprobs: topOf(token).map(({ id, logprob }) => entry(bytesOf(id), logprob)),
    })),
    refusal: null,
  };
}

/** A token as a key: as text, or `bytes:\xf0\x9f` where its bytes are a part of a character. */
function tokenKey(bytes: Uint8Array): string {
  const text = tokenText(bytes);
  if (!text.includes('\ufffd')) return text;
  return `bytes:${Array.from(bytes, byte => `\\x${byte.toString(16).padStart(2, '0')}`).join('')}`;
}

/** How many code points, which Python counts, stand before each UTF-16 unit of a text. [units + 1] */
function codePointsBefore(text: string): Uint32Array {
  const before = new Uint32Array(text.length + 1);
  for (let unit = 0; unit < text.length; unit++) {
    const second = unit > 0 && (text.codePointAt(unit - 1) ?? 0) > 0xffff;
    before[unit + 1] = (before[unit] ?? 0) + (second ? 0 : 1);
  }
  return before;
}

function legacyLogprobs(tokens: readonly DocumentToken[], bytesOf: BytesOf): object {
  const { text, starts } = layoutTokens(tokens.map(({ bytes }) => bytes));
  const points = codePointsBefore(text);
  return {
    tokens: tokens.map(({ bytes }) => tokenKey(bytes)),
    token_logprobs: tokens.map(({ stats }) => listed(stats?.logprob)),
    top_logprobs: tokens.map(token =>
      Object.fromEntries(topOf(token).map(({ id, logprob }) => [tokenKey(bytesOf(id)), listed(logprob)])),
    ),
    text_offset: tokens.map((_, i) => points[starts[i] ?? 0] ?? 0),
  };
}

/** Tokens before the first draw are the prompt. */
function usageOf(tokens: readonly DocumentToken[]): object {
  const drawn = tokens.findIndex(({ origin }) => origin === 'drawn' || origin === 'chosen');
  const prompt_tokens = drawn < 0 ? tokens.length : drawn;
  return { prompt_tokens, completion_tokens: tokens.length - prompt_tokens, total_tokens: tokens.length };
}

/** Our own fields. */
function ownFields(run: RunToShare, shape: RunShape): object {
  const { model, adapter, fingerprint, settings, seed, lastSeed, tokens } = run;
  const used = [...new Set(tokens.flatMap(token => token.draw?.settings ?? []))];
  const drawers = drawersOf(tokens);
  const told = [...new Set(tokens.flatMap(token => token.told ?? []))];
  const drawOf = (draw: Draw) => ({
    settings: used.indexOf(draw.settings),
    seed: draw.seed,
    u: draw.u,
    probability_after: draw.pAfter,
    outdated: draw.outdated,
    model: draw.model === null ? null : drawers.findIndex(({ digest }) => digest === draw.model?.digest),
    ...(draw.at === undefined ? {} : { at: draw.at }),
  });
  return {
    format: RUN_FORMAT,
    version: RUN_VERSION,
    about: ABOUT,
    model,
    tokenizer: fingerprint,
    adapter,
    settings,
    seed,
    last_seed: lastSeed,
    draw_settings: used,
    draw_models: drawers,
    ...(told.length === 0 ? {} : { told }),
    tokens: tokens.map((token, position) => ({
      position,
      id: token.id,
      origin: token.origin,
      logprob: finite(token.stats?.logprob),
      rank: token.stats?.rank ?? null,
      entropy: finite(token.stats?.entropy),
      top_ids: Array.from(token.top?.ids ?? []),
      draw: token.draw === undefined ? null : drawOf(token.draw),
      ...(token.told === undefined ? {} : { told: told.indexOf(token.told) }),
      // A chat completion has the bytes of each token in its own list.
      ...(shape === 'text_completion' ? { bytes: Array.from(token.bytes) } : {}),
    })),
  };
}

/** Objects under these keys have a field a line. */
const OPEN: readonly string[] = ['', 'choices', 'logprobs', 'nucleus'];

/** Lists of tokens have a token a line: people read and compare these files. */
function lines(value: unknown, indent: string, key: string): string {
  const inner = `${indent}  `;
  if (Array.isArray(value) && value.length > 0 && typeof value[0] === 'object') {
    const entries = value.map(each => inner + (key === 'choices' ? lines(each, inner, key) : JSON.stringify(each)));
    return `[\n${entries.join(',\n')}\n${indent}]`;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !OPEN.includes(key)) {
    return JSON.stringify(value);
  }
  const entries = Object.entries(value).map(
    ([name, each]) => `${inner}${JSON.stringify(name)}: ${lines(each, inner, name)}`,
  );
  return `{\n${entries.join(',\n')}\n${indent}}`;
}

/**
 * @param bytesOf bytes of any id of the vocabulary
 * @param created seconds since 1970
 */
export function writeRunJson(run: RunToShare, shape: RunShape, bytesOf: BytesOf, created: number): string {
  const { text, tokens, finish: finish_reason } = run;
  const choice =
    shape === 'chat.completion'
      ? {
          index: 0,
          message: { role: 'assistant', content: text, refusal: null },
          logprobs: chatLogprobs(tokens, bytesOf),
          finish_reason,
        }
      : { index: 0, text, logprobs: legacyLogprobs(tokens, bytesOf), finish_reason };
  const file = {
    id: `nucleus-${created}`,
    object: shape,
    created,
    model: run.model.name,
    choices: [choice],
    usage: usageOf(tokens),
    nucleus: ownFields(run, shape),
  };
  return `${lines(file, '', '')}\n`;
}
