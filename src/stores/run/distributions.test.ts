// Distributions over rows: sampling by the settings, and what a drawn token was drawn from.
import { expect, test } from 'vitest';
import { BOS, logitsAfter, until } from '../../../e2e/support/scripted-engine.ts';
import { ids, type Page, readyPage } from '../../../e2e/support/scripted-page.ts';
import { sample } from '../../sampling/pipeline.ts';
import { rankRow } from '../../sampling/row.ts';
import { DEFAULT_SETTINGS } from '../../sampling/settings.ts';
import { drawnFlags } from '../document/sequence.ts';
import { pass, watchedRows } from './rows.fixture.ts';

let page: Page;
const { selected, drawnAt } = watchedRows(() => page);

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
    // No seed but the token's own tells how its coin fell.
    const { id, draw, made } = await drawnAt(place);
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
    const { id, draw, made } = await drawnAt(place);
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
