// Test support: a small server in the shape of OpenAI's completions, as llama.cpp's server, vLLM and SGLang each have it, over any function that gives log-probabilities.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Flavour = 'llamacpp' | 'vllm' | 'sglang' | 'plain';

/** What computes. */
export interface ServedModel {
  readonly name: string;
  readonly vocabulary: number;
  readonly context: number;
  /** Ids of a text, without what a text begins with. */
  encode(text: string): readonly number[];
  /** Bytes of a token by itself; none for a token of the model's own alphabet. */
  bytes(id: number): Uint8Array;
  readonly bos: number | null;
  readonly eos: number | null;
  /** Special tokens beside these two, and the template that writes them. */
  readonly names?: ReadonlyMap<string, number>;
  readonly template?: string;
  /** Natural logarithms of all probabilities, by id. */
  logprobs(ids: readonly number[]): ReadonlyMap<number, number> | Promise<ReadonlyMap<number, number>>;
}

export interface AskedOf {
  readonly method: string;
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Takes a request in place of the server; true when it did. */
type Interception = (asked: AskedOf, response: ServerResponse) => boolean | Promise<boolean>;

export interface ModelServerOptions {
  readonly flavour: Flavour;
  readonly model: ServedModel;
  readonly key?: string;
  readonly cors?: boolean;
  readonly most?: number;
  intercept?: Interception;
}

export interface ModelServer {
  readonly url: string;
  readonly asked: AskedOf[];
  /** Streams that ended before the server had said all. */
  readonly aborted: { count: number };
  close(): Promise<void>;
}

/** Most candidates that each agrees to. */
const MOST: Readonly<Record<Flavour, number>> = { llamacpp: 1000, vllm: 20, sglang: 1000, plain: 5 };

export const JSON_TYPE = { 'Content-Type': 'application/json; charset=utf-8' };
export const EVENTS_TYPE = { 'Content-Type': 'text/event-stream; charset=utf-8' };

export async function serveModel(options: ModelServerOptions): Promise<ModelServer> {
  const asked: AskedOf[] = [];
  const aborted = { count: 0 };
  const server = createServer((request, response) => {
    answer(request, response, options, asked, aborted).catch(() => response.destroy());
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    aborted,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function bodyOf(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  let text = '';
  for await (const piece of request) text += String(piece);
  return text === '' ? {} : JSON.parse(text);
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: ModelServerOptions,
  log: AskedOf[],
  aborted: { count: number },
): Promise<void> {
  const { method = 'GET', url = '/', headers } = request;
  if (options.cors !== false) {
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Access-Control-Allow-Headers', 'authorization, content-type');
  }
  if (method === 'OPTIONS') {
    response.writeHead(204).end();
    return;
  }
  const asked = { method, path: url, body: await bodyOf(request), headers };
  log.push(asked);
  if (await options.intercept?.(asked, response)) return;
  if (options.key !== undefined && headers.authorization !== `Bearer ${options.key}`) {
    refuse(response, 401, 'Invalid API Key');
    return;
  }
  const send = (value: unknown): void => void response.writeHead(200, JSON_TYPE).end(JSON.stringify(value));
  switch (url) {
    case '/v1/models':
      return send({ object: 'list', data: [listed(options)] });
    case '/props':
      if (options.flavour !== 'llamacpp') break;
      return send({ default_generation_settings: { n_ctx: options.model.context }, ...spelled(options.model) });
    case '/tokenize':
      if (options.flavour === 'plain') break;
      return send(tokenized(options, asked.body));
    case '/detokenize':
      if (options.flavour === 'plain') break;
      return send(detokenized(options, asked.body));
    case '/v1/completions':
      return complete(options, asked.body, response, aborted);
  }
  refuse(response, 404, 'Not Found');
}

export function refuse(response: ServerResponse, status: number, message: string, headers = {}): void {
  response.writeHead(status, { ...JSON_TYPE, ...headers }).end(JSON.stringify({ error: { message, code: status } }));
}

function listed({ flavour, model: { name, vocabulary, context } }: ModelServerOptions): object {
  const plain = { id: name, object: 'model', created: 1, owned_by: flavour === 'plain' ? 'someone' : flavour };
  if (flavour === 'llamacpp') return { ...plain, meta: { vocab_type: 2, n_vocab: vocabulary, n_ctx_train: context } };
  return flavour === 'plain' ? plain : { ...plain, root: name, parent: null, max_model_len: context };
}

const EOS_NAME = '<|endoftext|>';
const spelled = ({ bos, eos, template }: ServedModel): object => ({
  bos_token: bos === null ? '' : EOS_NAME,
  eos_token: eos === null ? '' : EOS_NAME,
  ...(template === undefined ? {} : { chat_template: template }),
});

/** Ids of a text in which the name of a special token is that token, wherever it stands. */
function withNames(model: ServedModel, text: string): readonly number[] {
  const end = model.eos ?? model.bos;
  const names = new Map([...(model.names ?? []), ...(end === null ? [] : [[EOS_NAME, end] as const])]);
  const parts = [...names.keys()].reduce((all, name) => all.flatMap(part => cutAt(part, name, names)), [text]);
  return parts.flatMap(part => names.get(part) ?? model.encode(part));
}

/** The text between and the name itself, wherever it stands; other names stay whole. */
const cutAt = (part: string, name: string, names: ReadonlyMap<string, number>): string[] =>
  names.has(part) ? [part] : part.split(name).flatMap((each, i) => (i === 0 ? [each] : [name, each]));

function tokenized({ flavour, model }: ModelServerOptions, body: Readonly<Record<string, unknown>>): object {
  const llama = flavour === 'llamacpp';
  const text = String(llama ? body.content : body.prompt);
  const bare = llama && body.parse_special === false ? model.encode(text) : withNames(model, text);
  const begins = (llama ? body.add_special : body.add_special_tokens) === true && model.bos !== null;
  const ids = begins ? [model.bos ?? 0, ...bare] : [...bare];
  if (!llama) return { count: ids.length, max_model_len: model.context, tokens: ids };
  if (body.with_pieces !== true) return { tokens: ids };
  return { tokens: ids.map(id => ({ id, piece: pieceOf(model.bytes(id)) })) };
}

const fatal = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function pieceOf(bytes: Uint8Array): string | number[] {
  try {
    return fatal.decode(bytes);
  } catch {
    return [...bytes];
  }
}

const textOf = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);

function detokenized({ flavour, model }: ModelServerOptions, { tokens }: Readonly<Record<string, unknown>>): object {
  const ids = Array.isArray(tokens) ? tokens.map(Number) : [];
  const text = textOf(Uint8Array.from(ids.flatMap(id => [...shown(model, id)])));
  return flavour === 'llamacpp' ? { content: text } : flavour === 'vllm' ? { prompt: text } : { text };
}

const shown = (model: ServedModel, id: number): Uint8Array =>
  id === model.eos || id === model.bos ? new TextEncoder().encode(EOS_NAME) : model.bytes(id);

interface Entry {
  readonly id: number;
  readonly logprob: number;
  readonly rank: number;
  readonly top: readonly (readonly [number, number])[];
}

function entryOf(id: number, logprobs: ReadonlyMap<number, number>, most: number): Entry {
  const sorted = [...logprobs].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  const logprob = logprobs.get(id) ?? Number.NEGATIVE_INFINITY;
  return { id, logprob, rank: 1 + sorted.filter(([, each]) => each > logprob).length, top: sorted.slice(0, most) };
}

/** The likeliest, as every request of the page asks for it. */
const greedy = (logprobs: ReadonlyMap<number, number>): number =>
  [...logprobs].reduce((best, each) => (each[1] > best[1] ? each : best), [0, Number.NEGATIVE_INFINITY] as const)[0];

async function complete(
  options: ModelServerOptions,
  body: Readonly<Record<string, unknown>>,
  response: ServerResponse,
  aborted: { count: number },
): Promise<void> {
  const { flavour, model } = options;
  const most = Number(body.logprobs ?? 0);
  const limit = options.most ?? MOST[flavour];
  if (most > limit)
    return refuse(response, 400, `Requested sample logprobs of ${most}, which is greater than max allowed: ${limit}`);
  if (flavour === 'llamacpp' && body.echo === true) return refuse(response, 400, 'Only no echo is supported');
  if (flavour === 'plain' && typeof body.prompt !== 'string') return refuse(response, 400, 'prompt must be a string');
  const given = typeof body.prompt === 'string' ? withNames(model, body.prompt) : (body.prompt as number[]);
  const ids = typeof body.prompt === 'string' && model.bos !== null ? [model.bos, ...given] : [...given];
  const prompt: (Entry | null)[] = [null];
  if (body.echo === true || Number(body.prompt_logprobs ?? 0) > 0)
    for (let at = 1; at < ids.length; at++)
      prompt.push(entryOf(ids[at] ?? 0, await model.logprobs(ids.slice(0, at)), most));
  const inputs = ids.slice();
  const scored = flavour === 'vllm' && body.prompt_logprobs !== undefined ? promptTable(model, prompt) : undefined;
  let gone = false;
  response.on('close', () => {
    if (!response.writableFinished) {
      gone = true;
      aborted.count += 1;
    }
  });
  const entries: Entry[] = [];
  if (body.stream === true) response.writeHead(200, EVENTS_TYPE);
  for (let made = 0; made < Number(body.max_tokens ?? 16) && !gone; made++) {
    const logprobs = await model.logprobs(ids);
    const id = greedy(logprobs);
    ids.push(id);
    const entry = entryOf(id, logprobs, most);
    entries.push(entry);
    const ends = id === model.eos;
    const last = ends || made + 1 === Number(body.max_tokens ?? 16);
    // llama.cpp says why it ended in a piece of its own.
    const finish = last && flavour !== 'llamacpp' ? (ends ? 'stop' : 'length') : null;
    if (body.stream === true) {
      const piece = { text: ends ? '' : textOf(model.bytes(id)), entries: [entry], finish };
      response.write(`data: ${JSON.stringify(chunk(options, body, piece))}\n\n`);
      if (last && finish === null)
        response.write(
          `data: ${JSON.stringify(chunk(options, body, { text: '', entries: [], finish: ends ? 'stop' : 'length' }))}\n\n`,
        );
      await new Promise(resolve => setImmediate(resolve));
    }
    if (last) break;
  }
  if (body.stream === true) {
    response.end('data: [DONE]\n\n');
    return;
  }
  const ends = entries.at(-1)?.id === model.eos;
  const text = textOf(
    Uint8Array.from(entries.filter(each => each.id !== model.eos).flatMap(each => [...model.bytes(each.id)])),
  );
  const before = body.echo === true ? textOf(Uint8Array.from(inputs.flatMap(id => [...shown(model, id)]))) : '';
  const piece = { text: before + text, entries, finish: ends ? 'stop' : 'length' };
  const echoed = body.echo === true ? { ids: inputs, prompt } : null;
  const value = chunk(options, body, piece, echoed, scored);
  response.writeHead(200, JSON_TYPE).end(JSON.stringify(value));
}

interface ChunkPart {
  readonly text: string;
  readonly entries: readonly Entry[];
  readonly finish: string | null;
}

function chunk(
  { flavour, model }: ModelServerOptions,
  body: Readonly<Record<string, unknown>>,
  { text, entries, finish }: ChunkPart,
  echo: { readonly ids: readonly number[]; readonly prompt: readonly (Entry | null)[] } | null = null,
  scored?: object,
): object {
  const byIds = body.return_tokens_as_token_ids === true && flavour === 'vllm';
  const name = (id: number): string => (byIds ? `token_id:${id}` : textOf(shown(model, id)));
  const table = (entry: Entry | null): object | null =>
    entry &&
    Object.fromEntries(
      [...entry.top, [entry.id, entry.logprob] as const].toReversed().map(([id, logprob]) => [name(id), logprob]),
    );
  const all = [...(echo?.prompt ?? []), ...entries];
  const ids = [...(echo?.ids ?? []), ...entries.map(each => each.id)];
  const choice = { index: 0, text, finish_reason: finish };
  const whole = { id: 'cmpl-1', object: 'text_completion', created: 1, model: model.name };
  if (flavour === 'llamacpp') {
    const named = (id: number, logprob: number): object => ({
      id,
      token: textOf(model.bytes(id)),
      bytes: [...model.bytes(id)],
      logprob,
    });
    const content = entries.map(({ id, logprob, top }) => ({
      ...named(id, logprob),
      top_logprobs: top.map(([each, its]) => named(each, its)),
    }));
    return { ...whole, choices: [{ ...choice, logprobs: entries.length === 0 ? null : { content } }] };
  }
  const logprobs = {
    text_offset: ids.map(() => -1),
    tokens: ids.map(name),
    token_logprobs: all.map(entry => entry?.logprob ?? null),
    top_logprobs: all.map(table),
  };
  const told = body.return_token_ids === true && flavour !== 'plain' ? { token_ids: entries.map(each => each.id) } : {};
  return { ...whole, choices: [{ ...choice, logprobs, ...told, ...(scored && { prompt_logprobs: scored }) }] };
}

function promptTable(model: ServedModel, prompt: readonly (Entry | null)[]): (object | null)[] {
  return prompt.map(
    entry =>
      entry &&
      Object.fromEntries(
        [[entry.id, entry.logprob] as const, ...entry.top].map(([id, logprob]) => [
          id,
          {
            logprob,
            rank: id === entry.id ? entry.rank : 1 + entry.top.findIndex(([each]) => each === id),
            decoded_token: textOf(shown(model, id)),
          },
        ]),
      ),
  );
}
