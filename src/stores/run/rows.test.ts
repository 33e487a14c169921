// Rows on demand: what is fetched when, what is kept, and the distributions over it.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { BOS, logitsAfter, turn, until, V } from '../../../e2e/support/scripted-engine.ts';
import { idle, ids, type Page, readyPage, text } from '../../../e2e/support/scripted-page.ts';
import { sample } from '../../sampling/pipeline.ts';
import { rankRow } from '../../sampling/row.ts';
import { DEFAULT_SETTINGS } from '../../sampling/settings.ts';
import { drawnFlags } from '../document/sequence.ts';
import { SETTLE_MS } from '../work/times.ts';

let page: Page;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  page.dispose();
  vi.useRealTimers();
});

const selected = () => page.rows.getState().selected;
const sent = (type: 'prefill' | 'row' | 'score') => page.worker.of(type).length;

/** Lets `ms` pass and the engine take its turns. */
async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  for (let i = 0; i < 20; i++) await turn();
}

describe('the row of the selected place', () => {
  test('is fetched for the end of the text before any run, and none is generated', async () => {
    page = await readyPage();
    await pass(0);
    await until(() => selected().status === 'ready');
    const now = selected();
    if (now.status !== 'ready') throw new Error(now.status);
    expect([...now.row.ranked.logits]).toEqual([...logitsAfter(Uint32Array.from(ids(page)))]);
    expect(page.worker.of('generate')).toHaveLength(0);
    expect(sent('prefill')).toBe(1);
  });

  test('comes a while after the last key, once', async () => {
    page = await readyPage();
    await pass(1000);
    const before = sent('prefill');
    for (const letter of ' fox') {
      page.document.getState().edit(text(page).length, text(page).length, letter);
      expect(selected().status).toBe('waiting');
      await pass(SETTLE_MS - 10);
    }
    expect(sent('prefill')).toBe(before);
    await pass(20);
    await until(() => selected().status === 'ready');
    expect(sent('prefill')).toBe(before + 1);
  });

  test('of a token in the middle names all that is cached, so that nothing is computed again', async () => {
    page = await readyPage();
    await pass(1000);
    page.document.getState().selectToken(3);
    await pass(100);
    await until(() => selected().status === 'ready');
    const [command] = page.worker.of('row');
    expect(command?.position).toBe(2);
    expect([...(command?.tokens ?? [])]).toEqual(ids(page));
    const row = page.rows.getState().rowAt(3);
    expect([...(row?.ranked.logits ?? [])]).toEqual([...logitsAfter(Uint32Array.from(ids(page).slice(0, 3)))]);
  });

  test('is kept: going back sends nothing', async () => {
    page = await readyPage();
    await pass(1000);
    for (const place of [3, 2, 3, 'end'] as const) {
      page.document.getState().selectToken(place);
      await pass(200);
      expect(selected()).toMatchObject({ status: 'ready', place });
    }
    expect(sent('row')).toBe(2);
    expect(sent('prefill')).toBe(1);
  });

  test('a caret that passes many tokens fetches the last one alone', async () => {
    page = await readyPage();
    await pass(1000);
    for (const place of [1, 2, 3, 4]) page.document.getState().selectToken(place);
    await pass(500);
    expect(page.worker.of('row').map(command => command.position)).toEqual([3]);
  });

  test('a caret that moves on while a row is fetched ends that fetch, and the newer one is let finish', async () => {
    const held: (() => void)[] = [];
    page = await readyPage({
      intercept: (command, say) => {
        if (command.type !== 'row') return false;
        const { run, position } = command;
        held.push(() => {
          const cancelled = page.worker.of('cancel').some(each => each.run === run);
          const error = { code: 'cancelled', message: '', detail: {} } as const;
          if (!cancelled)
            say({ type: 'row', run, position, logits: logitsAfter(command.tokens.subarray(0, position + 1)) });
          say(cancelled ? { type: 'failed', run, error } : { type: 'done', run });
        });
        return true;
      },
    });
    await pass(1000);
    page.document.getState().selectToken(2);
    await pass(100);
    page.document.getState().selectToken(4);
    await pass(100);
    held.shift()?.();
    await pass(1000);
    expect(selected()).toMatchObject({ status: 'loading', place: 4 });
    expect(sent('row')).toBe(2);
    held.shift()?.();
    await pass(0);
    expect(selected()).toMatchObject({ status: 'ready', place: 4 });
    expect(page.rows.getState().rowAt(2)).toBeNull();
  });

  test('the first token has none', async () => {
    page = await readyPage();
    page.document.getState().selectToken(0);
    await pass(500);
    expect(selected()).toEqual({ status: 'first', place: 0 });
  });

  test('a costly one waits for the button', async () => {
    page = await readyPage({ msPerToken: 600 });
    await pass(1000);
    await until(() => selected().status === 'ready');
    page.document.getState().edit(0, 4, 'Twice upon a time there was once');
    await pass(1000);
    const now = selected();
    expect(now.status).toBe('costly');
    if (now.status === 'costly') expect(now.seconds).toBeGreaterThan(1);
    const fetched = page.rows.getState().fetchSelected();
    expect(selected().status).toBe('loading');
    await fetched;
    await until(() => selected().status === 'ready');
  });

  const LONG = 'Anna and Tom went to the small house. '.repeat(12).trim();
  const dims = { n_layer: 1, n_embd: 8, n_head: 1, n_kv_head: 1, head_size: 8, n_ctx: 512, vocab_size: V };
  const bare = () => page.document.getState().tokens.filter((token, i) => i > 0 && token.stats === undefined).length;

  test('of a long text comes by itself when the model is small, before any measurement, and so do the numbers', async () => {
    page = await readyPage({ firstText: LONG, model: { dims, parameters: 3.2e6 } });
    expect(ids(page).length).toBeGreaterThan(100);
    await pass(0);
    await until(() => selected().status === 'ready');
    await pass(400);
    await until(() => bare() === 0);
    expect(page.worker.of('generate')).toHaveLength(0);
  });

  test('comes back after a reload, numbers and all', async () => {
    page = await readyPage({ firstText: LONG, model: { dims, parameters: 3.2e6 } });
    await page.flush();
    const { memory } = page;
    page.dispose();
    page = await readyPage({ memory, model: { dims, parameters: 3.2e6 } });
    await pass(0);
    await until(() => selected().status === 'ready');
    await pass(400);
    await until(() => bare() === 0);
  });

  test('of a long text waits for the button when the model is large for its adapter', async () => {
    page = await readyPage({ firstText: LONG, model: { dims, parameters: 124e6 } });
    await pass(1000);
    expect(selected()).toMatchObject({
      status: 'costly',
      seconds: expect.closeTo((ids(page).length * 0.248) / 1.5, 3),
    });
    expect(sent('prefill') + sent('score')).toBe(0);
  });

  test('a fetch that is stopped leaves the button', async () => {
    let hold = true;
    page = await readyPage({
      intercept: (command, say) => {
        if (command.type !== 'prefill' || !hold) return false;
        const { run } = command;
        const error = { code: 'cancelled', message: '', detail: {} } as const;
        const wait = (): void => {
          if (page.worker.of('cancel').some(each => each.run === run)) say({ type: 'failed', run, error });
          else setImmediate(wait);
        };
        wait();
        return true;
      },
    });
    await pass(100);
    expect(selected().status).toBe('loading');
    page.rows.getState().stopFetch();
    await until(() => selected().status === 'costly');
    await pass(1000);
    expect(selected().status).toBe('costly');
    expect(sent('prefill')).toBe(1);
    hold = false;
    await page.rows.getState().fetchSelected();
    await until(() => selected().status === 'ready');
  });

  test('a run stopped before its prefill ended leaves nothing to count on', async () => {
    page = await readyPage({
      firstText: LONG,
      model: { dims, parameters: 124e6 },
      intercept: (command, say) => {
        if (command.type !== 'generate') return false;
        const { run } = command;
        const finished = { reason: 'cancelled', stop: '', piece: new Uint8Array(0), generated: 0 } as const;
        say({ type: 'finished', run, ...finished, prefillMs: 0, decodeMs: 0 });
        say({ type: 'done', run });
        return true;
      },
    });
    await page.generation.getState().run();
    await pass(1000);
    expect(selected().status).toBe('costly');
    expect(sent('prefill')).toBe(0);
  });

  test('waits while a run is on and comes after it', async () => {
    page = await readyPage();
    await pass(1000);
    const before = sent('prefill');
    const run = page.generation.getState().run();
    page.document.getState().selectToken(2);
    expect(selected().status).toBe('waiting');
    await pass(0);
    await run;
    expect(sent('row')).toBe(0);
    await pass(500);
    await until(() => selected().status === 'ready');
    expect(sent('prefill')).toBe(before);
    expect(sent('row')).toBe(1);
  });

  test('a text longer than the context says so', async () => {
    page = await readyPage({ firstText: 'Anna and Tom went home. '.repeat(20).trim() });
    await pass(1000);
    expect(selected()).toMatchObject({ status: 'failed', error: { code: 'prompt_too_long' } });
    expect(sent('prefill')).toBe(0);
  });

  test('a failure is shown, and the button tries again', async () => {
    let broken = true;
    page = await readyPage({
      intercept: (command, say) => {
        if (command.type !== 'prefill' || !broken) return false;
        say({ type: 'failed', run: command.run, error: { code: 'nan_logits', message: '', detail: {} } });
        return true;
      },
    });
    await pass(1000);
    expect(selected()).toMatchObject({ status: 'failed', error: { code: 'nan_logits' } });
    broken = false;
    await page.rows.getState().fetchSelected();
    await until(() => selected().status === 'ready');
  });

  test('rows of another model are dropped', async () => {
    page = await readyPage();
    await pass(1000);
    await page.model.getState().loadModel({ kind: 'hub', repo: 'a/b', revision: 'main' });
    expect(page.rows.getState().rowAt('end')).toBeNull();
    await pass(1000);
    await until(() => selected().status === 'ready');
    expect(sent('prefill')).toBe(2);
  });
});

describe('distribution', () => {
  test('is the sampling over the row, with the penalties of what stands before; no command is sent', async () => {
    page = await readyPage();
    await page.generation.getState().run();
    await pass(1000);
    await until(() => selected().status === 'ready');
    const posted = page.worker.posted.length;
    const settings = { ...DEFAULT_SETTINGS, temperature: 0.5, presence_penalty: 1.5, top_k: 20 };
    const { tokens } = page.document.getState();
    const all = Uint32Array.from(ids(page));
    const expected = sample(rankRow(logitsAfter(all)), settings, { ids: all, drawn: drawnFlags(tokens) }, []);
    const found = page.rows.getState().distribution('end', settings, null);
    expect(found?.kept).toEqual(expected.kept);
    expect(found?.weights).toEqual(expected.weights);
    expect(page.rows.getState().distribution('end', settings, null)).toBe(found);
    expect(page.rows.getState().distribution('end', { ...settings, temperature: 2 }, null)).not.toBe(found);
    expect(page.worker.posted).toHaveLength(posted);
  });

  test('cuts the end-of-text token when it is never to be drawn', async () => {
    page = await readyPage();
    await pass(1000);
    await until(() => selected().status === 'ready');
    const open = { ...DEFAULT_SETTINGS, top_p: 1, temperature: 1 };
    expect(page.rows.getState().distribution('end', open, null)?.pAfter(BOS)).toBeGreaterThan(0);
    expect(
      page.rows
        .getState()
        .distribution('end', { ...open, end_of_text: 'never' }, null)
        ?.pAfter(BOS),
    ).toBe(0);
  });

  test('is what a drawn token was drawn from: its probability is the one of the draw', async () => {
    page = await readyPage();
    const prompt = ids(page).length;
    await page.generation.getState().run();
    page.document.getState().selectToken(prompt + 2);
    await pass(1000);
    await until(() => selected().status === 'ready');
    const token = page.document.getState().tokens[prompt + 2];
    if (token?.draw === undefined) throw new Error('not drawn');
    const made = page.rows.getState().distribution(prompt + 2, token.draw.settings, null);
    expect(made?.pAfter(token.id)).toBe(token.draw.pAfter);
    expect(Math.log(made?.pBefore(token.id) ?? 0)).toBeCloseTo(token.stats?.logprob ?? 0, 6);
  });

  test('of steps that hang on the text and on a coin is that of the draw too, and stop-and-go draws what one run does', async () => {
    page = await readyPage();
    const prompt = ids(page).length;
    const text = page.document.getState().text;
    page.settings.getState().change({
      ...{ max_new_tokens: 6, top_n_sigma: 3, dynatemp_range: 0.4, xtc_probability: 0.5, xtc_threshold: 0.01 },
      ...{ mirostat_tau: 3, mirostat_eta: 0.5, dry_multiplier: 1, repeat_last_n: 4, presence_penalty: 1 },
      penalties_count: 'all',
    });
    page.settings.getState().lockSeed(31);
    await page.generation.getState().run();
    const whole = page.document.getState().tokens;
    expect(whole).toHaveLength(prompt + 6);
    for (let place = prompt; place < whole.length; place++) {
      page.document.getState().selectToken(place);
      await pass(1000);
      await until(() => selected().status === 'ready');
      const { id, draw } = whole[place]!;
      if (draw === undefined) throw new Error('not drawn');
      // No seed but the token's own tells how its coin fell.
      const made = page.rows.getState().distribution(place, draw.settings, null);
      expect(made?.pAfter(id), `${place}`).toBe(draw.pAfter);
      expect(made?.steps.find(({ name }) => name === 'xtc_probability')?.told).toMatch(/; coin \d\.\d{3}/);
    }
    page.document.getState().setText(text);
    page.settings.getState().change({ max_new_tokens: 2 });
    for (let i = 0; i < 2; i++) await page.generation.getState().run();
    for (let i = 0; i < 2; i++) await page.generation.getState().step();
    expect(ids(page)).toEqual(whole.map(({ id }) => id));
    // Without what mirostat had drawn before, the last runs would have begun anew.
    const sent = page.worker.of('generate').at(-1);
    expect(sent?.pAfter?.filter(p => p > 0)).toHaveLength(5);
  });

  test('under guidance waits for the row of the negative text, and is that of the draw', async () => {
    page = await readyPage();
    const prompt = ids(page).length;
    const text = page.document.getState().text;
    page.settings.getState().change({ max_new_tokens: 4, guidance_scale: 1.7, negative_prompt: 'a bad day' });
    page.settings.getState().lockSeed(31);
    await page.generation.getState().run();
    const whole = page.document.getState().tokens;
    const sent = page.worker.of('generate').at(-1)?.negative;
    expect(sent).toEqual(Uint32Array.from(page.document.getState().tokenizer?.encode('a bad day') ?? []));
    for (let place = prompt; place < whole.length; place++) {
      page.document.getState().selectToken(place);
      await pass(1000);
      await until(() => selected().status === 'ready');
      const { id, draw } = whole[place]!;
      if (draw === undefined) throw new Error('not drawn');
      const made = page.rows.getState().distribution(place, draw.settings, null);
      expect(made?.pAfter(id)).toBe(draw.pAfter);
      expect(made?.steps[0]).toMatchObject({ name: 'guidance_scale', active: true });
    }
    // Another negative prompt is another text, whose row is not here yet; a scale needs none.
    const now = page.settings.getState().settings;
    const last = whole.length - 1;
    const own = { ...now, guidance_scale: 3 };
    expect(page.rows.getState().distribution(last, own, null)).not.toBeNull();
    page.settings.getState().change({ negative_prompt: 'rain' });
    expect(page.rows.getState().distribution(last, page.settings.getState().settings, null)).toBeNull();
    await pass(1000);
    await until(() => page.rows.getState().distribution(last, page.settings.getState().settings, null) !== null);

    page.document.getState().setText(text);
    page.settings.getState().change({ max_new_tokens: 2, negative_prompt: 'a bad day' });
    for (let i = 0; i < 2; i++) await page.generation.getState().run();
    expect(ids(page)).toEqual(whole.map(({ id }) => id));
  });

  test('without a row is null', async () => {
    page = await readyPage();
    expect(page.rows.getState().distribution('end', DEFAULT_SETTINGS, null)).toBeNull();
  });
});

describe('scoring', () => {
  const missing = () => page.document.getState().tokens.filter((token, i) => i > 0 && token.stats === undefined).length;

  test('fills the prompt in the background once the row is there', async () => {
    page = await readyPage();
    await pass(400);
    await pass(400);
    await until(() => missing() === 0);
    const { tokens } = page.document.getState();
    expect(tokens[0]?.stats).toBeUndefined();
    for (let i = 1; i < tokens.length; i++) {
      const ranked = rankRow(logitsAfter(Uint32Array.from(ids(page).slice(0, i))));
      const token = tokens[i];
      expect(token?.stats?.logprob).toBeCloseTo((ranked.logits[token?.id ?? 0] ?? 0) - ranked.logZ, 4);
      expect(ranked.order[(token?.stats?.rank ?? 0) - 1]).toBe(token?.id);
    }
    await until(() => !page.rows.getState().scoring);
  });

  test('gives way to a run and is taken up after it, for the prompt alone', async () => {
    page = await readyPage({ firstText: 'Anna and Tom went to the small house, and there was a fox.' });
    await pass(400);
    await vi.advanceTimersByTimeAsync(400);
    await until(() => sent('score') === 1);
    const run = page.generation.getState().run();
    await idle(page);
    await run;
    await pass(400);
    await pass(400);
    await until(() => missing() === 0);
    const scores = page.worker.of('score');
    const prompt = page.worker.of('generate')[0]?.tokens.length;
    expect(scores.at(-1)?.tokens.length).toBe(prompt);
  });

  test('an edit ends it, and old numbers reach no new text', async () => {
    page = await readyPage();
    await until(() => selected().status === 'waiting');
    await vi.advanceTimersByTimeAsync(0);
    await until(() => selected().status === 'ready');
    await vi.advanceTimersByTimeAsync(0);
    const [score] = page.worker.of('score');
    page.document.getState().edit(0, 4, 'Twice');
    await pass(0);
    expect(page.worker.of('cancel').map(command => command.run)).toEqual([score?.run]);
    expect(
      page.document
        .getState()
        .tokens.slice(1)
        .every(token => token.stats === undefined),
    ).toBe(true);
    await pass(1000);
    await pass(1000);
    await until(() => missing() === 0);
  });
});
