// What views of the inside ask of the worker, as promises of the answer or as the events as they come. Each rejects with a NucleusError.
import type { EventOf } from '../protocol/events.ts';
import type { ProbeCommand, ProbeView } from '../protocol/probe-commands.ts';
import type { Client } from './client.ts';
import { answer, eventsOf } from './requests.ts';

/** A command of type T without its run, which the client numbers. */
type Asked<T extends ProbeCommand['type']> = Omit<Extract<ProbeCommand, { type: T }>, 'run' | 'type'>;

export function lens(client: Client, asked: Asked<'lens'>, signal?: AbortSignal): AsyncGenerator<EventOf<'lens'>> {
  return eventsOf(client, { type: 'lens', ...asked }, 'lens', signal);
}

export async function attention(
  client: Client,
  asked: Asked<'attention'>,
  signal?: AbortSignal,
): Promise<EventOf<'attention'>> {
  return answer(client, { type: 'attention', ...asked }, 'attention', signal);
}

export function attentionMap(
  client: Client,
  asked: Asked<'attention_map'>,
  signal?: AbortSignal,
): AsyncGenerator<EventOf<'attention_map'>> {
  return eventsOf(client, { type: 'attention_map', ...asked }, 'attention_map', signal);
}

export async function ablate(
  client: Client,
  asked: Asked<'ablate'>,
  signal?: AbortSignal,
): Promise<EventOf<'ablated'>> {
  return answer(client, { type: 'ablate', ...asked }, 'ablated', signal);
}

export function sweep(client: Client, asked: Asked<'sweep'>, signal?: AbortSignal): AsyncGenerator<EventOf<'swept'>> {
  return eventsOf(client, { type: 'sweep', ...asked }, 'swept', signal);
}

export async function pinned(client: Client, asked: Asked<'pinned'>, signal?: AbortSignal): Promise<EventOf<'pinned'>> {
  return answer(client, { type: 'pinned', ...asked }, 'pinned', signal);
}

export function grow(client: Client, asked: Asked<'grow'>, signal?: AbortSignal): AsyncGenerator<EventOf<'grown'>> {
  return eventsOf(client, { type: 'grow', ...asked }, 'grown', signal);
}

export async function trace(client: Client, asked: Asked<'trace'>, signal?: AbortSignal): Promise<EventOf<'traced'>> {
  return answer(client, { type: 'trace', ...asked }, 'traced', signal);
}

export function measureCache(
  client: Client,
  asked: Asked<'measure_cache'>,
  signal?: AbortSignal,
): AsyncGenerator<EventOf<'cache_measured'>> {
  return eventsOf(client, { type: 'measure_cache', ...asked }, 'cache_measured', signal);
}

/** Gives the memory of a view back. */
export async function closeView(client: Client, view: ProbeView): Promise<void> {
  for await (const _ of client.run({ type: 'close_view', view }));
}
