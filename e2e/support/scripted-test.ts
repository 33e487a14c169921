// Browser tests of the page on the scripted engine: the same page, stores and protocol, without a download or a GPU.
// A test with the tag @engine has the real worker instead: its subject is a model's numbers, its files or its GPU.
// Seeds count 1, 2, 3, ... from each load of the page, so that a test draws the same text every time.
import { test as base } from '@playwright/test';

export { type Browser, expect, type Locator, type Page } from '@playwright/test';

/** Where the server of the tests keeps the worker's script. */
const SCRIPT = '/scripted/worker.js';

interface Options {
  /** Milliseconds between two tokens of a run; a run of some length lasts as long as a test needs it on a slow machine, too. */
  readonly turn: number;
}

export const test = base.extend<Options>({
  turn: [15, { option: true }],
  context: async ({ context, turn }, use, { tags }) => {
    await context.addInitScript(countSeeds);
    if (!tags.includes('@engine')) await context.addInitScript(scriptWorkers, `${SCRIPT}?turn=${turn}`);
    await use(context);
  },
});

function scriptWorkers(script: string): void {
  const RealWorker = globalThis.Worker;
  globalThis.Worker = class extends RealWorker {
    constructor(_: string | URL, options?: WorkerOptions) {
      super(script, options);
    }
  };
}

/** A single random word is asked for by a seed alone; identities take more. */
function countSeeds(): void {
  const random = crypto.getRandomValues.bind(crypto);
  let seed = 0;
  crypto.getRandomValues = array => {
    if (!(array instanceof Uint32Array) || array.length !== 1) return random(array);
    array[0] = ++seed;
    return array;
  };
}
