// A queued step that comes to nothing gives its position back, and touches nothing where its sequence has gone.
import { expect, test } from 'vitest';
import { KvCache } from '../../gpu/kv-cache.ts';
import type { Lent } from '../../gpu/readback.ts';
import { QueuedDraw } from './queued-draw.ts';

function lent(read: () => Promise<ArrayBuffer> = () => Promise.reject(new Error('lost'))) {
  let drops = 0;
  const record = {
    read,
    drop: () => {
      drops++;
    },
  } as unknown as Lent;
  return { record, drops: () => drops };
}

const IDS = [1, 2, 3, 4];

test('dropped, the position that it computes is free again', () => {
  const cache = new KvCache(8, 2);
  const { sequence } = cache.open(IDS);
  const { record, drops } = lent();
  new QueuedDraw(cache, sequence, 4, record).drop();
  expect([sequence.ids, cache.free, drops()]).toEqual([[1, 2, 3], 5, 1]);
});

test('where the cache was emptied meanwhile, the sequence in its place stays whole', async () => {
  const cache = new KvCache(8, 1);
  const { sequence } = cache.open(IDS);
  const { record } = lent();
  const queued = new QueuedDraw(cache, sequence, 4, record);
  cache.clear();
  expect(() => queued.drop()).not.toThrow();
  const { sequence: other } = cache.open([7, 8, 9, 10, 11]);
  expect(other.index).toBe(sequence.index);
  queued.drop();
  await expect(queued.read()).rejects.toThrow('lost');
  expect([other.ids, cache.free]).toEqual([[7, 8, 9, 10, 11], 3]);
});
