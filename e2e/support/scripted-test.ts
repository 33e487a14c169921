// Browser tests of the page on the scripted engine: the same page, stores and protocol, without a download or a GPU.
// A test with the tag @engine has the real worker instead: its subject is a model's numbers, its files or its GPU.
import { test as base } from '@playwright/test';

export { type Browser, expect, type Locator, type Page } from '@playwright/test';

/** Where the server of the tests keeps the worker's script. */
const SCRIPT = '/scripted/worker.js';

export const test = base.extend({
  context: async ({ context }, use, { tags }) => {
    if (!tags.includes('@engine')) await context.addInitScript(scriptWorkers, SCRIPT);
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
