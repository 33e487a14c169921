// A server that was asked what it gives: completions, scores, ids and texts of it, as far as that goes. Every request goes to the one address that a person added.
import { NucleusError } from '../lib/error.ts';
import { keepLatest } from '../lib/latest.ts';
import type { ServerFacts } from '../protocol/server.ts';
import { tokenText } from '../tokenizer/text.ts';
import { type Chunk, readCompletion, readText, readTokens, type Said, spells } from './formats.ts';
import type { Piece, ServerVocabulary } from './vocabulary.ts';
import type { Transport } from './wire.ts';

/** A text as a server takes it. */
export type Prompt = string | readonly number[];

/** Requests for the text of single ids that are under way at a time: browsers open six connections to a host. */
const AT_ONCE = 6;

export interface Access {
  readonly transport: Transport;
  readonly address: string;
  readonly key: string;
}

/** The only value of an answer that is no stream. @throws NucleusError bad_answer */
export async function one(
  { transport, address, key }: Access,
  path: string,
  body: Readonly<Record<string, unknown>> | null,
  signal: AbortSignal,
): Promise<unknown> {
  let found: unknown;
  for await (const value of transport({ address, key, path, ...(body && { body }) }, signal)) found ??= value;
  if (found === undefined) throw new NucleusError('bad_answer', `${path} ended without an answer`, { address });
  return found;
}

/**
 * A body that all three servers read: each passes over the words of the others. Names of special tokens in the text are text to llama.cpp alone; the tokenizers
 * of the others always take them for the tokens.
 */
export const tokenizeBody = (model: string, text: string, specials: boolean): Readonly<Record<string, unknown>> => ({
  model,
  prompt: text,
  content: text,
  add_special_tokens: specials,
  add_special: specials,
  parse_special: false,
  with_pieces: true,
});

export const detokenizeBody = (model: string, tokens: readonly number[]): Readonly<Record<string, unknown>> => ({
  model,
  tokens,
  skip_special_tokens: false,
});

/**
 * The server's own choice is the likeliest token, always: then the probabilities are the model's own in every server, whether it tells them before its sampler or after, and the
 * page draws from them.
 */
export function completionBody(
  { model, candidates, ids, detokenizes, software }: Omit<ServerFacts, 'address'>,
  prompt: Prompt,
  tokens: number,
): Readonly<Record<string, unknown>> {
  return {
    model,
    prompt,
    max_tokens: tokens,
    temperature: 0,
    logprobs: candidates,
    ...(ids !== 'none' && { return_token_ids: true }),
    // Then the text has all that its tokens spell; the others leave the names out of both.
    ...(/^(?:vllm|sglang)$/.test(software) && { skip_special_tokens: false }),
    ...(ids === 'all' && detokenizes && software === 'vllm' && { return_tokens_as_token_ids: true }),
  };
}

export class Connection {
  readonly facts: ServerFacts;
  readonly vocabulary: ServerVocabulary;
  readonly #access: Access;
  /** Ids of the texts that were asked for last: every row of a text whose words are still pieces needs them again. */
  readonly #tokenized = new Map<string, readonly number[]>();

  constructor(access: Access, facts: ServerFacts, vocabulary: ServerVocabulary) {
    this.#access = access;
    this.facts = facts;
    this.vocabulary = vocabulary;
  }

  /** What the server says of the places after a prompt, one by one, `most` of them. The last has how it ended. */
  async *complete(prompt: Prompt, most: number, signal: AbortSignal): AsyncGenerator<Place> {
    const { transport, address, key } = this.#access;
    const body = { ...completionBody(this.facts, prompt, most), stream: most > 1 };
    let [text, finish]: [string, string | null] = ['', null];
    const pieces: Piece[] = [];
    /** A token without text is given once it is known whether the text ends with it. */
    let waiting: Said | null = null;
    for await (const value of transport({ address, key, path: '/v1/completions', body }, signal)) {
      const chunk: Chunk = readCompletion(value);
      text += chunk.text;
      finish = chunk.finish ?? finish;
      const ends = finish === 'stop' && (chunk.said.length > 0 ? chunk.text === '' : waiting !== null);
      if (waiting !== null && (chunk.said.length > 0 || finish !== null)) {
        yield { said: waiting, ends: ends && chunk.said.length === 0 };
        waiting = null;
      }
      for (const said of chunk.said) {
        if (pieces.push(await this.#named(said, signal)) > most)
          throw new NucleusError('bad_answer', `more than the ${most} tokens asked for`);
      }
      if (!spells(pieces, text, finish !== null))
        throw new NucleusError('bad_answer', 'the tokens do not spell the text beside them');
      for (const [i, said] of chunk.said.entries()) {
        const last = i === chunk.said.length - 1;
        if (last && chunk.text === '' && finish === null) waiting = said;
        else yield { said, ends: last && ends };
      }
    }
    if (waiting !== null) yield { said: waiting, ends: false };
    if (finish === null && pieces.length < most)
      throw new NucleusError('server_unreachable', 'the stream was cut', { address, why: 'cut' });
  }

  /** What the server says of the tokens of a prompt: null for the first. */
  async score(prompt: Prompt, signal: AbortSignal): Promise<readonly (Said | null)[]> {
    const { scores, candidates } = this.facts;
    const body = completionBody(this.facts, prompt, 1);
    if (scores === 'prompt_logprobs' && typeof prompt !== 'string') {
      const asked = { ...body, prompt_logprobs: candidates, return_tokens_as_token_ids: false };
      const { prompt: said } = readCompletion(await one(this.#access, '/v1/completions', asked, signal), {
        ids: prompt,
      });
      if (said === null) throw new NucleusError('bad_answer', 'the scores of the prompt did not come');
      return said;
    }
    if (scores !== 'echo') throw notGiven('score');
    const asked = { ...body, echo: true, return_tokens_as_token_ids: false };
    const { prompt: said } = readCompletion(await one(this.#access, '/v1/completions', asked, signal), 'echo');
    if (said === null || said.length === 0) throw new NucleusError('bad_answer', 'the echo came without its tokens');
    return said;
  }

  /** Ids of a text with their bytes as far as they are known; null where the server does not tokenise. */
  async tokenize(text: string, specials: boolean, signal: AbortSignal): Promise<readonly number[] | null> {
    if (!this.facts.tokenizes) return null;
    const key = `${specials} ${text}`;
    const known = this.#tokenized.get(key);
    if (known !== undefined) return known;
    const body = tokenizeBody(this.facts.model, text, specials);
    const pieces = readTokens(await one(this.#access, '/tokenize', body, signal));
    if (pieces.length > MOST_AROUND + text.length * 4)
      throw new NucleusError('bad_answer', `${pieces.length} tokens for a text of ${text.length} characters`);
    const ids = pieces.map(piece => this.vocabulary.idOf(piece));
    await this.learn(ids, signal);
    this.#tokenized.set(key, ids);
    keepLatest(this.#tokenized, MOST_KEPT);
    return ids;
  }

  /** Asks for the text of ids that are not known yet. */
  async learn(ids: readonly number[], signal: AbortSignal): Promise<void> {
    if (!this.facts.detokenizes) return;
    const unknown = [...new Set(ids)].filter(id => this.vocabulary.bytes(id) === undefined);
    const next = async (): Promise<void> => {
      for (let id = unknown.pop(); id !== undefined; id = unknown.pop()) {
        const body = detokenizeBody(this.facts.model, [id]);
        const text = readText(await one(this.#access, '/detokenize', body, signal));
        this.vocabulary.learn(id, new TextEncoder().encode(text));
      }
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, unknown.length) }, next));
  }

  /** The document's tokens as a prompt: their ids where the server takes these, else their text. */
  async prompt(tokens: ArrayLike<number>, signal: AbortSignal): Promise<Prompt> {
    const { vocabulary } = this;
    const bytes: number[] = [];
    const ids: number[] = [];
    const close = async (): Promise<void> => {
      if (bytes.length === 0) return;
      const made = await this.tokenize(tokenText(Uint8Array.from(bytes.splice(0))), false, signal);
      for (const id of made ?? []) ids.push(id);
    };
    const byIds = this.facts.takesIds;
    for (let i = 0; i < tokens.length; i++) {
      const id = tokens[i] ?? 0;
      if (byIds && !vocabulary.isPiece(id)) {
        await close();
        ids.push(id);
      } else for (const byte of vocabulary.bytes(id) ?? []) bytes.push(byte);
    }
    if (!byIds) return tokenText(Uint8Array.from(bytes));
    await close();
    return ids;
  }

  /** The token written, with the text of all that is said of its place known as far as the server tells it. */
  async #named({ token, top }: Said, signal: AbortSignal): Promise<Piece> {
    const lacking = [token, ...top].flatMap(({ piece: { id, bytes } }) => (id !== null && bytes === null ? [id] : []));
    for (const id of lacking) this.vocabulary.check(id);
    await this.learn(lacking, signal);
    const { id, bytes } = token.piece;
    return { id, bytes: bytes ?? (id === null ? null : (this.vocabulary.bytes(id) ?? null)) };
  }
}

/** Texts whose ids are kept. */
const MOST_KEPT = 64;
/** Tokens that a text of no characters may have: what texts begin and end with. */
const MOST_AROUND = 16;

export interface Place {
  readonly said: Said;
  /** The token ends the text, and the server went no further. */
  readonly ends: boolean;
}

export const notGiven = (what: string): NucleusError =>
  new NucleusError('not_given', `a server gives no ${what}`, { what });
