// Test support: fake time goes on until a page on the scripted engine has come to rest.
import { vi } from 'vitest';
import { turn } from './scripted-engine.ts';

/** Longer than a text rests before views look at it, with room for the answers. Timers are fake. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 4; i++) {
    await vi.advanceTimersByTimeAsync(400);
    for (let k = 0; k < 50; k++) await turn();
  }
}
