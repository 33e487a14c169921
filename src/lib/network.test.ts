// The gate before the network: nothing passes while it is off, requests under way are cut, and a record that cannot be read changes nothing.
import { expect, test } from 'vitest';
import { createReach, isNetworkOff, type NetworkNews } from './network.ts';

const URL_OF = 'https://hub.test/a?b';

function opened(isOff: () => Promise<boolean>) {
  const told: NetworkNews[] = [];
  const channel = new EventTarget();
  const asked: RequestInit[] = [];
  const reach = createReach({
    isOff,
    channel: {
      postMessage: news => told.push(news),
      addEventListener: (type, listener) => channel.addEventListener(type, listener as EventListener),
    },
    fetch: (_, init = {}) => {
      asked.push(init);
      return new Promise((resolve, reject) => {
        const end = (): void => reject(new DOMException('cut', 'AbortError'));
        if (init.signal?.aborted) end();
        init.signal?.addEventListener('abort', end);
        if (init.method === 'HEAD') resolve(new Response(''));
      });
    },
  });
  const say = (data: NetworkNews): boolean => channel.dispatchEvent(new MessageEvent('message', { data }));
  return { reach, told, asked, say };
}

const outcome = (work: Promise<unknown>): Promise<unknown> =>
  work.then(() => 'passed').catch((thrown: unknown) => thrown);

test('on: requests pass, and are counted by origin', async () => {
  const { reach, told, asked } = opened(() => Promise.resolve(false));
  expect(await outcome(reach(URL_OF, { method: 'HEAD' }))).toBe('passed');
  expect(asked).toHaveLength(1);
  expect(told).toEqual([{ type: 'asked', address: 'https://hub.test' }]);
});

test('off: none passes', async () => {
  const { reach, told, asked } = opened(() => Promise.resolve(true));
  const refused = await outcome(reach(URL_OF, { method: 'HEAD' }));
  expect(isNetworkOff(refused)).toBe(true);
  expect(refused).toMatchObject({ code: 'network', detail: { url: URL_OF, off: 1 } });
  expect(asked).toEqual([]);
  expect(told).toEqual([{ type: 'refused', address: 'https://hub.test' }]);
});

test('one under way is cut when the network goes off, and so is one that had just looked', async () => {
  const kept = { off: false };
  const { reach, say, asked } = opened(async () => kept.off);
  const under = outcome(reach(URL_OF));
  await Promise.resolve();
  await Promise.resolve();
  expect(asked).toHaveLength(1);
  const looked = outcome(reach(URL_OF));
  say({ type: 'switched', off: true });
  expect(isNetworkOff(await under)).toBe(true);
  expect(isNetworkOff(await looked)).toBe(true);
  expect(asked).toHaveLength(1);
  say({ type: 'switched', off: false });
  expect(await outcome(reach(URL_OF, { method: 'HEAD' }))).toBe('passed');
});

test('who asked may still end the request as before', async () => {
  const { reach } = opened(() => Promise.resolve(false));
  const stop = new AbortController();
  const under = outcome(reach(URL_OF, { signal: stop.signal }));
  await Promise.resolve();
  stop.abort();
  expect(await under).toMatchObject({ name: 'AbortError' });
});

test('where the record cannot be read, what was last heard holds', async () => {
  const { reach, say } = opened(() => Promise.reject(new Error('no database')));
  expect(await outcome(reach(URL_OF, { method: 'HEAD' }))).toBe('passed');
  say({ type: 'switched', off: true });
  expect(isNetworkOff(await outcome(reach(URL_OF, { method: 'HEAD' })))).toBe(true);
});
