// Browser tests of the page on the scripted engine: the same page, stores and protocol, without a download or a GPU.
// A test with the tag @engine has the real worker instead: its subject is a model's numbers, its files or its GPU.
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
