// Loads that come to nothing: what stays in use, what is said, and what is forgotten.
import { describe, expect, test } from 'vitest';
import { until } from '../../../e2e/support/scripted-engine.ts';
import { loseDevice, makePage, readyPage, text } from '../../../e2e/support/scripted-page.ts';
import { sourceKey } from '../../lib/model-source.ts';
import { GPT2, kept, load } from './load.fixture.ts';
import { DEFAULT_SOURCE } from './sources.ts';

describe('a load that does not succeed', () => {
  test('fails with the error of the worker; retry asks for the same', async () => {
    let broken = true;
    const page = kept(
      makePage({
        intercept: (command, say) => {
          if (command.type !== 'load' || !broken) return false;
          say({
            type: 'failed',
            run: command.run,
            error: { code: 'not_found', message: '404', detail: { status: 404 } },
          });
          return true;
        },
      }),
    );
    await page.start();
    expect(load(page)).toMatchObject({ status: 'failed', source: DEFAULT_SOURCE, error: { code: 'not_found' } });
    broken = false;
    await page.model.getState().retry();
    expect(load(page).status).toBe('ready');
    expect(page.worker.of('load').map(command => sourceKey(command.source))).toEqual(
      Array(2).fill('shipped/nucleus-3m'),
    );
  });

  test('a tokenizer that cannot be read is a failed load', async () => {
    const page = kept(makePage({ model: { tokenizerJson: { model: {} } } }));
    await page.start();
    expect(load(page)).toMatchObject({ status: 'failed', error: { code: 'bad_tokenizer' } });
    expect(text(page)).toContain('Once upon a time');
  });

  test('cancel sends it to the worker and ends idle', async () => {
    const page = kept(makePage());
    const started = page.start();
    await until(() => load(page).status === 'loading' && page.workers.length > 0);
    page.model.getState().cancelLoad();
    expect(load(page)).toMatchObject({ status: 'loading', cancelling: true });
    await started;
    expect(load(page)).toEqual({ status: 'idle' });
    expect(page.worker.of('cancel')).toHaveLength(1);
  });

  test('another load takes the place of one under way', async () => {
    const page = kept(makePage());
    const started = page.start();
    await until(() => load(page).status === 'loading' && page.workers.length > 0);
    await Promise.all([started, page.model.getState().loadModel(GPT2)]);
    expect(load(page)).toMatchObject({ status: 'ready', model: { key: 'hub/openai-community/gpt2@main' } });
  });
});

describe('a load that comes to nothing while another model is in use', () => {
  /** Fails every load of GPT-2, after the old model has made room where `closed` says so. */
  const failing = (closed: boolean) =>
    readyPage({
      intercept: (command, say) => {
        if (command.type !== 'load' || command.source.kind !== 'hub') return false;
        if (closed) say({ type: 'closed', run: command.run });
        const error = { code: 'not_found', message: '404', detail: { status: 404 } } as const;
        say({ type: 'failed', run: command.run, error });
        return true;
      },
    });

  test('goes back to that model and says what failed', async () => {
    const page = kept(await failing(false));
    const before = load(page);
    await page.model.getState().loadModel(GPT2);
    expect(load(page)).toEqual(before);
    expect(page.model.getState().failure).toMatchObject({ source: GPT2, error: { code: 'not_found' } });
    await page.generation.getState().run();
    expect(page.generation.getState().status.kind).toBe('finished');
    page.model.getState().dismissFailure();
    expect(page.model.getState().failure).toBeNull();
  });

  test('fails for good once that model has made room', async () => {
    const page = kept(await failing(true));
    await page.model.getState().loadModel(GPT2);
    expect(load(page)).toMatchObject({ status: 'failed', source: GPT2 });
    expect(page.model.getState().failure).toBeNull();
    // Which one that was is known, however often the other fails; and it is one step away.
    await page.model.getState().retry();
    expect(page.model.getState().letGo).toEqual({ source: DEFAULT_SOURCE, by: 'room' });
    await page.model.getState().wayBack()();
    expect(load(page)).toMatchObject({ status: 'ready', model: { source: DEFAULT_SOURCE } });
    expect(page.model.getState().letGo).toBeNull();
  });

  test('a cancel after that model has made room says so', async () => {
    const page = kept(
      await readyPage({
        intercept: (command, say) => {
          if (command.type === 'load' && command.source.kind === 'hub') say({ type: 'closed', run: command.run });
          return false;
        },
      }),
    );
    const loading = page.model.getState().loadModel(GPT2);
    await until(() => page.model.getState().kept === null);
    page.model.getState().cancelLoad();
    await loading;
    expect(page.model.getState()).toMatchObject({
      load: { status: 'idle' },
      letGo: { source: DEFAULT_SOURCE, by: 'room' },
    });
  });

  test('a cancel goes back without a word, and a lost device reopens the model in use', async () => {
    const page = kept(await readyPage());
    const loading = page.model.getState().loadModel(GPT2);
    page.model.getState().cancelLoad();
    await loading;
    expect(load(page)).toMatchObject({ status: 'ready', model: { source: DEFAULT_SOURCE } });
    expect(page.model.getState().failure).toBeNull();
    loseDevice(page);
    await until(() => page.model.getState().loss.kind === 'reopened');
    expect(load(page)).toMatchObject({ status: 'ready', model: { source: DEFAULT_SOURCE } });
  });
});

describe('an error of a download', () => {
  const broken = (bytes: number, phase: 'list' | 'download' = 'download') =>
    readyPage({
      intercept: (command, say) => {
        if (command.type !== 'load' || command.source.kind !== 'hub') return false;
        say({ type: 'progress', run: command.run, phase, bytes, totalBytes: 100, fromCache: false });
        say({ type: 'failed', run: command.run, error: { code: 'network', message: '', detail: {} } });
        return true;
      },
    });

  test('says what has arrived where something has and is stored', async () => {
    const page = kept(await broken(40));
    await page.model.getState().loadModel(GPT2);
    expect(page.model.getState().failure?.error.detail).toEqual({ arrived: 40 });
    await page.model.getState().loadModel(GPT2, { keep: false });
    expect(page.model.getState().failure?.error.detail).toEqual({});
    for (const none of [await broken(0), await broken(0, 'list')].map(kept)) {
      await none.model.getState().loadModel(GPT2);
      expect(none.model.getState().failure?.error.detail).toEqual({});
    }
  });

  test('is forgotten once a run goes on with the model that is there', async () => {
    const page = kept(await broken(40));
    await page.model.getState().loadModel(GPT2);
    await page.generation.getState().step();
    expect(page.model.getState().failure).toBeNull();
  });
});
