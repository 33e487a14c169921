// Commands that have one answer, as promises of it. Each rejects with a NucleusError, `cancelled` after an abort.
import { NucleusError } from '../lib/error.ts';
import type { ModelSource, Origins } from '../lib/model-source.ts';
import type { AdapterDescription, EngineEvent, EventOf, LoadedModel } from '../protocol/events.ts';
import type { Client, Request } from './client.ts';

type Watch = (event: EngineEvent) => void;

/** Runs to the end and gives the last event of `type`; every other event goes to `watch`. */
export async function answer<T extends EngineEvent['type']>(
  client: Client,
  request: Request,
  type: T,
  signal?: AbortSignal,
  watch?: Watch,
): Promise<EventOf<T>> {
  let found: EventOf<T> | null = null;
  for await (const event of client.run(request, signal)) {
    if (isOf(event, type)) found = event;
    else watch?.(event);
  }
  if (found !== null) return found;
  if (signal?.aborted) throw new NucleusError('cancelled', 'cancelled');
  throw new NucleusError('internal', `the command ${request.type} ended without its answer`);
}

/** The events of `type` as they come; others are dropped. */
export async function* eventsOf<T extends EngineEvent['type']>(
  client: Client,
  request: Request,
  type: T,
  signal?: AbortSignal,
): AsyncGenerator<EventOf<T>> {
  for await (const event of client.run(request, signal)) if (isOf(event, type)) yield event;
}

function isOf<T extends EngineEvent['type']>(event: EngineEvent, type: T): event is EventOf<T> {
  return event.type === type;
}

export async function adapter(client: Client, signal?: AbortSignal): Promise<AdapterDescription> {
  return (await answer(client, { type: 'adapter' }, 'adapter', signal)).adapter;
}

/** Files, bytes and GPU memory of a model, before any download of its weights. */
export async function inspect(
  client: Client,
  source: ModelSource,
  origins: Origins,
  signal?: AbortSignal,
): Promise<EventOf<'inspected'>> {
  return answer(client, { type: 'inspect', source, origins }, 'inspected', signal);
}

export type LoadRequest = Extract<Request, { type: 'load' }>;

export async function load(
  client: Client,
  request: Omit<LoadRequest, 'type'>,
  watch: (event: EventOf<'progress'> | EventOf<'notice'> | EventOf<'closed'>) => void,
  signal?: AbortSignal,
): Promise<LoadedModel> {
  const loaded = await answer(client, { type: 'load', ...request }, 'loaded', signal, event => {
    if (event.type === 'progress' || event.type === 'notice' || event.type === 'closed') watch(event);
  });
  return loaded.model;
}

export type AccuracyRequest = Extract<Request, { type: 'measure_accuracy' }>;

/** What is known after each row, and before that how far the reading of the files is. */
export async function* measureAccuracy(
  client: Client,
  request: Omit<AccuracyRequest, 'type'>,
  signal?: AbortSignal,
): AsyncGenerator<EventOf<'accuracy'> | EventOf<'progress'>> {
  for await (const event of client.run({ type: 'measure_accuracy', ...request }, signal))
    if (event.type === 'accuracy' || event.type === 'progress') yield event;
}

/** A row with what its prefill cost; `prefilled` is null when the worker did not say. */
export interface RowAnswer {
  /** All V logits. */
  readonly logits: Float32Array;
  /** As in the event. */
  readonly outside: number | undefined;
  readonly prefilled: EventOf<'prefilled'> | null;
}

/** The row at `position`, which predicts the token at `position + 1`. */
export async function row(
  client: Client,
  tokens: Uint32Array,
  position: number,
  signal?: AbortSignal,
): Promise<RowAnswer> {
  return rowAnswer(client, { type: 'row', tokens, position }, signal);
}

/** Computes what the cache lacks and gives the row that predicts the next token. */
export async function prefill(client: Client, tokens: Uint32Array, signal?: AbortSignal): Promise<RowAnswer> {
  return rowAnswer(client, { type: 'prefill', tokens }, signal);
}

/** What a constraint lets follow a text. */
export async function mask(
  client: Client,
  request: Omit<Extract<Request, { type: 'mask' }>, 'type'>,
  signal?: AbortSignal,
): Promise<EventOf<'mask'>> {
  return answer(client, { type: 'mask', ...request }, 'mask', signal);
}

async function rowAnswer(client: Client, request: Request, signal?: AbortSignal): Promise<RowAnswer> {
  const seen: EventOf<'prefilled'>[] = [];
  const { logits, outside } = await answer(client, request, 'row', signal, event => {
    if (event.type === 'prefilled') seen.push(event);
  });
  return { logits, outside, prefilled: seen.at(-1) ?? null };
}

export async function cacheList(client: Client): Promise<EventOf<'cache'>> {
  return answer(client, { type: 'cache_list' }, 'cache');
}

/** Names of the damaged files; empty when all is well. */
export async function cacheVerify(client: Client, key: string, signal?: AbortSignal): Promise<readonly string[]> {
  return (await answer(client, { type: 'cache_verify', key }, 'verified', signal)).damaged;
}

export async function cacheDelete(client: Client, key: string): Promise<void> {
  for await (const _ of client.run({ type: 'cache_delete', key }));
}

export async function cacheCheck(client: Client, key: string, origins: Origins): Promise<EventOf<'update'>> {
  return answer(client, { type: 'cache_check', key, origins }, 'update');
}
