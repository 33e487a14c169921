// What a server gives, by asking: its models, whether it tokenises, a token with its candidates, the score of a prompt. What it does not answer it does not give.
import { asNucleusError, NucleusError } from '../lib/error.ts';
import type { ServerFacts } from '../protocol/server.ts';
import { type Access, completionBody, detokenizeBody, one, type Prompt, tokenizeBody } from './connection.ts';
import {
  type ListedModel,
  namesIn,
  type Props,
  readCompletion,
  readModels,
  readProps,
  readText,
  readTokens,
  type Said,
} from './formats.ts';
import { MOST_IDS, ServerVocabulary } from './vocabulary.ts';

/** A text of several tokens in every vocabulary. */
const TEXT = 'One, two, three';
/** Candidates that are asked for, until a server agrees. */
const CANDIDATES = [100, 50, 20, 10, 5, 2, 1];

export interface Found {
  readonly facts: ServerFacts;
  readonly vocabulary: ServerVocabulary;
}

/**
 * @param wanted a model of the list; '' for its first. @param name what the ids of this connection are told apart by.
 * Throws `server_unreachable`, `server_refused`, `rate_limited`, `bad_answer`, `not_given`, `cancelled`.
 */
export async function probe(access: Access, wanted: string, name: string, signal: AbortSignal): Promise<Found> {
  const listed = readModels(await one(access, '/v1/models', null, signal));
  const found = listed.find(({ id }) => id === wanted) ?? (wanted === '' ? listed[0] : undefined);
  if (found === undefined)
    throw new NucleusError('bad_answer', wanted === '' ? 'the server lists no model' : `the server lists no ${wanted}`);
  const model = found.id;
  const props = await optional(async () => readProps(await one(access, '/props', null, signal)));
  const ids = await optional(() => askTokens(access, model, signal));
  const plain = {
    model,
    models: listed.map(({ id }) => id),
    software: softwareOf(found, props !== null),
    context: props?.context ?? found.context,
    vocabulary: found.vocabulary,
    tokenizes: ids !== null,
    detokenizes: ids !== null && (await detokenizes(access, model, ids.bare, signal)),
    scores: null,
  } as const;
  const prompt = ids === null ? null : [...ids.opening, ...ids.bare];
  const candidates = await askCandidates(access, plain, prompt, signal);
  const { said, takesIds } = candidates;
  const idsGiven = idsOf(said, plain.detokenizes);
  const facts: ServerFacts = {
    address: access.address,
    ...plain,
    candidates: candidates.most,
    ids: idsGiven,
    takesIds: takesIds && idsGiven !== 'none',
  };
  const scored = { ...facts, scores: await askScores(access, facts, facts.takesIds ? prompt : null, signal) };
  return { facts: scored, vocabulary: await vocabularyOf(access, scored, ids, props, name, signal) };
}

/** Null where the server does not answer so; whoever asks has stopped, or is asked to wait, is told. */
async function optional<T>(asking: () => Promise<T>): Promise<T | null> {
  try {
    return await asking();
  } catch (thrown) {
    const error = asNucleusError(thrown);
    if (error.code === 'cancelled' || error.code === 'rate_limited' || error.code === 'internal') throw error;
    return null;
  }
}

/** llama.cpp's server is the one that has /props and names itself in the list; the others name themselves there. */
function softwareOf({ software }: ListedModel, hasProps: boolean): string {
  return software !== '' ? software : hasProps ? 'llamacpp' : '';
}

interface Tokens {
  /** Of the text alone, and what the server puts before a text. */
  readonly bare: readonly number[];
  readonly opening: readonly number[];
}

async function askTokens(access: Access, model: string, signal: AbortSignal): Promise<Tokens> {
  const ask = async (specials: boolean): Promise<number[]> => {
    const made = readTokens(await one(access, '/tokenize', tokenizeBody(model, TEXT, specials), signal));
    return made.map(({ id }) => id ?? -1);
  };
  const [bare, whole] = [await ask(false), await ask(true)];
  if (bare.length === 0) throw new NucleusError('bad_answer', 'a text without tokens');
  const before = whole.length - bare.length;
  const opens = before > 0 && bare.every((id, i) => whole[before + i] === id);
  return { bare, opening: opens ? whole.slice(0, before) : [] };
}

async function detokenizes(
  access: Access,
  model: string,
  ids: readonly number[],
  signal: AbortSignal,
): Promise<boolean> {
  const text = await optional(async () =>
    readText(await one(access, '/detokenize', detokenizeBody(model, ids), signal)),
  );
  return text !== null && text.trim() === TEXT;
}

interface Candidates {
  readonly most: number;
  readonly said: Said;
  readonly takesIds: boolean;
}

/** One token with its candidates: of ids where the server takes them, and as many as it agrees to. */
async function askCandidates(
  access: Access,
  plain: Omit<ServerFacts, 'address' | 'candidates' | 'ids' | 'takesIds'>,
  ids: readonly number[] | null,
  signal: AbortSignal,
): Promise<Candidates> {
  const prompts: readonly Prompt[] = ids === null ? [TEXT] : [ids, TEXT];
  let last: unknown = null;
  for (const prompt of prompts) {
    for (const candidates of CANDIDATES) {
      const takesIds = typeof prompt !== 'string';
      const body = completionBody({ ...plain, candidates, ids: 'all', takesIds }, prompt, 1);
      try {
        const { said } = readCompletion(await one(access, '/v1/completions', body, signal));
        const [first] = said;
        if (first === undefined) break;
        return { most: given(candidates, first), said: first, takesIds };
      } catch (thrown) {
        const error = asNucleusError(thrown);
        // Too many, or not in this way: it says so with 400 or 422.
        if (error.code !== 'server_refused' || !isOfRequest(error.detail.status)) throw error;
        last = error;
      }
    }
  }
  throw (
    last ?? new NucleusError('not_given', 'no log-probabilities came', { what: 'logprobs', address: access.address })
  );
}

/** As many as were asked for, unless the server gives far fewer: several tokens of one text are listed once. */
const given = (asked: number, { top }: Said): number => (top.length >= 0.8 * asked ? asked : Math.max(1, top.length));

const isOfRequest = (status: string | number | undefined): boolean =>
  status === 400 || status === 413 || status === 422 || status === 500;

function idsOf({ token, top }: Said, detokenizes: boolean): ServerFacts['ids'] {
  const named = (each: Said['token']): boolean => each.piece.id !== null && (each.piece.bytes !== null || detokenizes);
  if (top.every(named)) return 'all';
  return named(token) ? 'written' : 'none';
}

async function askScores(
  access: Access,
  facts: ServerFacts,
  ids: readonly number[] | null,
  signal: AbortSignal,
): Promise<ServerFacts['scores']> {
  const plain = { ...completionBody(facts, ids ?? TEXT, 1), logprobs: 1, return_tokens_as_token_ids: false };
  if (ids !== null) {
    const scored = await optional(async () => {
      const answer = await one(access, '/v1/completions', { ...plain, prompt_logprobs: 1 }, signal);
      return readCompletion(answer, { ids }).prompt;
    });
    if (scored?.some(each => each !== null)) return 'prompt_logprobs';
  }
  const echoed = await optional(async () =>
    readCompletion(await one(access, '/v1/completions', { ...plain, echo: true }, signal), 'echo'),
  );
  // Without an echo the answer has the one token that was written.
  const said = echoed?.prompt ?? [];
  return said.length > 2 &&
    echoed?.text
      .replace(/^<[^>]*>/, '')
      .trimStart()
      .startsWith(TEXT) === true
    ? 'echo'
    : null;
}

async function vocabularyOf(
  access: Access,
  facts: ServerFacts,
  tokens: Tokens | null,
  props: Props | null,
  name: string,
  signal: AbortSignal,
): Promise<ServerVocabulary> {
  const made = new ServerVocabulary(name, facts.ids === 'none' ? 0 : (facts.vocabulary ?? MOST_IDS));
  if (!facts.takesIds || tokens === null) return made;
  for (const [i, id] of tokens.opening.entries()) {
    made.special(id, i === 0 && props?.bos ? props.bos : await nameOf(access, facts, id, signal));
    made.opening.push(id);
  }
  const ends = props?.eos ? await optional(() => askSpecial(access, facts.model, props.eos, signal)) : null;
  if (ends !== null) {
    made.special(ends, props?.eos ?? '');
    made.end(ends);
  }
  // What its template writes as special tokens a person's own may, too.
  const names = namesIn(props?.template ?? '');
  const found = await Promise.all(names.map(each => optional(() => askNamed(access, facts.model, each, signal))));
  for (const [i, id] of found.entries()) if (id !== null) made.special(id, names[i] ?? '');
  return made;
}

/** The id of a name that is a special token; null where it is a text like any other. */
async function askNamed(access: Access, model: string, spelled: string, signal: AbortSignal): Promise<number | null> {
  const [id, plain] = [
    await askSpecial(access, model, spelled, signal),
    readTokens(await one(access, '/tokenize', tokenizeBody(model, spelled, false), signal)),
  ];
  return plain.length === 1 && plain[0]?.id === id ? null : id;
}

async function nameOf(access: Access, { model }: ServerFacts, id: number, signal: AbortSignal): Promise<string> {
  const text = await optional(async () =>
    readText(await one(access, '/detokenize', detokenizeBody(model, [id]), signal)),
  );
  return text === null || text === '' ? `<|${id}|>` : text;
}

/** The id of a special token that is spelled out. */
async function askSpecial(access: Access, model: string, spelled: string, signal: AbortSignal): Promise<number> {
  const body = { ...tokenizeBody(model, spelled, false), parse_special: true };
  const [first, second] = readTokens(await one(access, '/tokenize', body, signal));
  if (first === undefined || first.id === null || second !== undefined)
    throw new NucleusError('bad_answer', `${spelled} is no token`);
  return first.id;
}
