// A recording of one run of the model that ships: what the engine answers to every question that a view asks of it by itself.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Engine } from '../../src/engine/engine.ts';
import { listParts, partDims } from '../../src/features/ablation/parts.ts';
import { DEFAULT_GROWTH } from '../../src/features/branches/growthTypes.ts';
import { FIRST_PROMPT } from '../../src/features/editor/firstPrompt.ts';
import { lengthsOf } from '../../src/features/follow/types.ts';
import { START } from '../../src/features/search/store.ts';
import { methodOf } from '../../src/features/search/types.ts';
import { defined } from '../../src/lib/assert.ts';
import { fromWire } from '../../src/lib/error.ts';
import type { Command, Unnumbered } from '../../src/protocol/commands.ts';
import type { EngineEvent, EventOf, LoadedModel, RecordedRun } from '../../src/protocol/events.ts';
import type { Part } from '../../src/protocol/probe-commands.ts';
import { type Packable, pack } from '../../src/recorded/pack.ts';
import {
  type Answer,
  FILES,
  type RecordedAblations,
  type RecordedLens,
  type RecordedSearches,
  type RecordedSweep,
  type RecordedTrace,
  type Recording,
} from '../../src/recorded/recording.ts';
import { rankRow } from '../../src/sampling/row.ts';
import { DEFAULT_SETTINGS } from '../../src/sampling/settings.ts';
import { openTokenizer } from '../../src/tokenizer/open.ts';

const PUBLIC = path.resolve(import.meta.dirname, '../../public');
const ID = 'nucleus-3m';
const BASE = 'http://recorded.test/models/';
const DRAWN = 16;
const SEED = 7;
/** Digits of numbers in the head of a file. */
const DIGITS = 8;

export const RECORDED = path.join(PUBLIC, 'models/recorded', ID);

/** All events of one type that a command is answered with. */
type Ask = <T extends EngineEvent['type']>(
  command: Unnumbered<Exclude<Command, { type: 'cancel' }>>,
  type: T,
) => Promise<readonly EventOf<T>[]>;

/** The files of the recording as they are packed, by name, as they come. `at`: when, milliseconds since 1970. */
export async function* recordRun(at: number): AsyncGenerator<readonly [string, Uint8Array<ArrayBuffer>]> {
  const ask = await openEngine();
  const origins = { shippedBase: BASE, hubHost: 'http://hub.test' };
  const source = { kind: 'shipped', id: ID } as const;
  const [loaded] = await ask({ type: 'load', source, origins, keep: false, refresh: false }, 'loaded');
  const { model } = defined(loaded, 'the loaded model');
  const run = await draw(ask, model, at);
  const ids = Uint32Array.from(run.ids);
  const rows = await rowsOf(ask, ids);
  const recording: Recording = {
    model: bare(model),
    run,
    rows,
    lens: await lensOf(ask, ids, rows, model.dims.n_layer + 1),
    attention: await eachPosition(ids, async tokens => {
      const [event] = await ask({ type: 'attention', tokens, position: tokens.length - 1 }, 'attention');
      return defined(event, 'attention').weights;
    }),
    sweeps: await sweepsOf(ask, run, rows, model),
    grown: {
      ...DEFAULT_GROWTH,
      events: (await ask({ type: 'grow', tokens: ids, ...DEFAULT_GROWTH }, 'grown')).map(unnumbered),
    },
    cache: (await ask({ type: 'measure_cache', tokens: ids, lengths: lengthsOf(ids.length) }, 'cache_measured')).map(
      unnumbered,
    ),
  };
  yield [FILES.run, packed(recording)];
  yield [FILES.ablations, packed(await ablationsOf(ask, ids, model))];
  yield [FILES.searches, packed(await searchesOf(ask, ids, run))];
  for (const [position, row] of rows.entries())
    yield [FILES.trace(position), packed(await traceOf(ask, ids.slice(0, position + 1), ids, row), true)];
}

/** Recordings are plain: numbers, words, lists and arrays. Numbers that stand by themselves keep eight digits. */
function packed(value: object, coarse = false): Uint8Array<ArrayBuffer> {
  const plain = (each: unknown): Packable => {
    if (typeof each === 'number') return Number.isInteger(each) ? each : Number(each.toPrecision(DIGITS));
    if (Array.isArray(each)) return each.map(plain);
    if (typeof each !== 'object' || each === null || ArrayBuffer.isView(each)) return each as Packable;
    return Object.fromEntries(Object.entries(each).map(([key, part]) => [key, plain(part)]));
  };
  return pack(plain(value), coarse);
}

function unnumbered<E extends { readonly type: string; readonly run: number }>({
  type: _,
  run: __,
  ...rest
}: E): Answer<E> {
  return rest;
}

/** What is said of the model where it was loaded, without what belongs to that machine. */
function bare({ tokenizerJson: _, tokenizerConfig: __, ...model }: LoadedModel): Recording['model'] {
  return { ...model, formats: [], device: Number.MAX_SAFE_INTEGER, fromCache: false, cached: false, atHand: true };
}

async function openEngine(): Promise<Ask> {
  // @ts-expect-error the package has types for its main entry alone
  if (!('indexedDB' in globalThis)) await import('fake-indexeddb/auto');
  const real = globalThis.fetch;
  globalThis.fetch = (input, init) => {
    const request = new Request(input, init);
    return request.url.startsWith(BASE) ? fromFolder(request) : real(input, init);
  };
  const heard = new Map<number, (event: EngineEvent) => void>();
  const engine = new Engine(event => heard.get(event.run)?.(event));
  let last = 0;
  return (command, type) => {
    const run = ++last;
    const events: EventOf<typeof type>[] = [];
    return new Promise((resolve, reject) => {
      heard.set(run, event => {
        if (event.type === type) events.push(event as EventOf<typeof type>);
        else if (event.type === 'done') resolve(events);
        else if (event.type === 'failed') reject(fromWire(event.error));
      });
      engine.handle({ ...command, run } as Command);
    });
  };
}

async function fromFolder({ url, method, headers }: Request): Promise<Response> {
  const bytes = await readFile(path.join(PUBLIC, 'models', url.slice(BASE.length))).catch(() => null);
  if (bytes === null) return new Response('', { status: 404 });
  const range = /^bytes=(\d+)-(\d*)$/.exec(headers.get('range') ?? '');
  const [from, to] = range ? [Number(range[1]), range[2] ? Number(range[2]) + 1 : bytes.length] : [0, bytes.length];
  const part = new Uint8Array(bytes.subarray(from, to));
  const head: Record<string, string> = { 'Content-Length': String(part.length), 'Accept-Ranges': 'bytes' };
  if (range) head['Content-Range'] = `bytes ${from}-${from + part.length - 1}/${bytes.length}`;
  return new Response(method === 'HEAD' ? null : part, { status: range ? 206 : 200, headers: head });
}

async function draw(ask: Ask, model: LoadedModel, at: number): Promise<RecordedRun> {
  const tokenizer = await openTokenizer(model.tokenizerJson, model.tokenizerConfig, model.dims.vocab_size);
  const prompt = Uint32Array.from(tokenizer.typed(FIRST_PROMPT).ids);
  const settings = { ...DEFAULT_SETTINGS, ...model.defaults, max_new_tokens: DRAWN };
  const drawn = new Uint8Array(prompt.length);
  const tokens = await ask({ type: 'generate', tokens: prompt, drawn, settings, seed: SEED }, 'token');
  const ids = [...prompt, ...tokens.map(({ id }) => id)];
  const timeless = tokens.map(token => ({ ...unnumbered(token), ms: 0 }));
  return { ids, prompt: prompt.length, settings, seed: SEED, at, drawn: timeless };
}

/** What `make` gives for the text up to each position, one after the other. */
async function eachPosition<T>(
  ids: Uint32Array,
  make: (tokens: Uint32Array, position: number) => Promise<T>,
): Promise<T[]> {
  const made: T[] = [];
  for (let position = 0; position < ids.length; position++) made.push(await make(ids.slice(0, position + 1), position));
  return made;
}

function rowsOf(ask: Ask, ids: Uint32Array): Promise<Float32Array[]> {
  return eachPosition(ids, async (_, position) => {
    const [event] = await ask({ type: 'row', tokens: ids, position }, 'row');
    return defined(event, 'row').logits;
  });
}

const likeliest = (row: Float32Array, count: number): readonly number[] => [...rankRow(row).order.subarray(0, count)];

async function lensOf(
  ask: Ask,
  ids: Uint32Array,
  rows: readonly Float32Array[],
  layers: number,
): Promise<RecordedLens> {
  const T = ids.length;
  const wanted = new Set([...ids, ...rows.slice(-1).flatMap(row => likeliest(row, 1))]);
  const asked: RecordedLens['asked'][number][] = [];
  const lens = {
    topIds: new Uint32Array(layers * T),
    topLogprobs: new Float32Array(layers * T),
    divergences: new Float32Array(layers * T),
  };
  for (const id of wanted) {
    const [logprobs, ranks] = [new Float32Array(layers * T), new Uint32Array(layers * T)];
    for (const event of await ask({ type: 'lens', tokens: ids, from: 0, to: T, asked: id }, 'lens')) {
      const at = event.layer * T + event.from;
      logprobs.set(event.logprobs, at);
      ranks.set(event.ranks, at);
      lens.topIds.set(event.topIds, at);
      lens.topLogprobs.set(event.topLogprobs, at);
      lens.divergences.set(event.divergences, at);
    }
    asked.push({ id, logprobs, ranks });
  }
  return { ...lens, asked };
}

/** At the first drawn token, and at the end. */
async function sweepsOf(
  ask: Ask,
  { ids, prompt }: RecordedRun,
  rows: readonly Float32Array[],
  model: LoadedModel,
): Promise<RecordedSweep[]> {
  const parts = listParts(partDims(model), true);
  const sweeps: RecordedSweep[] = [];
  for (const length of [prompt, ids.length]) {
    const tokens = Uint32Array.from(ids.slice(0, length));
    const [top] = likeliest(defined(rows[length - 1], 'a row'), 1);
    const id = defined(ids[length] ?? top, 'the token after them');
    for (const baseline of ['zero', 'mean'] as const) {
      const swept = await ask({ type: 'sweep', tokens, id, parts, baseline }, 'swept');
      sweeps.push({
        tokens: tokens.length,
        id,
        baseline,
        parts: swept.map(({ part }) => part),
        logprobs: Float32Array.from(swept, each => each.logprob),
        ranks: Uint32Array.from(swept, each => each.rank),
        topIds: Uint32Array.from(swept, each => each.topId),
        topLogprobs: Float32Array.from(swept, each => each.topLogprob),
        divergences: Float32Array.from(swept, each => each.divergence),
      });
    }
  }
  return sweeps;
}

async function ablationsOf(ask: Ask, tokens: Uint32Array, model: LoadedModel): Promise<RecordedAblations> {
  const layers = Array.from({ length: model.dims.n_layer }, (_, layer): Part[] => [
    { kind: 'attention', layer },
    { kind: 'mlp', layer },
  ]);
  const takes: RecordedAblations['takes'][number][] = [];
  for (const off of [...listParts(partDims(model), true).map(part => [part]), ...layers]) {
    const [event] = await ask({ type: 'ablate', tokens, from: 1, off, baseline: 'zero' }, 'ablated');
    const { logits, logprobs } = defined(event, 'ablated');
    takes.push({ off, logits, logprobs });
  }
  return { takes };
}

async function searchesOf(ask: Ask, tokens: Uint32Array, { settings }: RecordedRun): Promise<RecordedSearches> {
  const takes: RecordedSearches['takes'][number][] = [];
  for (const kind of ['beam', 'contrastive', 'best_first'] as const) {
    const method = defined(methodOf({ ...START, kind }), 'a method');
    const asked = { method, max_new_tokens: START.max_new_tokens, ends: settings.end_of_text === 'stop' };
    const events = await ask({ type: 'search', tokens, ...asked }, 'searched');
    takes.push({ asked, events: events.map(unnumbered) });
  }
  return { takes };
}

/** With the rows of the embedding matrix that the picture of the logits asks for. */
async function traceOf(ask: Ask, tokens: Uint32Array, all: Uint32Array, row: Float32Array): Promise<RecordedTrace> {
  const wanted = new Set([...likeliest(row, 1), ...all.subarray(tokens.length, tokens.length + 1)]);
  const ids = Uint32Array.from(wanted);
  const [event] = await ask({ type: 'trace', tokens, position: tokens.length - 1, ids }, 'traced');
  return { ids, traced: unnumbered(defined(event, 'traced')) };
}
