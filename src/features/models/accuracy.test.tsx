// Measuring what a format changes: what is asked of the worker, what is shown on the way, and when it is forgotten.
import { createElement } from 'react';
import { afterEach, describe, expect, test } from 'vitest';
import { rendered } from '../../../e2e/support/rendered.ts';
import { type Interception, until } from '../../../e2e/support/scripted-engine.ts';
import { type Page, readyPage } from '../../../e2e/support/scripted-page.ts';
import type { CommandOf } from '../../protocol/commands.ts';
import type { Accuracy, EngineEvent } from '../../protocol/events.ts';
import { accuracyStore, PLAIN_TEXT } from './accuracy.ts';
import { measuredWords, readingWords } from './accuracyWords.ts';
import { CurrentModel } from './CurrentModel.tsx';

const HALF: Accuracy = {
  done: 1,
  total: 2,
  kl: 0.000_012_34,
  worst: 0.000_012_34,
  same: 1,
  perplexity: 3,
  originalPerplexity: 2.5,
};
const WHOLE: Accuracy = { ...HALF, done: 2, kl: 0.002, worst: 0.0039, same: 1, perplexity: 4.123_456 };

/** The worker's answers wait until a test gives them. */
function answers() {
  const asked: CommandOf<'measure_accuracy'>[] = [];
  const cancelled: number[] = [];
  let say: (event: EngineEvent) => void = () => {};
  const intercept: Interception = (command, post) => {
    if (command.type === 'cancel') {
      cancelled.push(command.run);
      post({ type: 'failed', run: command.run, error: { code: 'cancelled', message: 'cancelled', detail: {} } });
    }
    if (command.type !== 'measure_accuracy') return false;
    asked.push(command);
    say = post;
    return true;
  };
  return { asked, cancelled, intercept, say: (event: EngineEvent) => say(event) };
}

const pages: Page[] = [];
afterEach(() => {
  for (const page of pages.splice(0)) page.dispose();
});

async function open() {
  const log = answers();
  const page = await readyPage({ intercept: log.intercept });
  pages.push(page);
  await page.model.getState().keepFormat('int8');
  // An empty text asks for no row, which would go before what is measured.
  page.document.getState().setText('');
  const store = accuracyStore.of(page);
  // The stores of the page show their states of now, and so does this one.
  const shown = { ...page, accuracy: store };
  const words = () =>
    rendered(shown, createElement(CurrentModel))
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ');
  return { log, page, store, words };
}

describe('the accuracy of a format', () => {
  test('is measured on the files of the model in use, told as it comes, and stays', async () => {
    const { log, page, store, words } = await open();
    expect(words()).toContain('beside the weights of the files: 200 MB more GPU memory meanwhile');
    const measuring = store.getState().measure();
    await until(() => log.asked.length === 1);
    const [command] = log.asked;
    const run = command?.run ?? 0;
    expect(command).toMatchObject({ source: page.worker.of('load').at(-1)?.source });
    log.say({ type: 'progress', run, phase: 'download', bytes: 5e6, totalBytes: 10e6, fromCache: true });
    await until(() => store.getState().reading !== null);
    expect(words()).toContain('Reading the files: 5.0 MB of 10.0 MB Stop');
    log.say({ type: 'accuracy', run, ...HALF });
    await until(() => store.getState().measured !== null);
    expect(store.getState()).toMatchObject({ reading: null, task: { status: 'working', done: 1 } });
    expect(words()).toContain('The first 1 position of');
    log.say({ type: 'accuracy', run, ...WHOLE });
    log.say({ type: 'done', run });
    await measuring;
    expect(words()).toContain(
      'int8 beside the weights of the files: the likeliest token is the same at 1; probabilities move by 0.002 nats on average, 0.0039 at the worst position',
    );
    expect(words()).toContain('perplexity 4.1235, with the weights of the files 2.5000.');
    await page.model.getState().keepFormat('int4');
    expect(store.getState()).toMatchObject({ measured: null, task: { status: 'idle' } });
    await page.model.getState().keepFormat('stored');
    expect(words()).not.toContain('Measure accuracy');
  });

  test('takes a text of the person where it is long enough, else a plain one', async () => {
    const { log, page, store } = await open();
    const { load } = page.model.getState();
    const plain = load.status === 'ready' ? [...load.tokenizer.opening, ...load.tokenizer.encode(PLAIN_TEXT)] : [];
    const latest = () => [...(log.asked.at(-1)?.tokens ?? [])];
    page.document.getState().setText('short');
    void store.getState().measure();
    await until(() => latest().length === 64 && latest().join() === plain.slice(0, 64).join());
    page.document.getState().setText('a text of some length. '.repeat(12));
    const own = page.document.getState().tokens.map(({ id }) => id);
    expect(own.length).toBeGreaterThan(32);
    void store.getState().measure();
    await until(() => latest().length >= 32 && latest().join() === own.slice(0, 64).join());
  });

  test('ends when a person stops it; what failed is said', async () => {
    const { log, store, words } = await open();
    const first = store.getState().measure();
    await until(() => log.asked.length === 1);
    store.getState().stop();
    await until(() => log.cancelled.length === 1);
    await first;
    expect(store.getState().task.status).toBe('stopped');
    const second = store.getState().measure();
    await until(() => log.asked.length === 2);
    const error = { code: 'out_of_memory', message: 'full', detail: { bytes: 9 } } as const;
    log.say({ type: 'failed', run: log.asked[1]?.run ?? 0, error });
    await second;
    expect(store.getState().task.status).toBe('failed');
    expect(words()).toContain('memory');
  });
});

describe('the words', () => {
  test('of numbers that are small, and of positions that are all the same', () => {
    const words = measuredWords({ ...WHOLE, own: true, same: 2, kl: 1.26e-7, worst: 0 }, 'int8');
    expect(words).toContain(
      '2 positions of your text, int8 beside the weights of the files: the likeliest token is the same everywhere;',
    );
    expect(words).toContain('by 1.3e-7 nats on average, 0 at the worst position');
  });

  test('of files that are looked at and fetched', () => {
    const progress = {
      type: 'progress',
      run: 1,
      phase: 'download',
      bytes: 0,
      totalBytes: 0,
      fromCache: false,
    } as const;
    expect(readingWords(progress)).toBe('Looking at the files');
    expect(readingWords({ ...progress, totalBytes: 2e6 })).toMatch(/^Fetching the files: /);
  });
});
