// The page and its service worker: when a newer version is offered, and how it is taken.
import { expect, test, vi } from 'vitest';
import { createVersionStore } from '../stores/version.ts';
import { type OfflineOptions, workOffline } from './offline.ts';

class FakeWorker extends EventTarget {
  readonly told: unknown[] = [];
  state = 'installing';
  postMessage(message: unknown): void {
    this.told.push(message);
  }
}

class FakeRegistration extends EventTarget {
  waiting: FakeWorker | null = null;
  installing: FakeWorker | null = null;
  readonly update = vi.fn(() => Promise.reject(new TypeError('no network')));

  /** As the browser does when it has found another script. */
  install(): FakeWorker {
    this.find();
    return this.finish();
  }

  find(): void {
    this.installing = new FakeWorker();
    this.dispatchEvent(new Event('updatefound'));
  }

  finish(): FakeWorker {
    const worker = this.installing ?? new FakeWorker();
    worker.state = 'installed';
    this.installing = null;
    this.waiting = worker;
    worker.dispatchEvent(new Event('statechange'));
    return worker;
  }
}

async function opened(controller: FakeWorker | null, registration = new FakeRegistration(), off = false) {
  const register = vi.fn(() => Promise.resolve(registration));
  const workers = Object.assign(new EventTarget(), { controller, register });
  const clock = { now: 0 };
  const net = { off };
  const back: (() => void)[] = [];
  const acts: string[] = [];
  const version = createVersionStore();
  await workOffline({
    version,
    workers: workers as unknown as OfflineOptions['workers'],
    script: 'https://page.test/x/service-worker.js',
    flush: async () => void acts.push('flush'),
    reload: () => void acts.push('reload'),
    now: () => clock.now,
    back: listener => void back.push(listener),
    networkIsOff: () => Promise.resolve(net.off),
  });
  if (off) expect(register).not.toHaveBeenCalled();
  else expect(register).toHaveBeenCalledWith('https://page.test/x/service-worker.js', { updateViaCache: 'none' });
  const offered = (): boolean => version.getState().waiting;
  const comeBack = (): void => {
    for (const call of back) call();
  };
  return { version, workers, registration, clock, net, acts, offered, comeBack };
}

test('the worker of a first visit is no newer version', async () => {
  const { registration, offered } = await opened(null);
  registration.install();
  expect(offered()).toBe(false);
});

test('one that comes while the page is open is offered, and taken once all is written', async () => {
  const { registration, workers, version, offered, acts } = await opened(new FakeWorker());
  expect(offered()).toBe(false);
  const worker = registration.install();
  expect(offered()).toBe(true);
  expect(worker.told).toEqual([]);
  // Another tab may take it: this one goes on as it is.
  workers.dispatchEvent(new Event('controllerchange'));
  expect(acts).toEqual([]);
  version.getState().take();
  await expect.poll(() => worker.told).toEqual(['use-now']);
  expect(acts).toEqual(['flush']);
  workers.dispatchEvent(new Event('controllerchange'));
  expect(acts).toEqual(['flush', 'reload']);
});

test('one that another visit has left waiting is offered at once', async () => {
  const registration = new FakeRegistration();
  registration.waiting = new FakeWorker();
  expect((await opened(new FakeWorker(), registration)).offered()).toBe(true);
});

test('one that was found before the page listened is offered when it is there', async () => {
  const registration = new FakeRegistration();
  registration.find();
  const { offered } = await opened(new FakeWorker(), registration);
  expect(offered()).toBe(false);
  registration.finish();
  expect(offered()).toBe(true);
});

test('one that waits no more when it is taken: the page opens again', async () => {
  const { registration, version, acts } = await opened(new FakeWorker());
  registration.install();
  registration.waiting = null;
  version.getState().take();
  await expect.poll(() => acts).toEqual(['flush', 'reload']);
});

test('a page that stays open looks again, once an hour at the most, and a failed look is no matter', async () => {
  const { registration, clock, comeBack } = await opened(new FakeWorker());
  clock.now = 3_599_000;
  comeBack();
  expect(registration.update).not.toHaveBeenCalled();
  clock.now = 3_600_000;
  comeBack();
  comeBack();
  await expect.poll(() => registration.update.mock.calls.length).toBe(1);
});

test('with the network switched off nothing is registered and nothing newer looked for', async () => {
  await opened(new FakeWorker(), new FakeRegistration(), true);
  const { registration, clock, net, comeBack } = await opened(new FakeWorker());
  net.off = true;
  clock.now = 3_600_000;
  comeBack();
  await Promise.resolve();
  await Promise.resolve();
  expect(registration.update).not.toHaveBeenCalled();
});
