// The load of a model on a scripted worker: progress, failures, cancel, the cache, lost devices.
import { describe, expect, test } from 'vitest';
import { ADAPTER, until } from '../../../e2e/support/scripted-engine.ts';
import { loseDevice, makePage, type Page, readyPage } from '../../../e2e/support/scripted-page.ts';
import { NucleusError } from '../../lib/error.ts';
import type { Command } from '../../protocol/commands.ts';
import type { EventOf } from '../../protocol/events.ts';
import { GPT2, kept, load } from './load.fixture.ts';
import { isChosen } from './model.ts';
import { localName, openFiles } from './opening.ts';
import { DEFAULT_SOURCE } from './sources.ts';
import { SpeedMeter } from './speed.ts';

describe('start', () => {
  test('loads the shipped model by itself and generates nothing', async () => {
    const page = kept(await readyPage());
    expect(page.worker.of('load')).toEqual([
      expect.objectContaining({ source: DEFAULT_SOURCE, keep: true, refresh: false }),
    ]);
    expect(page.worker.of('generate')).toHaveLength(0);
    expect(page.model.getState().adapter).toEqual(ADAPTER);
    expect(isChosen(page.model.getState(), DEFAULT_SOURCE)).toBe(true);
    expect(isChosen(page.model.getState(), GPT2)).toBe(false);
  });

  test('makes no worker where WebGPU is missing, and says why', async () => {
    const blocked = new NucleusError('no_webgpu', 'none', { advice: 'Update.' });
    const page = kept(makePage({ blocked }));
    await page.start();
    expect(page.workers).toHaveLength(0);
    expect(page.model.getState().blocked).toEqual({
      code: 'no_webgpu',
      message: 'none',
      detail: { advice: 'Update.' },
    });
    await page.generation.getState().run();
    expect(page.generation.getState().status).toMatchObject({ kind: 'failed', error: { code: 'no_webgpu' } });
  });

  test('the defaults of the model become those of the settings', async () => {
    const page = kept(await readyPage({ model: { defaults: { temperature: 0.3, max_new_tokens: 8 } } }));
    expect(page.settings.getState().settings).toMatchObject({ temperature: 0.3, max_new_tokens: 8, top_p: 0.95 });
  });
});

describe('a format that nobody chose', () => {
  test('is said, and kept as one that was chosen from then on', async () => {
    const page = kept(await readyPage({ model: { format: 'int8', dtype: 'int8' } }));
    expect(page.model.getState().notices).toContain('format_smaller');
    await page.model.getState().loadModel(DEFAULT_SOURCE);
    expect(page.worker.of('load').at(-1)).toMatchObject({ format: 'int8' });
    expect(page.model.getState().notices).not.toContain('format_smaller');
  });

  test('is not said where it was wanted, nor where the weights are as stored', async () => {
    const page = kept(await readyPage());
    for (const format of ['int4', 'stored'] as const) {
      await page.model.getState().keepFormat(format);
      expect(page.worker.of('load').at(-1)).toMatchObject({ format });
      expect(page.model.getState().load).toMatchObject({ model: { format } });
      expect(page.model.getState().notices).toEqual([]);
    }
  });
});

describe('progress', () => {
  test('shows phase, bytes, speed and time left', async () => {
    const page = kept(makePage());
    const seen: string[] = [];
    page.model.subscribe(({ load: now }) => {
      if (now.status !== 'loading') return;
      const { phase, bytes, totalBytes, speed, secondsLeft } = now.progress;
      seen.push(`${phase} ${bytes}/${totalBytes} ${speed} ${secondsLeft}`);
      page.clock.now += 1000;
    });
    await page.start();
    expect(seen).toEqual([
      'list 0/0 null null',
      'list 0/0 null null',
      'download 0/100 null null',
      expect.stringMatching(/^download 40\/100 [\d.]+ [\d.]+$/),
      expect.stringMatching(/^download 100\/100 [\d.]+ 0$/),
    ]);
  });

  test('speed is taken over the last seconds and starts over when bytes go back', () => {
    const meter = new SpeedMeter();
    expect(meter.add(0, 0, 1000)).toEqual({ speed: null, secondsLeft: null });
    expect(meter.add(100, 50, 1000).speed).toBeNull();
    expect(meter.add(1000, 500, 1000)).toEqual({ speed: 500, secondsLeft: 1 });
    for (let s = 2; s <= 30; s++) meter.add(s * 1000, 500 + s, 1000);
    expect(meter.add(31_000, 531, 1000).speed).toBeCloseTo(1, 5);
    expect(meter.add(32_000, 100, 1000).speed).toBeNull();
  });
});

describe('another model', () => {
  test('of the same vocabulary keeps the text and its ids', async () => {
    const page = kept(await readyPage());
    await page.generation.getState().run();
    const before = page.document.getState().tokens;
    await page.model.getState().loadModel(GPT2);
    const { tokens } = page.document.getState();
    expect(tokens.map(token => token.id)).toEqual(before.map(token => token.id));
    expect(tokens.every(token => token.stats === undefined)).toBe(true);
  });

  test('opened files travel with the command; declining means not kept', async () => {
    const page = kept(await readyPage());
    const files = ['config.json', 'tokenizer.json', 'tiny.safetensors'].map(name => new File(['{}'], name));
    await openFiles(page, files, false);
    expect(page.worker.of('load').at(-1)).toMatchObject({
      source: { kind: 'local', name: 'tiny' },
      keep: false,
      refresh: false,
    });
    expect(page.worker.of('load').at(-1)?.files).toHaveLength(3);
    expect(localName([])).toBe('files');
  });
});

test('the browser is asked to keep what a person downloads or opens, and not for the model that ships', async () => {
  let asked = 0;
  const page = kept(await readyPage({ persist: () => asked++ }));
  expect(asked).toBe(0);
  await page.model.getState().loadModel({ kind: 'hub', repo: 'a/b', revision: 'main' });
  expect(asked).toBe(1);
  const file = new File(['{}'], 'tiny.safetensors');
  await openFiles(page, [file], false);
  expect(asked).toBe(1);
  await openFiles(page, [file], true);
  expect(asked).toBe(2);
});

describe('a lost device', () => {
  const lose = (page: Page): void => loseDevice(page);

  test('is reopened once by itself; the text stays and a run goes on', async () => {
    const page = kept(await readyPage());
    await page.generation.getState().run();
    const before = page.document.getState().tokens;
    lose(page);
    expect(page.model.getState().loss).toEqual({ kind: 'reopening', cause: 'device', again: false });
    expect(load(page).status).toBe('loading');
    await until(() => page.model.getState().loss.kind === 'reopened');
    expect(load(page).status).toBe('ready');
    expect(page.document.getState().tokens).toBe(before);
    await page.generation.getState().step();
    expect(page.document.getState().tokens).toHaveLength(before.length + 1);
    // The run has gone on: there is nothing left to say.
    expect(page.model.getState().loss).toEqual({ kind: 'none' });
  });

  test('a second loss within two minutes lowers the load, a third asks for a restart of the browser, a later one does not', async () => {
    const page = kept(await readyPage());
    lose(page);
    await until(() => load(page).status === 'ready');
    page.clock.now += 119_000;
    lose(page);
    expect(page.model.getState().loss).toEqual({ kind: 'reopening', cause: 'device', again: true });
    await until(() => load(page).status === 'ready');
    expect(page.worker.of('load').at(-1)?.light).toBe(true);
    page.clock.now += 119_000;
    lose(page);
    expect(load(page)).toMatchObject({ status: 'failed', error: { code: 'device_lost', detail: { again: 1 } } });
    expect(page.model.getState().loss).toEqual({ kind: 'none' });
    await page.model.getState().retry();
    page.clock.now += 121_000;
    lose(page);
    await until(() => page.model.getState().loss.kind === 'reopened');
  });

  test('a crashed worker is the same to a person', async () => {
    const page = kept(await readyPage());
    page.worker.crash('boom');
    await until(() => page.workers.length === 2 && load(page).status === 'ready');
    expect(page.worker.of('load')).toHaveLength(1);
  });
});

describe('the cache', () => {
  const model: EventOf<'cache'>['models'][number] = {
    key: 'hub/openai-community/gpt2@main',
    name: 'gpt2',
    source: GPT2,
    commit: 'abc',
    digest: '5e'.repeat(32),
    bytes: 5,
    complete: true,
    storedAt: 1,
  };
  /** `hold`: commands of this type are heard once, and not answered. */
  const cachePage = async (hold?: Command['type']): Promise<Page> => {
    let models = [model];
    return kept(
      await readyPage({
        intercept: (command, say) => {
          const { run } = command;
          if (command.type === hold) {
            hold = undefined;
            return true;
          }
          if (command.type === 'cache_list') say({ type: 'cache', run, models, usage: 7 });
          else if (command.type === 'cache_verify') say({ type: 'verified', run, key: command.key, damaged: ['a'] });
          else if (command.type === 'cache_check')
            say({ type: 'update', run, key: command.key, newer: true, commit: 'd' });
          else if (command.type === 'cache_delete') models = [];
          else return false;
          say({ type: 'done', run });
          return true;
        },
      }),
    );
  };

  test('lists, verifies, checks and deletes', async () => {
    const page = await cachePage();
    const actions = page.model.getState();
    await actions.listCache();
    expect(page.model.getState().cache).toMatchObject({ status: 'ready', usage: 7, models: [{ key: model.key }] });
    await actions.verifyCached(model.key);
    expect(page.model.getState().cache.tasks[model.key]).toEqual({ kind: 'verified', damaged: ['a'] });
    await actions.checkForUpdate(model.key);
    expect(page.model.getState().cache.tasks[model.key]).toEqual({ kind: 'checked', newer: true, commit: 'd' });
    await actions.updateCached(model.key);
    expect(page.worker.of('load').at(-1)).toMatchObject({ source: GPT2, refresh: true });
    await actions.deleteCached(model.key);
    expect(page.model.getState().cache).toMatchObject({ models: [], tasks: {} });
  });

  test('what is done to a stored model outlives the worker of the model in use', async () => {
    for (const hold of ['cache_verify', 'cache_delete'] as const) {
      const page = await cachePage(hold);
      const actions = page.model.getState();
      await actions.listCache();
      const done = hold === 'cache_verify' ? actions.verifyCached(model.key) : actions.deleteCached(model.key);
      await until(() => page.worker.of(hold).length > 0);
      actions.unload('person');
      await done;
      expect(page.workers).toHaveLength(2);
      const { models, tasks } = page.model.getState().cache;
      if (hold === 'cache_verify') expect(tasks[model.key]).toEqual({ kind: 'verified', damaged: ['a'] });
      else expect({ models, tasks }).toEqual({ models: [], tasks: {} });
    }
  });

  test('a fresh fetch is not repeated by the reopening of a lost device', async () => {
    const page = await cachePage();
    await page.model.getState().listCache();
    await page.model.getState().updateCached(model.key);
    loseDevice(page);
    await until(() => page.model.getState().loss.kind === 'reopened');
    expect(page.worker.of('load').map(command => command.refresh)).toEqual([false, true, false]);
  });
});
