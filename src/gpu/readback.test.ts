// One copy that comes back in parts: mapped once, given back unread where nobody wants any of it.
import { expect, test } from 'vitest';
import { type Lent, partsOf } from './readback.ts';

function lent(floats: readonly number[]) {
  const asked: string[] = [];
  const whole: Lent = {
    read: async () => {
      asked.push('read');
      return Float32Array.from(floats);
    },
    drop: () => void asked.push('drop'),
  };
  return { whole, asked };
}

test('parts are read out of one copy, and those that are dropped change nothing for the others', async () => {
  const { whole, asked } = lent([1, 2, 3, 4, 5, 6]);
  const [one, two, three] = partsOf(whole, 3, 2);
  two?.drop();
  expect(await Promise.all([one?.read(), three?.read()])).toEqual([Float32Array.of(1, 2), Float32Array.of(5, 6)]);
  expect(asked).toEqual(['read']);
});

test('the copy goes back unread with the last part that is dropped', () => {
  const { whole, asked } = lent([1, 2]);
  const [one, two] = partsOf(whole, 2, 1);
  one?.drop();
  expect(asked).toEqual([]);
  two?.drop();
  expect(asked).toEqual(['drop']);
});

test('a read that fails fails every part', async () => {
  const parts = partsOf({ ...lent([]).whole, read: () => Promise.reject(new Error('lost')) }, 2, 1);
  const read = await Promise.allSettled(parts.map(part => part.read()));
  expect(read.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});
