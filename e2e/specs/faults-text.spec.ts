// Texts that are empty, too long or hostile, numbers that are none, and a damaged memory of the last visit.

import { alertsOf, goesOn, openLocal, SMALL_CONFIG, says, smallModel, write } from '../support/faults.ts';
import {
  candidatesOf,
  countedTokens,
  modelButton,
  modelReady,
  neverEnds,
  openPage,
  run,
  runButton,
  setNumbers,
  setText,
  textArea,
  textOf,
  tokensOf,
} from '../support/page.ts';
import { randomModel } from '../support/random-model.ts';
import { expect, test } from '../support/tests.ts';

test('an empty text starts from the beginning-of-text token', async ({ page }) => {
  await openPage(page);
  await setText(page, '');
  await setNumbers(page, { Length: 2 });
  await neverEnds(page);
  await run(page);
  expect((await tokensOf(page))[0]).toMatchObject({ text: '<|endoftext|>', origin: 'typed' });
  expect(await alertsOf(page)).toEqual([]);
});

test('an empty text and no beginning-of-text token: says what to do', { tag: '@engine' }, async ({ page }) => {
  await openPage(page);
  await openLocal(page, smallModel({ bos_token_id: null, eos_token_id: null }));
  await expect(modelButton(page)).toHaveAccessibleName(/, f32/);
  await expect(page.getByRole('dialog', { name: 'Models' })).toBeHidden();
  await setText(page, '');
  await runButton(page).click();
  await says(page, /text is empty.*Type a word first/);
  await setText(page, 'A word');
  await goesOn(page, 'A word');
});

test('a text longer than the context: how many tokens too many, and a button that keeps the end', async ({ page }) => {
  await openPage(page);
  const words = Array.from({ length: 700 }, (_, i) => `word ${i}`).join(' ');
  await setText(page, words);
  const status = page.getByLabel('Status');
  await expect(status).toContainText(/too many/);
  const tokens = await countedTokens(page);
  expect(tokens).toBeGreaterThan(512);
  await runButton(page).click();
  const sentence = await says(page, /tokens too long/);
  expect(sentence.replaceAll(',', '')).toContain(`${tokens - 512} tokens too long: ${tokens}`);
  await expect(textArea(page)).toHaveValue(words);
  await page.getByRole('main').getByRole('button', { name: 'Keep the end of the text' }).click();
  const kept = await textOf(page);
  expect(words.endsWith(kept)).toBe(true);
  expect(kept.length).toBeGreaterThan(100);
  await goesOn(page, kept);
  // Both the run and the cut can be taken back.
  await page.getByRole('button', { name: /^Undo/ }).click();
  await page.getByRole('button', { name: /^Undo/ }).click();
  await expect(textArea(page)).toHaveValue(words);
});

/** The small model with one float of wpe replaced: the row of `position` is NaN. */
function withNaN(position: number) {
  const model = randomModel({ config: { ...SMALL_CONFIG }, seed: 7 });
  const files = smallModel();
  const weights = Uint8Array.from(files['model.safetensors'] as Uint8Array);
  const view = new DataView(weights.buffer);
  const length = view.getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(weights.subarray(8, 8 + length)));
  view.setFloat32(8 + length + header['wpe.weight'].data_offsets[0] + position * 32 * 4, Number.NaN, true);
  expect(weights.length).toBe(model.byteLength);
  return { ...files, 'model.safetensors': weights };
}

test('a NaN in the logits ends the run with words, and what was drawn before stays', { tag: '@engine' }, async ({
  page,
}) => {
  await openPage(page);
  await openLocal(page, withNaN(12));
  await expect(modelButton(page)).toHaveAccessibleName(/, f32/);
  await expect(page.getByRole('dialog', { name: 'Models' })).toBeHidden();
  await setText(page, 'Hi');
  const typed = (await tokensOf(page)).length;
  await setNumbers(page, { Length: 40 });
  await neverEnds(page);
  await runButton(page).click();
  await expect
    .poll(() => alertsOf(page))
    .toContainEqual(expect.stringMatching(/stopped being numbers at position 13,.*verify the model or load another/));
  const tokens = await tokensOf(page);
  expect(tokens.length).toBe(13);
  expect(tokens.filter(token => token.origin === 'drawn').length).toBe(13 - typed);
  await goesOn(page, await textOf(page));
});

test('markup, control characters and a right-to-left override stay text', async ({ page }) => {
  await openPage(page);
  const hostile =
    '<img src=x onerror="document.title=1"> \u202eevil\u202c \u0000\u0007\u001b[31m </textarea><script>document.title=2</script>';
  await textArea(page).fill('');
  await page.evaluate(text => {
    document.querySelector<HTMLTextAreaElement>('textarea')?.focus();
    document.execCommand('insertText', false, text);
  }, hostile);
  const text = await textOf(page);
  expect(text).toContain('<img src=x onerror="document.title=1">');
  expect(text).toContain('\u202e');
  expect((await tokensOf(page)).map(token => token.text).join('')).toBe(text);
  await goesOn(page, text);
  await expect(page).toHaveTitle(/Nucleus/);
  expect(await page.locator('img').count()).toBe(0);
  await candidatesOf(page);
});

test('lone surrogates neither crash nor vanish silently', async ({ page }) => {
  const errors: Error[] = [];
  page.on('pageerror', error => errors.push(error));
  await openPage(page);
  await textArea(page).fill('');
  await page.evaluate(() => {
    document.querySelector<HTMLTextAreaElement>('textarea')?.focus();
    document.execCommand('insertText', false, 'half \ud83d of \udc00 a pair');
  });
  await setNumbers(page, { Length: 2 });
  await neverEnds(page);
  await run(page);
  expect(await textOf(page)).toMatch(/^half . of . a pair/u);
  expect(errors).toEqual([]);
  await write(page);
  await goesOn(page);
});

test('a paste of 200 KB is taken, and says how much too long it is', async ({ page }) => {
  test.slow();
  const errors: Error[] = [];
  page.on('pageerror', error => errors.push(error));
  await openPage(page);
  const huge = 'All the small dogs sat by the river. '.repeat(5600).slice(0, 204_800);
  await textArea(page).fill('');
  await textArea(page).focus();
  await page.evaluate(text => document.execCommand('insertText', false, text), huge);
  await expect(textArea(page)).toHaveValue(huge);
  await expect(page.getByLabel('Status')).toContainText(/too many/);
  await runButton(page).click();
  await says(page, /tokens too long/);
  await page.getByRole('main').getByRole('button', { name: 'Keep the end of the text' }).click();
  await expect.poll(async () => (await textOf(page)).length).toBeLessThan(10_000);
  expect(errors).toEqual([]);
  await goesOn(page, await textOf(page));
});

const HOSTILE: Readonly<Record<string, unknown>> = {
  'a text of another type': { version: 1, text: { toString: 'x' } },
  'columns of unequal length': {
    version: 1,
    text: 'abc',
    ids: [1, 2],
    origins: 'x',
    selection: { start: -1, end: 1e9 },
  },
  'settings out of all bounds': {
    version: 1,
    text: 'Once',
    settings: { temperature: 'NaN', top_k: -1, stop: [1, null], max_new_tokens: 1e99, logit_bias: 'x' },
    view: { theme: '<b>', tint: 7, panel: null },
    seed: '-1',
    source: { kind: 'hub', repo: '../../etc', revision: 'passwd' },
  },
  'no object at all': 'x',
};

for (const [what, value] of Object.entries(HOSTILE)) {
  test(`stored state with ${what} does not break the start`, async ({ page }) => {
    const errors: Error[] = [];
    page.on('pageerror', error => errors.push(error));
    await page.goto('models/nucleus-3m/config.json');
    await page.evaluate(
      kept =>
        new Promise<void>((resolve, reject) => {
          const open = indexedDB.open('nucleus-page');
          open.onupgradeneeded = () => open.result.createObjectStore('kept');
          open.onerror = () => reject(open.error);
          open.onsuccess = () => {
            const writing = open.result.transaction('kept', 'readwrite');
            writing.objectStore('kept').put(kept, 'page');
            writing.oncomplete = () => {
              open.result.close();
              resolve();
            };
          };
        }),
      value,
    );
    await page.goto('');
    await modelReady(page);
    expect(await alertsOf(page)).toEqual([]);
    await goesOn(page, await textOf(page));
    expect(errors).toEqual([]);
  });
}

test('a damaged database of models does not break the start', { tag: '@engine' }, async ({ page }) => {
  await page.goto('models/nucleus-3m/config.json');
  await page.evaluate(
    () =>
      new Promise<void>((resolve, reject) => {
        const open = indexedDB.open('nucleus-models', 1);
        open.onupgradeneeded = () => open.result.createObjectStore('something else');
        open.onerror = () => reject(open.error);
        open.onsuccess = () => {
          open.result.close();
          resolve();
        };
      }),
  );
  await page.goto('');
  await modelReady(page);
  await write(page);
  await goesOn(page);
});
