// Answers of servers, read by schemas: what OpenAI's completions are, and what vLLM, SGLang and llama.cpp's server make of them. Beyond the shape, what an answer claims is
// checked: probabilities are no more than 1, alone and together, and tokens spell the text that stands beside them.
import * as v from 'valibot';
import { keyOf } from '../lib/byte-key.ts';
import { NucleusError } from '../lib/error.ts';
import { concatBytes, tokenText } from '../tokenizer/text.ts';
import type { Piece } from './vocabulary.ts';

/** A token with its log-probability, nats. */
export interface Weighed {
  readonly piece: Piece;
  readonly logprob: number;
  /** Among all tokens, 1 is the likeliest; where the server says. */
  readonly rank?: number;
}

/** What a server says of one place: the token that stands there, and the likeliest ones. */
export interface Said {
  readonly token: Weighed;
  readonly top: readonly Weighed[];
}

export interface Chunk {
  readonly text: string;
  readonly said: readonly Said[];
  /** Why the server ended it; null while it goes on. */
  readonly finish: string | null;
  /** Of the prompt, from its second token on: null where nothing is said of it. */
  readonly prompt: readonly (Said | null)[] | null;
}

/** Candidates of one place that are read at most. */
const MOST_TOP = 4096;

const NUMBER_OR_NULL = v.nullish(v.number());
const IDS = v.nullish(v.array(v.number()));
const NAMED = v.object({
  token: v.string(),
  id: v.nullish(v.number()),
  bytes: v.nullish(v.array(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255)))),
  logprob: NUMBER_OR_NULL,
});
/** The list of OpenAI's chat, which llama.cpp gives for completions too. */
const CONTENT = v.object({
  content: v.nullable(v.array(v.object({ ...NAMED.entries, top_logprobs: v.nullish(v.array(NAMED)) }))),
});
/** The columns of OpenAI's completions. */
const COLUMNS = v.object({
  tokens: v.array(v.string()),
  token_logprobs: v.array(NUMBER_OR_NULL),
  top_logprobs: v.nullish(v.array(v.nullish(v.record(v.string(), v.number())))),
});
const PROMPT = v.array(
  v.nullish(
    v.record(
      v.string(),
      v.object({ logprob: v.number(), rank: v.nullish(v.number()), decoded_token: v.nullish(v.string()) }),
    ),
  ),
);
const LOGPROBS = v.nullish(v.union([CONTENT, COLUMNS]));
const COMPLETION = v.object({
  choices: v.array(
    v.object({
      text: v.nullish(v.string(), ''),
      finish_reason: v.nullish(v.string(), null),
      logprobs: LOGPROBS,
      token_ids: IDS,
      prompt_logprobs: v.nullish(PROMPT),
    }),
  ),
});

const lies = (what: string): NucleusError => new NucleusError('bad_answer', what);

/** @throws NucleusError bad_answer */
function read<S extends v.GenericSchema>(schema: S, value: unknown, what: string): v.InferOutput<S> {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const [{ path, message }] = result.issues;
  const where = path?.map(({ key }) => String(key)).join('.') ?? '';
  throw lies(`${what}${where === '' ? '' : `, ${where},`} is not of a known form: ${message}`);
}

const utf8 = new TextEncoder();

/** `bytes:\xe2\x80` is how bytes that are no text by themselves are written. */
function bytesOf(token: string): Uint8Array {
  if (!token.startsWith('bytes:')) return utf8.encode(token);
  const hex = [...token.matchAll(/\\x([0-9a-fA-F]{2})/g)].map(([, pair]) => Number.parseInt(pair ?? '', 16));
  return hex.length * 4 === token.length - 6 ? Uint8Array.from(hex) : utf8.encode(token);
}

/** `token_id:17` names a token by its id alone. */
function pieceOf(token: string, id: number | null = null, bytes: readonly number[] | null = null): Piece {
  const [, digits] = /^token_id:(\d{1,9})$/.exec(token) ?? [];
  if (digits !== undefined) return { id: Number(digits), bytes: null };
  return { id, bytes: bytes === null ? bytesOf(token) : Uint8Array.from(bytes) };
}

/** Sums of rounded numbers come a little over 1. */
const SLACK = 1e-3;

function logprobOf(logprob: number | null | undefined): number {
  if (logprob === null || logprob === undefined) return Number.NEGATIVE_INFINITY;
  if (Number.isNaN(logprob) || logprob > SLACK) throw lies(`a log-probability of ${logprob} is more than certain`);
  // What JSON cannot say is written as a very small number.
  return logprob <= -9000 ? Number.NEGATIVE_INFINITY : Math.min(0, logprob);
}

const nameOf = ({ id, bytes }: Piece): string => (id === null ? `t${keyOf(bytes ?? new Uint8Array())}` : `i${id}`);

/** Each token once, the likeliest first; what the server wrote is among them. */
function saidOf(token: Weighed, list: readonly Weighed[]): Said {
  if (list.length > MOST_TOP) throw lies(`${list.length} candidates of one token are more than are read`);
  const byName = new Map<string, Weighed>();
  // A name that stands for several tokens is that of the likeliest.
  for (const each of [token, ...list]) {
    const known = byName.get(nameOf(each.piece));
    if (known === undefined || each.logprob > known.logprob) byName.set(nameOf(each.piece), each);
  }
  // The written token may have its id, and its twin among the candidates the text alone.
  if (token.piece.id !== null && token.piece.bytes !== null) byName.delete(`t${keyOf(token.piece.bytes)}`);
  const top = [...byName.values()]
    .filter(({ logprob }) => logprob > Number.NEGATIVE_INFINITY)
    .sort((a, b) => b.logprob - a.logprob);
  const mass = top.reduce((sum, { logprob }) => sum + Math.exp(logprob), 0);
  if (mass > 1 + 10 * SLACK) throw lies(`the probabilities of one place sum to ${mass.toFixed(3)}`);
  return { token, top };
}

function saidOfColumns(
  { tokens, token_logprobs, top_logprobs }: v.InferOutput<typeof COLUMNS>,
  ids: readonly number[],
) {
  if (token_logprobs.length !== tokens.length) throw lies('tokens and their log-probabilities differ in number');
  // An echo has ids for what was written alone.
  const first = tokens.length - ids.length;
  return tokens.map((token, i): Said | null => {
    const logprob = token_logprobs[i];
    if (i === 0 && (logprob === null || logprob === undefined)) return null;
    const id = ids[i - first] ?? null;
    const listed = Object.entries(top_logprobs?.[i] ?? {}).map(([each, its]) => weighed(pieceOf(each), its));
    return saidOf(weighed(pieceOf(token, id), logprob), listed);
  });
}

const weighed = (piece: Piece, logprob: number | null | undefined): Weighed => ({ piece, logprob: logprobOf(logprob) });

function saidOfContent({ content }: v.InferOutput<typeof CONTENT>, ids: readonly number[]): Said[] {
  return (content ?? []).map(({ token, id, bytes, logprob, top_logprobs }, i) => {
    const named = pieceOf(token, id ?? ids[i] ?? null, bytes);
    const listed = top_logprobs?.map(each => weighed(pieceOf(each.token, each.id, each.bytes), each.logprob));
    return saidOf(weighed(named, logprob), listed ?? []);
  });
}

/** vLLM's: for each token a table by id, in which the token itself is. @param ids of the prompt: a table in JSON has no order. */
function saidOfPrompt(entries: v.InferOutput<typeof PROMPT>, ids: readonly number[]): (Said | null)[] {
  if (entries.length !== ids.length) throw lies(`${entries.length} scores for a prompt of ${ids.length} tokens`);
  return entries.map((entry, i) => {
    const list = Object.entries(entry ?? {}).map(([id, { logprob, rank, decoded_token }]): Weighed => {
      if (!/^\d{1,9}$/.test(id)) throw lies(`${id} is no id of a token`);
      const bytes = decoded_token === null || decoded_token === undefined ? null : bytesOf(decoded_token);
      const whole = { piece: { id: Number(id), bytes }, logprob: logprobOf(logprob) };
      return rank === null || rank === undefined ? whole : { ...whole, rank };
    });
    if (list.length === 0) return null;
    const token = list.find(({ piece }) => piece.id === ids[i]);
    if (token === undefined) throw lies(`the score of token ${i} of the prompt is of other tokens`);
    return saidOf(token, list);
  });
}

/** What was asked about the prompt: that it comes back in front, or scores of these ids. */
export type Asked = 'nothing' | 'echo' | { readonly ids: readonly number[] };

/** A completion, or a piece of a stream of one. @throws NucleusError bad_answer */
export function readCompletion(value: unknown, asked: Asked = 'nothing'): Chunk {
  const { choices } = read(COMPLETION, value, 'the completion');
  const [choice] = choices;
  // The last of a stream may hold counts alone.
  if (choice === undefined) return { text: '', said: [], finish: null, prompt: null };
  const { text, finish_reason: finish, logprobs, prompt_logprobs } = choice;
  const all = saidOfLogprobs(logprobs, choice.token_ids ?? []);
  if (asked === 'echo') return { text, said: [], finish, prompt: all };
  const scored = typeof asked === 'object' && prompt_logprobs ? saidOfPrompt(prompt_logprobs, asked.ids) : null;
  return { text, said: all.filter(each => each !== null), finish, prompt: scored };
}

function saidOfLogprobs(logprobs: v.InferOutput<typeof LOGPROBS>, ids: readonly number[]): readonly (Said | null)[] {
  if (logprobs === null || logprobs === undefined) return [];
  return 'content' in logprobs ? saidOfContent(logprobs, ids) : saidOfColumns(logprobs, ids);
}

/**
 * Whether tokens spell a text: white space and what is no text by itself is not looked at, names of special tokens may be left out at the end. While a stream goes on either
 * may be ahead; once it has ended no text may be left over.
 */
export function spells(pieces: readonly Piece[], text: string, ended: boolean): boolean {
  if (pieces.some(({ bytes }) => bytes === null)) return true;
  const bare = (words: string): string => words.replace(/[\s\u2581\ufffd]+/g, '');
  const spelled = bare(tokenText(concatBytes(pieces.map(({ bytes }) => bytes ?? new Uint8Array()))));
  const written = bare(text);
  return spelled.startsWith(written) || (!ended && written.startsWith(spelled.replace(/<[^<>]*>$/, '')));
}

const MODELS = v.object({
  data: v.array(
    v.object({
      id: v.string(),
      owned_by: v.nullish(v.string(), ''),
      max_model_len: NUMBER_OR_NULL,
      meta: v.nullish(v.object({ n_vocab: NUMBER_OR_NULL, n_ctx_train: NUMBER_OR_NULL, n_ctx: NUMBER_OR_NULL })),
    }),
  ),
});

const count = (value: number | null | undefined): number | null =>
  Number.isSafeInteger(value) && Number(value) > 0 ? Number(value) : null;

/** Ids of a vocabulary at most, several times the largest in use: rows are as long as their highest id. */
const MOST_VOCABULARY = 2 ** 22;

function vocabularyOf(value: number | null | undefined): number | null {
  const read = count(value);
  return read !== null && read > MOST_VOCABULARY ? null : read;
}

export interface ListedModel {
  readonly id: string;
  readonly software: string;
  readonly context: number | null;
  readonly vocabulary: number | null;
}

/** At most 1,000. */
export function readModels(value: unknown): ListedModel[] {
  return read(MODELS, value, 'the list of models')
    .data.slice(0, 1000)
    .map(({ id, owned_by, max_model_len, meta }) => ({
      id: id.slice(0, 300),
      software: owned_by.slice(0, 40),
      context: count(max_model_len ?? meta?.n_ctx ?? meta?.n_ctx_train),
      vocabulary: vocabularyOf(meta?.n_vocab),
    }));
}

const PROPS = v.object({
  default_generation_settings: v.nullish(v.object({ n_ctx: NUMBER_OR_NULL })),
  eos_token: v.nullish(v.string(), ''),
  bos_token: v.nullish(v.string(), ''),
  chat_template: v.nullish(v.string(), ''),
});

export interface Props {
  readonly context: number | null;
  readonly bos: string;
  readonly eos: string;
  /** Jinja; '' where the model has none. */
  readonly template: string;
}

/** llama.cpp's: the context of a slot, how the ends of a text are spelled, and the template of the model. */
export function readProps(value: unknown): Props {
  const { default_generation_settings, bos_token, eos_token, chat_template } = read(PROPS, value, 'the properties');
  const context = count(default_generation_settings?.n_ctx);
  return { context, bos: bos_token, eos: eos_token, template: chat_template };
}

/** As templates write them: `<|im_start|>`, `<start_of_turn>`, `[INST]`. */
const NAME = /<[|\uff5c][^<>|\uff5c\s"']{1,60}[|\uff5c]>|<\/?[a-z_]{1,30}>|\[\/?[A-Z_]{2,30}\]/g;
/** Each is two requests. */
const MOST_NAMES = 24;

/** What may be names of special tokens in a template, each once. */
export const namesIn = (template: string): string[] =>
  [...new Set(template.slice(0, 100_000).match(NAME) ?? [])].slice(0, MOST_NAMES);

const TOKENS = v.object({
  tokens: v.array(
    v.union([v.number(), v.object({ id: v.number(), piece: v.union([v.string(), v.array(v.number())]) })]),
  ),
});

/** Ids of a text, with their pieces where the server gives them. */
export function readTokens(value: unknown): Piece[] {
  return read(TOKENS, value, 'the list of tokens').tokens.map(token => {
    if (typeof token === 'number') return { id: token, bytes: null };
    const { id, piece } = token;
    return { id, bytes: typeof piece === 'string' ? utf8.encode(piece) : Uint8Array.from(piece) };
  });
}

const TEXT = v.union([
  v.object({ prompt: v.string() }),
  v.object({ content: v.string() }),
  v.object({ text: v.string() }),
]);

/** The text of ids: vLLM, llama.cpp and SGLang each have a name of their own for it. */
export function readText(value: unknown): string {
  const found = read(TEXT, value, 'the text of tokens');
  return 'prompt' in found ? found.prompt : 'content' in found ? found.content : found.text;
}
