// The switch as a view has it: kept, told to other tabs, and the counts of what was asked and refused.
import { expect, test } from 'vitest';
import type { NetworkNews } from '../../lib/network.ts';
import { createNetworkStore } from './network.ts';

function opened(kept: { off: boolean } | null) {
  let say: (news: NetworkNews) => void = () => {};
  const { store } = createNetworkStore({
    isOff: () => (kept === null ? Promise.reject(new Error('no database')) : Promise.resolve(kept.off)),
    turn: async off => {
      if (kept === null) throw new Error('no database');
      kept.off = off;
    },
    hear: listener => {
      say = listener;
      return () => {};
    },
  });
  return { state: () => store.getState(), say: (news: NetworkNews) => say(news) };
}

test('as it was kept, switched here, and by another tab', async () => {
  const kept = { off: true };
  const { state, say } = opened(kept);
  await expect.poll(() => state().off).toBe(true);
  state().turn(false);
  await expect.poll(() => state().off).toBe(false);
  expect(kept.off).toBe(false);
  say({ type: 'switched', off: true });
  expect(state().off).toBe(true);
});

test('counts', () => {
  const { state, say } = opened({ off: false });
  say({ type: 'asked', address: 'https://a.test' });
  say({ type: 'asked', address: 'https://a.test' });
  say({ type: 'refused', address: 'https://b.test' });
  expect(state()).toMatchObject({ asked: 2, refused: 1, lastRefused: 'https://b.test' });
});

test('a browser that keeps nothing has no switch', async () => {
  const { state } = opened(null);
  state().turn(true);
  await Promise.resolve();
  await Promise.resolve();
  expect(state().off).toBeNull();
});
