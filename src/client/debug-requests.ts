// What the debug panel asks of the worker.
import type { DebugCommand, DebugEvent, Profile } from '../protocol/debug.ts';
import type { EventOf } from '../protocol/events.ts';
import type { Client } from './client.ts';
import { answer } from './requests.ts';

type AskedProfile = Omit<Extract<DebugCommand, { type: 'debug_profile' }>, 'type' | 'run'>;

/** Forgets what was measured on this adapter; the plan as it is chosen without. */
export function forgetTuning(client: Client): Promise<EventOf<'debug_plan'>> {
  return answer(client, { type: 'debug_forget_tuning' }, 'debug_plan');
}

export function debugPlan(client: Client, signal?: AbortSignal): Promise<EventOf<'debug_plan'>> {
  return answer(client, { type: 'debug_plan' }, 'debug_plan', signal);
}

/** The checks as they come, or the refusal. */
export async function* debugCheck(
  client: Client,
  tokens: Uint32Array,
  layer: number | null,
  signal?: AbortSignal,
): AsyncGenerator<Extract<DebugEvent, { type: 'debug_checked' | 'debug_refused' }>> {
  for await (const event of client.run({ type: 'debug_check', tokens, layer }, signal))
    if (event.type === 'debug_checked' || event.type === 'debug_refused') yield event;
}

/** `progress` is told how much of it is measured, as a share. */
export async function debugProfile(
  client: Client,
  asked: AskedProfile,
  progress: (share: number) => void,
  signal?: AbortSignal,
): Promise<Profile> {
  const { profile } = await answer(client, { type: 'debug_profile', ...asked }, 'debug_profiled', signal, event => {
    if (event.type === 'debug_profiling') progress(event.done / event.of);
  });
  return profile;
}
