// Servers that are down, slow, cut, closed, or not what they say: each ends in a typed error, keeps what came before, and asks nothing of another address.
import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import {
  type AskedOf,
  EVENTS_TYPE,
  JSON_TYPE,
  type ModelServer,
  type ModelServerOptions,
  refuse,
  serveModel,
} from '../../e2e/support/model-server.ts';
import { plainTransport } from '../../e2e/support/plain-transport.ts';
import { scriptedModel } from '../../e2e/support/scripted-model.ts';
import type { ErrorCode, ErrorDetail } from '../lib/error.ts';
import type { Command } from '../protocol/commands.ts';
import type { EngineEvent } from '../protocol/events.ts';
import { STARTING_SETTINGS } from '../sampling/starting.ts';
import { createServerEngine } from './engine.ts';
import { readModels } from './formats.ts';
import { ask, MOST_LINE } from './wire.ts';

const servers: ModelServer[] = [];
afterEach(async () => {
  for (const each of servers.splice(0)) await each.close();
});

async function served(options: Partial<ModelServerOptions> = {}): Promise<ModelServer> {
  const server = await serveModel({ flavour: 'vllm', model: scriptedModel(), ...options });
  servers.push(server);
  return server;
}

/** The engine behind its messages; a run resolves with all that was said of it. */
function engine(): { run(command: Command, on?: (event: EngineEvent) => void): Promise<EngineEvent[]>; stop(): void } {
  const listeners = new Set<(event: EngineEvent) => void>();
  const made = createServerEngine(event => {
    for (const each of [...listeners]) each(event);
  }, plainTransport);
  return {
    run: (command, on) =>
      new Promise(resolve => {
        const events: EngineEvent[] = [];
        const listener = (event: EngineEvent): void => {
          if (event.run !== command.run) return;
          events.push(event);
          on?.(event);
          if (event.type !== 'done' && event.type !== 'failed') return;
          listeners.delete(listener);
          resolve(events);
        };
        listeners.add(listener);
        made.receive(command);
      }),
    stop: () => made.receive({ type: 'cancel', run: 2 }),
  };
}

const load = (server: { readonly url: string }, run = 1): Command => ({
  type: 'load',
  run,
  source: { kind: 'server', address: server.url, model: '' },
  origins: { shippedBase: '', hubHost: '' },
  keep: false,
  refresh: false,
});

const PROMPT = Uint32Array.of(5, 6, 7);
const generate: Command = {
  type: 'generate',
  run: 2,
  tokens: PROMPT,
  drawn: new Uint8Array(3),
  settings: { ...STARTING_SETTINGS, temperature: 0, max_new_tokens: 12 },
  seed: 1,
};

const failure = (events: readonly EngineEvent[]): { code: ErrorCode; message: string; detail: ErrorDetail } | null => {
  const last = events.at(-1);
  return last?.type === 'failed' ? last.error : null;
};

const told = (events: readonly EngineEvent[]): EngineEvent[] => events.filter(({ type }) => type === 'token');

/** A stream of the server from its third token on is replaced. */
function afterTwo(say: (response: ServerResponse) => void): NonNullable<ModelServerOptions['intercept']> {
  return ({ body }, response) => {
    if (body.stream !== true) return false;
    const write = response.write.bind(response);
    let pieces = 0;
    response.write = ((piece: string) => {
      pieces += 1;
      if (pieces <= 2) return write(piece);
      response.write = write;
      say(response);
      response.write = () => true;
      response.end = () => response;
      return true;
    }) as typeof response.write;
    return false;
  };
}

const event = (choice: object): string =>
  `data: ${JSON.stringify({ choices: [{ text: 'a', finish_reason: null, ...choice }] })}\n\n`;
const columns = (tokens: string[], logprobs: number[], top: object[] = []): object => ({
  logprobs: { tokens, token_logprobs: logprobs, top_logprobs: top },
});

const LIES: readonly (readonly [string, (response: ServerResponse) => void, ErrorCode, RegExp])[] = [
  ['a probability above 1', r => r.write(event(columns(['a'], [0.7]))), 'bad_answer', /more than certain/],
  [
    'probabilities that sum to more than 1',
    r => r.write(event(columns(['token_id:5'], [-0.1], [{ 'token_id:5': -0.1, 'token_id:6': -0.2 }]))),
    'bad_answer',
    /sum to 1\.7/,
  ],
  ['an id out of range', r => r.write(event(columns(['token_id:999999999'], [-1]))), 'bad_answer', /999999999/],
  [
    'a text that is not its tokens',
    r => r.write(event({ ...columns([' cat'], [-1]), text: ' dog', token_ids: [9] })),
    'bad_answer',
    /do not spell/,
  ],
  [
    'text without numbers',
    r => r.write(event({ text: ' dog' }) + event({ finish_reason: 'length', text: ' x' })),
    'bad_answer',
    /spell/,
  ],
  [
    'tokens and numbers that differ in number',
    r => r.write(event(columns(['a', 'b'], [-1]))),
    'bad_answer',
    /differ in number/,
  ],
  [
    'words in the place of numbers',
    r => r.write(event({ logprobs: { tokens: ['a'], token_logprobs: ['much'] } })),
    'bad_answer',
    /known form/,
  ],
  ['no JSON', r => r.write('data: {"choices": [\n\n'), 'bad_answer', /no JSON/],
  [
    'an error amid the stream',
    r => r.write('data: {"error": {"message": "out of blocks", "code": 500}}\n\n'),
    'server_refused',
    /out of blocks/,
  ],
  ['a line without an end', r => r.write(`data: "${'x'.repeat(MOST_LINE + 10)}`), 'bad_answer', /does not end/],
  ['a cut', r => r.destroy(), 'server_unreachable', /cut/],
];

describe('a stream that goes wrong', () => {
  test.each(LIES)('%s', async (_, say, code, words) => {
    const server = await served({ intercept: afterTwo(say) });
    const { run } = engine();
    expect(failure(await run(load(server)))).toBeNull();
    const events = await run(generate);
    // What had come stays.
    expect(told(events)).toHaveLength(2);
    expect(failure(events)).toMatchObject({ code, message: expect.stringMatching(words) });
  });

  test('a stream that says less than was asked for and does not say why', async () => {
    const server = await served({ intercept: afterTwo(response => response.socket?.end('0\r\n\r\n')) });
    const { run } = engine();
    await run(load(server));
    expect(failure(await run(generate))).toMatchObject({ code: 'server_unreachable', detail: { why: 'cut' } });
  });

  test('Stop ends the request, and what came stays', async () => {
    const server = await served({ intercept: afterTwo(() => {}) });
    const { run, stop } = engine();
    await run(load(server));
    let seen = 0;
    const events = await run(generate, ({ type }) => {
      if (type === 'token' && ++seen === 2) stop();
    });
    expect(told(events)).toHaveLength(2);
    expect(events.find(({ type }) => type === 'finished')).toMatchObject({ reason: 'cancelled', generated: 2 });
    await expect.poll(() => server.aborted.count).toBe(1);
  });
});

test('Stop ends a body that the abort of its request does not reach', async () => {
  const encoder = new TextEncoder();
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    start: stream => stream.enqueue(encoder.encode('data: {"a":1}\n\n')),
    cancel: () => {
      cancelled = true;
    },
  });
  const answer = new Response(body, { headers: { 'Content-Type': 'text/event-stream' } });
  const net = { fetch: () => Promise.resolve(answer), secure: false, refusedByPolicy: () => false };
  const abort = new AbortController();
  const values = ask({ address: 'http://a.test', path: '/v1', key: '', body: {} }, abort.signal, net);
  expect((await values.next()).value).toEqual({ a: 1 });
  const next = values.next();
  abort.abort();
  await expect(next).rejects.toMatchObject({ code: 'cancelled' });
  expect(cancelled).toBe(true);
});

const ANSWERS: readonly (readonly [
  string,
  (asked: AskedOf, response: ServerResponse) => void,
  ErrorCode,
  ErrorDetail,
])[] = [
  ['a web page', (_, r) => r.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>'), 'bad_answer', {}],
  ['no type', (_, r) => r.writeHead(200).end('{}'), 'bad_answer', {}],
  ['401', (_, r) => refuse(r, 401, 'no key'), 'server_refused', { status: 401, key: 0, said: 'no key' }],
  ['429 in seconds', (_, r) => refuse(r, 429, 'slow down', { 'Retry-After': '7' }), 'rate_limited', { seconds: 7 }],
  ['429 without a time', (_, r) => refuse(r, 429, 'slow down'), 'rate_limited', { status: 429 }],
  ['503', (_, r) => refuse(r, 503, 'Loading model'), 'server_refused', { status: 503, said: 'Loading model' }],
  ['a redirect', (_, r) => r.writeHead(302, { Location: 'http://127.0.0.1:1/' }).end(), 'server_unreachable', {}],
  ['an empty list', (_, r) => r.writeHead(200, JSON_TYPE).end('{"data": []}'), 'bad_answer', {}],
  ['another shape', (_, r) => r.writeHead(200, JSON_TYPE).end('{"data": {"id": 3}}'), 'bad_answer', {}],
  [
    'half an answer',
    (_, r) => void r.writeHead(200, { ...JSON_TYPE, 'Content-Length': '500' }).end('{"data'),
    'server_unreachable',
    { why: 'cut' },
  ],
];

describe('a server that cannot be used', () => {
  test.each(ANSWERS)('%s', async (_, say, code, detail) => {
    const server = await served({
      intercept: (asked, response) => {
        say(asked, response);
        return true;
      },
    });
    const error = failure(await engine().run(load(server)));
    expect(error).toMatchObject({ code, detail });
  });

  test('nobody there', async () => {
    const server = await serveModel({ flavour: 'vllm', model: scriptedModel() });
    await server.close();
    expect(failure(await engine().run(load(server)))).toMatchObject({
      code: 'server_unreachable',
      detail: { address: server.url, why: 'down' },
    });
  });

  test('one without log-probabilities is said to be of no use', async () => {
    const server = await served({
      intercept: ({ path }, response) => {
        if (path !== '/v1/completions') return false;
        response
          .writeHead(200, JSON_TYPE)
          .end('{"choices": [{"text": "a", "logprobs": null, "finish_reason": "length"}]}');
        return true;
      },
    });
    const error = failure(await engine().run(load(server)));
    expect(error).toMatchObject({ code: 'not_given', detail: { what: 'logprobs' } });
  });
});

describe('the way to a server', () => {
  const asked = { address: 'http://10.0.0.7:8000', path: '/v1/models', key: 'sk-secret' };
  const net = { secure: false, refusedByPolicy: () => false };
  const refuses = async (): Promise<Response> => {
    throw new TypeError('Failed to fetch');
  };
  const first = (values: AsyncGenerator<unknown>) => values.next();
  const { signal } = new AbortController();

  test('a page over https does not ask where browsers would not let it', async () => {
    const fetched: string[] = [];
    const fetch = async (address: unknown) => {
      fetched.push(String(address));
      return new Response('{}', { headers: JSON_TYPE });
    };
    const mixed = first(ask(asked, signal, { ...net, fetch, secure: true }));
    await expect(mixed).rejects.toMatchObject({ code: 'server_unreachable', detail: { why: 'mixed' } });
    expect(fetched).toEqual([]);
    await first(ask({ ...asked, address: 'http://localhost:8080' }, signal, { ...net, fetch, secure: true }));
    expect(fetched).toEqual(['http://localhost:8080/v1/models']);
  });

  test('a server that is there and does not let the page in', async () => {
    const fetch = async (_: unknown, init?: RequestInit) => (init?.mode === 'no-cors' ? new Response() : refuses());
    const closed = first(ask(asked, signal, { ...net, fetch }));
    await expect(closed).rejects.toMatchObject({ code: 'server_unreachable', detail: { why: 'cors' } });
  });

  test('a host whose policy does not let the page out', async () => {
    let told = 0;
    const refusedByPolicy = () => ++told === 2;
    const shut = first(ask(asked, signal, { ...net, refusedByPolicy, fetch: refuses }));
    await expect(shut).rejects.toMatchObject({ code: 'server_unreachable', detail: { why: 'policy' } });
  });

  test('the key is in one header and in no error', async () => {
    const sent: RequestInit[] = [];
    const fetch = async (_: unknown, init: RequestInit = {}) => {
      sent.push(init);
      return refuses();
    };
    const error = await first(ask(asked, signal, { ...net, fetch })).catch((thrown: unknown) => thrown);
    expect(sent.map(init => new Headers(init.headers).get('authorization'))).toEqual(['Bearer sk-secret', null]);
    expect(sent.every(init => init.credentials === 'omit')).toBe(true);
    expect(JSON.stringify(error) + String(error)).not.toContain('sk-secret');
  });

  /** Bytes as they may come: in pieces of any size. */
  function answering(text: string, type: object, size: number) {
    const bytes = new TextEncoder().encode(text);
    let at = 0;
    const body = new ReadableStream<Uint8Array>({
      pull: controller => {
        if (at < bytes.length) controller.enqueue(bytes.slice(at, at + size));
        else controller.close();
        at += size;
      },
    });
    return ask(asked, signal, { ...net, fetch: async () => new Response(body, { headers: { ...type } }) });
  }

  test('an answer that is no stream may be longer than a line of one', async () => {
    const long = 'x'.repeat(MOST_LINE + 10);
    expect((await first(answering(JSON.stringify([long]), JSON_TYPE, 65_536))).value).toEqual([long]);
    // Line breaks and characters of several bytes, cut anywhere.
    const spread = JSON.stringify({ data: ['\u00e9\u{1f98a}', 'b'] }, null, 2);
    expect((await first(answering(spread, JSON_TYPE, 1))).value).toEqual({ data: ['\u00e9\u{1f98a}', 'b'] });
  });

  test('a stream that comes byte by byte, with line ends of every kind', async () => {
    const values: unknown[] = [];
    const stream = 'data: 1\r\n\r\ndata: "\u00e9\u{1f98a}"\n\n: note\rdata: 3\r\rdata: 4';
    for await (const value of answering(stream, EVENTS_TYPE, 1)) values.push(value);
    expect(values).toEqual([1, '\u00e9\u{1f98a}', 3, 4]);
  });

  test('a long line in very many pieces is not read again at each of them', async () => {
    // Put together at each of a hundred thousand pieces, 10^11 characters would be walked.
    const line = `data: "${'x'.repeat(MOST_LINE - 100)}"\n\n`;
    const values: unknown[] = [];
    for await (const value of answering(line, EVENTS_TYPE, 80)) values.push(String(value).length);
    expect(values).toEqual([MOST_LINE - 100]);
  });

  test('a stream of a gigabyte ends', async () => {
    const line = new TextEncoder().encode(`data: ${JSON.stringify('x'.repeat(2 ** 20))}\n\n`);
    let sent = 0;
    const body = new ReadableStream({
      pull: controller => {
        sent += line.length;
        controller.enqueue(line);
      },
    });
    const fetch = async () => new Response(body, { headers: EVENTS_TYPE });
    const drain = async (): Promise<void> => {
      for await (const _ of ask(asked, signal, { ...net, fetch }));
    };
    await expect(drain()).rejects.toMatchObject({ code: 'bad_answer' });
    expect(sent).toBeLessThan(80 * 2 ** 20);
  });
});

test('a vocabulary beyond all that there are counts as unknown', () => {
  const counts = [151_936, 2 ** 22, 2 ** 22 + 1, 2 ** 45, -1, 0.5];
  const models = readModels({ data: counts.map(n_vocab => ({ id: 'm', meta: { n_vocab } })) });
  expect(models.map(({ vocabulary }) => vocabulary)).toEqual([151_936, 2 ** 22, null, null, null, null]);
});
