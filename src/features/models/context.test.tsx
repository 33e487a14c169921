// The context as the page tells it: before a load, while a text is written, after a choice, and where memory gave out.
import { createElement } from 'react';
import { afterEach, describe, expect, test } from 'vitest';
import { rendered } from '../../../e2e/support/rendered.ts';
import { until, V } from '../../../e2e/support/scripted-engine.ts';
import { type Page, readyPage } from '../../../e2e/support/scripted-page.ts';
import type { ContextNeeds } from '../../lib/context-memory.ts';
import type { ContextState } from '../../protocol/events.ts';
import { StatusLine } from '../status/StatusLine.tsx';
import { ContextChoice } from './ContextChoice.tsx';
import { ContextInUse } from './ContextInUse.tsx';
import { allowContext } from './context.ts';
import { LoadStrip } from './LoadStrip.tsx';

const MB = 1e6;
const needs: ContextNeeds = { n_ctx: 32_768, slotLimit: 50_000, slotBytes: 10_000, baseBytes: 300 * MB };
const context: ContextState = { needs, kv: 'f32', allowed: 4096, slots: 512, bytes: 5.12 * MB, short: false };

/** Its words, tags apart. */
const words = (markup: string): string => markup.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');

let page: Page;
afterEach(() => page?.dispose());
async function open(model: ContextState = context): Promise<Page> {
  const dims = { n_layer: 1, n_embd: 8, n_head: 1, n_kv_head: 1, head_size: 8, n_ctx: needs.n_ctx, vocab_size: V };
  page = await readyPage({ model: { context: model, dims } });
  return page;
}

test('before a load: what weights take and what the choice comes to take', async () => {
  await open();
  const shown = (allowed: number, most = needs) =>
    words(
      rendered(
        page,
        createElement(ContextChoice, { needs: most, allowed, kv: 'f32', onAllowed: () => {}, onKv: () => {} }),
      ),
    );
  expect(shown(4096)).toContain('the model was made for 32,768');
  expect(shown(4096)).toContain('300 MB for weights and the values of a step');
  expect(shown(4096)).toContain('up to 81.9 MB for keys and values');
  expect(shown(32_768)).toContain('up to 369 MB for keys and values');
  expect(shown(4096)).not.toContain('largest buffer');
  expect(shown(4096, { ...needs, slotLimit: 8192 })).toContain(
    '8,192 are what the largest buffer of this adapter holds',
  );
});

describe('while writing', () => {
  test('used, allowed and the limit of the model', async () => {
    await open();
    const used = page.document.getState().tokens.length;
    expect(words(rendered(page, createElement(ContextInUse)))).toContain(
      `Context: ${used} tokens used, 4,096 allowed of 32,768. Room for 512 positions in 5.1 MB of GPU memory now.`,
    );
    expect(words(rendered(page, createElement(StatusLine)))).toContain(`${used} / 4,096 of 32,768`);
  });

  test('a pool that grew is told, the rows and the text stay as they are', async () => {
    await open();
    const { load } = page.model.getState();
    const { tokens } = page.document.getState();
    page.worker.say({ type: 'context', run: 0, context: { ...context, slots: 1024, bytes: 10.2 * MB } });
    expect(words(rendered(page, createElement(ContextInUse)))).toContain('1,024 positions in 10.2 MB');
    expect(page.model.getState().load).toBe(load);
    expect(page.document.getState().tokens).toBe(tokens);
  });

  test('another choice holds from then on, and a text that it does not hold is too long', async () => {
    await open();
    await allowContext(page, 2);
    expect(page.model.getState().context).toMatchObject({ allowed: 2, needs });
    const used = page.document.getState().tokens.length;
    expect(words(rendered(page, createElement(StatusLine)))).toContain(`${used} / 2 of 32,768, ${used - 2} too many`);
    await page.generation.getState().run();
    expect(page.generation.getState().status).toMatchObject({
      kind: 'failed',
      error: { code: 'prompt_too_long', detail: { limit: 2 } },
    });
    await allowContext(page, 1e9);
    expect(page.model.getState().context).toMatchObject({ allowed: 32_768 });
  });

  test('memory that gives out: said once, the text stays, the end can be kept; more that is had takes the words back', async () => {
    await open();
    const { text } = page.document.getState();
    const allowed = page.document.getState().tokens.length - 1;
    page.worker.say({ type: 'context', run: 0, context: { ...context, allowed, short: true } });
    expect(words(rendered(page, createElement(LoadStrip)))).toContain(
      'no memory for a longer context. Your text stays.',
    );
    expect(words(rendered(page, createElement(ContextInUse)))).toContain('Keep its end to go on');
    expect(page.document.getState().text).toBe(text);
    page.generation.getState().keepTail();
    expect(page.document.getState().tokens.length).toBeLessThan(allowed);
    expect(text.endsWith(page.document.getState().text)).toBe(true);
    await allowContext(page, 4096);
    expect(page.model.getState().notices).toEqual([]);
  });
});

test('a device that was lost comes back with the context that was allowed last', async () => {
  await open();
  await allowContext(page, 1234);
  page.worker.say({ type: 'lost', run: 0, device: 1, reason: 'unknown', message: '' });
  await until(() => page.worker.of('load').length === 2 && page.model.getState().load.status === 'ready');
  expect(page.worker.of('load').map(command => command.allowed)).toEqual([undefined, 1234]);
});
