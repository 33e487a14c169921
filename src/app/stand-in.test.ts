// A slow first visit: a recording of the model stands in until the model is here, and gives way to it in every number.
import { afterEach, describe, expect, test } from 'vitest';
import { turn, until } from '../../e2e/support/scripted-engine.ts';
import { makePage, type Page } from '../../e2e/support/scripted-page.ts';
import { shippedRecording } from '../../e2e/support/shipped-recording.ts';
import { kernelsStore } from '../features/models/kernels.ts';
import { showRecorded } from '../features/models/openRecorded.ts';
import { QUIET_MS } from '../features/models/quiet.ts';
import type { CommandOf } from '../protocol/commands.ts';
import type { EngineEvent } from '../protocol/events.ts';

const { model, run: recordedRun } = shippedRecording();
const { digest } = model;
const prompt = recordedRun.ids.slice(0, recordedRun.prompt);

const pages: Page[] = [];
afterEach(() => {
  for (const page of pages.splice(0)) page.dispose();
});

/** A page whose first load stands still until the test lets it go on. */
class SlowPage {
  readonly page: Page;
  readonly ended: Promise<void>;
  #held: { readonly command: CommandOf<'load'>; readonly say: (event: EngineEvent) => void } | null = null;

  constructor(memory = new Map<string, unknown>()) {
    this.page = makePage({
      model: { digest },
      memory,
      intercept: (command, say) => {
        if (command.type !== 'load' || this.#held !== null) return false;
        this.#held = { command, say };
        return true;
      },
    });
    pages.push(this.page);
    this.ended = this.page.start();
  }

  /** The next load stands still too; resolves once it is asked for. */
  async hold(): Promise<void> {
    this.#held = null;
    await this.#load();
  }

  async #load() {
    await until(() => this.#held !== null);
    if (this.#held === null) throw new Error('no load was asked for');
    return this.#held;
  }

  /** @param at milliseconds of the page's clock */
  async arrive(at: number, bytes: number, fromCache = false): Promise<void> {
    const { command, say } = await this.#load();
    this.page.clock.now = at;
    say({ type: 'progress', run: command.run, phase: 'download', bytes, totalBytes: 6_000_000, fromCache });
  }

  /** What waits for a time to pass has waited long enough. */
  pass(): void {
    for (const wait of this.page.waits) {
      if (wait.ms !== 1_500) continue;
      this.page.waits.delete(wait);
      wait.callback();
    }
  }

  async come(): Promise<void> {
    const { command } = await this.#load();
    this.page.worker.postMessage(command);
    await this.ended;
  }

  async fail(): Promise<void> {
    const { command, say } = await this.#load();
    say({ type: 'failed', run: command.run, error: { code: 'network', message: 'cut', detail: { offline: 0 } } });
    await this.ended;
  }
}

/** Ten seconds are left of it. */
async function slow(memory?: Map<string, unknown>): Promise<SlowPage> {
  const slowly = new SlowPage(memory);
  await slowly.arrive(0, 0);
  await slowly.arrive(1_000, 500_000);
  slowly.pass();
  return slowly;
}

const recorded = ({ model }: Page): boolean => {
  const { load } = model.getState();
  return load.status === 'ready' && load.model.recorded !== undefined;
};

async function stoodIn(memory?: Map<string, unknown>): Promise<SlowPage> {
  const slowly = await slow(memory);
  await until(() => recorded(slowly.page));
  return slowly;
}

const numbered = ({ document }: Page): boolean =>
  document
    .getState()
    .tokens.slice(1)
    .every(({ stats }) => stats !== undefined);

describe('a recording stands in', () => {
  test('the text of the first visit has its numbers while the model is on its way, and nothing is written', async () => {
    const { page } = await stoodIn();
    const { document, model, rows, memory } = page;
    expect(document.getState().tokens.map(({ id }) => id)).toEqual(prompt);
    await until(() => rows.getState().selected.status === 'ready' && numbered(page));
    expect(model.getState().coming).toMatchObject({ status: 'loading', progress: { bytes: 500_000 } });
    await page.flush();
    expect([...memory.keys()].filter(key => key.startsWith('document:'))).toEqual([]);
  });

  test('its load goes on to be told, and can be cancelled', async () => {
    const slowly = await stoodIn();
    const { model } = slowly.page;
    await slowly.arrive(2_000, 900_000);
    await until(() => model.getState().coming?.progress.bytes === 900_000);
    model.getState().cancelLoad();
    expect(model.getState().coming?.cancelling).toBe(true);
    await slowly.fail();
    expect(model.getState()).toMatchObject({ coming: null, load: { status: 'failed' } });
  });

  test('gives way to the model: a run that waited goes on, and all numbers are computed', async () => {
    const slowly = await stoodIn();
    const { page } = slowly;
    await until(() => page.rows.getState().selected.status === 'ready' && numbered(page));
    const before = page.document.getState().tokens.map(({ stats }) => stats?.logprob);
    const row = page.rows.getState().rowAt('end');
    const run = page.generation.getState().run();
    expect(page.generation.getState().status.kind).toBe('waiting');
    kernelsStore.of(page);
    const checks = () => [...page.waits].filter(({ ms }) => ms === QUIET_MS).length;
    expect(checks()).toBe(0);
    await slowly.come();
    // Kernels that compute are checked.
    expect(checks()).toBe(1);
    await run;
    expect(recorded(page)).toBe(false);
    expect(page.model.getState().coming).toBeNull();
    expect(page.generation.getState().status).toMatchObject({ kind: 'finished' });
    await until(() => numbered(page));
    const { tokens } = page.document.getState();
    expect(tokens.length).toBeGreaterThan(prompt.length);
    for (const [at, { stats }] of tokens.slice(1, prompt.length).entries())
      expect(stats?.logprob).not.toBe(before[at + 1]);
    page.document.getState().selectToken(prompt.length);
    await until(() => page.rows.getState().rowAt(prompt.length) !== null);
    expect(page.rows.getState().rowAt(prompt.length)).not.toEqual(row);
  });

  test('another text is waited for, as without it, and has its numbers once the model is here', async () => {
    const slowly = await stoodIn();
    const { page } = slowly;
    await until(() => page.rows.getState().selected.status === 'ready');
    // A beginning of the recorded text is in it.
    page.document.getState().edit(page.document.getState().text.length - ' small'.length, Infinity, '');
    await until(() => page.rows.getState().selected.status === 'ready');
    page.document.getState().setText('A text of my own');
    expect(page.model.getState()).toMatchObject({ coming: null, load: { status: 'loading' } });
    expect(page.rows.getState().selected.status).toBe('no_model');
    await slowly.come();
    await until(() => page.rows.getState().selected.status === 'ready');
    expect(page.document.getState().text).toBe('A text of my own');
  });

  test('a run that waits for the model holds up no look at the text', async () => {
    const slowly = await stoodIn();
    const { page } = slowly;
    const run = page.generation.getState().run();
    page.document.getState().selectToken(3);
    await until(() => page.rows.getState().selected.status === 'ready' && page.rows.getState().selected.place === 3);
    page.lens.getState().enter();
    await until(() => page.lens.getState().probe.status === 'ready');
    await slowly.come();
    await run;
    expect(page.generation.getState().status).toMatchObject({ kind: 'finished' });
  });

  test('the recorded run is a document, and stays one', async () => {
    const slowly = await stoodIn();
    const { page } = slowly;
    await showRecorded(page);
    const { tokens } = page.document.getState();
    expect(tokens.length).toBeGreaterThan(prompt.length);
    await slowly.come();
    const after = page.document.getState().tokens;
    expect(after.map(({ id, draw }) => [id, draw])).toEqual(tokens.map(({ id, draw }) => [id, draw]));
    expect(page.documents.getState().notice).toBeNull();
  });

  test('what is typed behind it is kept with what was drawn, over a reload before the model is here', async () => {
    const memory = new Map<string, unknown>();
    const slowly = await stoodIn(memory);
    await showRecorded(slowly.page);
    const { tokens, edit, text } = slowly.page.document.getState();
    const drawn = tokens.filter(({ draw }) => draw !== undefined);
    edit(text.length, text.length, ' Then');
    expect(slowly.page.model.getState().load.status).toBe('loading');
    await slowly.page.flush();
    slowly.page.dispose();
    const again = new SlowPage(memory);
    await again.come();
    await until(() => again.page.document.getState().tokens.length > tokens.length);
    const after = again.page.document.getState();
    expect(after.text).toBe(`${text} Then`);
    expect(after.tokens.filter(({ draw }) => draw !== undefined).map(({ id, draw }) => [id, draw])).toEqual(
      drawn.map(({ id, draw }) => [id, draw]),
    );
  });

  test('Undo over its leaving brings back what was drawn as it was drawn', async () => {
    const slowly = await stoodIn();
    const { page } = slowly;
    await showRecorded(page);
    await until(() => numbered(page));
    const { tokens, selectToken, edit, text } = page.document.getState();
    edit(text.length - 4, text.length, '');
    selectToken('end');
    await slowly.come();
    page.document.getState().undo();
    const after = page.document.getState().tokens;
    expect(after.map(({ id, draw }) => [id, draw])).toEqual(tokens.map(({ id, draw }) => [id, draw]));
    // What was typed had a rounded number, and gets another.
    const typed = () => page.document.getState().tokens[2]?.stats?.logprob;
    const rounded = tokens[2]?.stats?.logprob;
    expect(typed()).not.toBe(rounded);
  });

  test('a load that fails says so, and the text is there', async () => {
    const slowly = await stoodIn();
    const { page } = slowly;
    const { text } = page.document.getState();
    await slowly.fail();
    expect(page.model.getState()).toMatchObject({
      coming: null,
      load: { status: 'failed', error: { code: 'network' } },
    });
    expect(page.document.getState().text).toBe(text);
    // Once more, from the beginning.
    const again = page.model.getState().retry();
    await again;
    expect(page.model.getState().load.status).toBe('ready');
    expect(recorded(page)).toBe(false);
  });

  test('a recording that comes for another text does not stand in', async () => {
    const slowly = await slow();
    const { page } = slowly;
    page.document.getState().setText('Mine.');
    for (let turns = 0; turns < 50; turns++) await turn();
    expect(recorded(page)).toBe(false);
    await slowly.come();
    expect(page.model.getState().coming).toBeNull();
  });

  test('a call-off ends it at once', async () => {
    const slowly = await slow();
    const { page } = slowly;
    page.model.getState().cancelLoad();
    await slowly.fail();
    expect(page.model.getState()).toMatchObject({ coming: null });
    expect(recorded(page)).toBe(false);
  });

  test('a worker that crashes under it opens the model anew', async () => {
    const slowly = await stoodIn();
    const { page } = slowly;
    page.worker.crash('gone');
    await until(() => page.model.getState().load.status === 'ready' && !recorded(page));
    expect(page.model.getState().coming).toBeNull();
    const [, last] = page.workers.map(worker => worker.of('load').at(-1));
    expect(last).toMatchObject({ source: { kind: 'shipped' } });
    expect(last?.allowed).toBeUndefined();
  });

  test('another model that a person chooses takes the place of both, and none is gone back to', async () => {
    const { page } = await stoodIn();
    await page.model.getState().loadModel({ kind: 'hub', repo: 'a/b', revision: 'main' });
    expect(page.model.getState()).toMatchObject({ coming: null, kept: null, load: { status: 'ready' } });
    expect(recorded(page)).toBe(false);
  });

  test('letting go of it ends the load', async () => {
    const { page } = await stoodIn();
    page.model.getState().unload('person');
    expect(page.model.getState()).toMatchObject({ coming: null, load: { status: 'idle' } });
    await page.model.getState().retry();
    expect(recorded(page)).toBe(false);
  });
});

test('a model that is opened again, after a loss, is none of a first visit', async () => {
  const slowly = new SlowPage();
  await slowly.come();
  const again = slowly.hold();
  const { page } = slowly;
  void page.model.getState().reopen();
  await again;
  await slowly.arrive(0, 0);
  slowly.pass();
  for (let turns = 0; turns < 50; turns++) await turn();
  expect(page.model.getState()).toMatchObject({ coming: null, load: { status: 'loading' } });
});

describe('no recording stands in', () => {
  const left = async (slowly: SlowPage): Promise<void> => {
    slowly.pass();
    await slowly.come();
    expect(slowly.page.model.getState().coming).toBeNull();
    expect(recorded(slowly.page)).toBe(false);
  };

  test('for what is nearly here', async () => {
    const slowly = new SlowPage();
    await slowly.arrive(0, 0);
    await slowly.arrive(1_000, 3_000_000);
    slowly.pass();
    expect(slowly.page.model.getState().coming).toBeNull();
    await left(slowly);
  });

  test('for what is stored', async () => {
    const slowly = new SlowPage();
    await slowly.arrive(0, 0, true);
    await left(slowly);
  });

  test('for a text of a person', async () => {
    const slowly = new SlowPage();
    await slowly.arrive(0, 0);
    slowly.page.document.getState().setText('Mine.');
    slowly.pass();
    await left(slowly);
  });

  test('where the model comes first', async () => {
    const slowly = await slow();
    await slowly.come();
    await until(() => slowly.page.rows.getState().selected.status === 'ready');
    expect(recorded(slowly.page)).toBe(false);
  });
});
