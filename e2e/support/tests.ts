// The two kinds of browser tests. `test`: the page on the scripted engine, the same page, stores and protocol, without a download or a GPU.
// `engineTest`, or a `test` with the tag @engine: the real worker, where a model's numbers, its files or its GPU are the subject.
import { type BrowserContext, test as base, type Page } from '@playwright/test';
import { QUIET_MS } from '../../src/features/models/quiet.ts';
import type { EngineEvent } from '../../src/protocol/events.ts';

export {
  type Browser,
  type BrowserContext,
  type CDPSession,
  chromium,
  expect,
  type Locator,
  type Page,
  type TestInfo,
  type Worker,
} from '@playwright/test';

/** Where the server of the tests keeps the worker's script. */
const SCRIPT = '/scripted/worker.js';

interface Options {
  /** Milliseconds between two tokens of a run; a run of some length lasts as long as a test needs it on a slow machine, too. */
  readonly turn: number;
}

interface EngineOptions {
  /** Kernels are checked by themselves after a load, as on a person's page: of a real engine a second of the processor and more for each model. */
  readonly checksKernels: boolean;
}

/** Seeds count 1, 2, 3, ... from each load of the page, so that a test draws the same text every time. */
export const engineTest = base.extend<EngineOptions>({
  checksKernels: [false, { option: true }],
  context: async ({ context, checksKernels }, use) => {
    await context.addInitScript(countSeeds);
    if (!checksKernels) await context.addInitScript(neverAfter, QUIET_MS);
    await use(context);
  },
});

export const test = engineTest.extend<Options>({
  turn: [15, { option: true }],
  context: async ({ context, turn }, use, { tags }) => {
    if (!tags.includes('@engine')) await onScriptedEngine(context, turn);
    await use(context);
  },
});

/** Pages of a context that a test makes for itself. */
export async function onScriptedEngine(context: BrowserContext, turn = 15): Promise<void> {
  await context.addInitScript(scriptWorkers, `${SCRIPT}?turn=${turn}`);
}

/** From now on the scripted engine stands still once it has said `count` events of a type, until `goOn`: what runs is stopped in the middle of it. */
export function holdAfter(page: Page, type: EngineEvent['type'], count: number): Promise<void> {
  return tellEngine(page, { after: type, left: count });
}

export function goOn(page: Page): Promise<void> {
  return tellEngine(page, null);
}

function tellEngine(page: Page, hold: { after: string; left: number } | null): Promise<void> {
  return page.evaluate(
    told =>
      new Promise<void>(resolve => {
        const channel = new BroadcastChannel('holds');
        channel.addEventListener('message', () => {
          channel.close();
          resolve();
        });
        channel.postMessage(told);
      }),
    hold,
  );
}

function scriptWorkers(script: string): void {
  const RealWorker = globalThis.Worker;
  globalThis.Worker = class extends RealWorker {
    constructor(own: string | URL, options?: WorkerOptions) {
      super(options?.name === 'nucleus-engine' ? script : own, options);
    }
  };
}

/** What shall be done so many milliseconds later is not done. */
function neverAfter(quiet: number): void {
  globalThis.setTimeout = new Proxy(globalThis.setTimeout, {
    apply: (timeout, self, given: readonly unknown[]) => (given[1] === quiet ? 0 : Reflect.apply(timeout, self, given)),
  });
}

/** A single random word is asked for by a seed alone; identities take more. */
function countSeeds(): void {
  let drawn = 0;
  crypto.getRandomValues = new Proxy(crypto.getRandomValues, {
    apply(random, _, given: readonly unknown[]) {
      const [array] = given;
      if (!(array instanceof Uint32Array) || array.length !== 1) return Reflect.apply(random, crypto, given);
      drawn += 1;
      array[0] = drawn;
      return array;
    },
  });
}
