// A browser that looks for the end of work only when something is submitted is made to look; others are left alone.
import { expect, test } from 'vitest';
import { nudged } from './waits.ts';

/** A device on which a wait ends with the third submit after it. */
function sleepy() {
  let submits = 0;
  let resolve: (value: string) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<string>((...settle) => {
    [resolve, reject] = settle;
  });
  const submit = (): undefined => {
    submits++;
    if (submits === 3) resolve('done');
  };
  const device = { queue: { submit } } as unknown as Pick<GPUDevice, 'queue'>;
  return { device, promise, resolve, reject, submits: () => submits };
}

test('empty submits until the wait is over, and none after it', async () => {
  const { device, promise, submits } = sleepy();
  expect(await nudged(device, promise, true)).toBe('done');
  await new Promise(resolve => setTimeout(resolve, 20));
  expect(submits()).toBe(3);
});

test('a wait that fails ends them too', async () => {
  const { device, promise, reject, submits } = sleepy();
  const wait = nudged(device, promise, true);
  reject(new Error('lost'));
  await expect(wait).rejects.toThrow('lost');
  const before = submits();
  await new Promise(resolve => setTimeout(resolve, 20));
  expect(submits()).toBe(before);
});

test('elsewhere nothing is submitted', async () => {
  const { device, promise, resolve, submits } = sleepy();
  setTimeout(() => resolve('done'), 20);
  expect(await nudged(device, promise, false)).toBe('done');
  expect(submits()).toBe(0);
});
