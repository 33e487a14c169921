// Models whose tokenizer is not GPT-2's: what is typed is what the field shows, and the beginning of text is a chip that can be taken away.
import { readFileSync } from 'node:fs';
import { type Files, openLocal, smallModel, without } from '../support/faults.ts';
import { openWithoutModel } from '../support/open-model.ts';
import { modelReady, runFinished, setText, stepButton, textArea, textOf, tokensOf } from '../support/page.ts';
import { expect, type Page, engineTest as test } from '../support/tests.ts';

const GOLDEN = new URL('../golden/tokenizers/', import.meta.url);
const golden = (file: string): Buffer => readFileSync(new URL(file, GOLDEN));

function vocabularyOf(file: string): number {
  const { model } = JSON.parse(golden(file).toString()) as { model: { vocab: Record<string, number> } };
  return Object.keys(model.vocab).length;
}

/** A small model with the tokenizer of these files. */
function modelWith(files: Files, vocab_size: number): Files {
  const config = { vocab_size, bos_token_id: 1, eos_token_id: 2 };
  return { ...without(smallModel(config), 'tokenizer.json'), ...files };
}

async function open(page: Page, files: Files, V: number): Promise<void> {
  await openWithoutModel(page);
  await openLocal(page, modelWith(files, V));
  await modelReady(page);
}

/** What is typed by keys in an empty field, and what stays without the beginning of text. */
async function writes(page: Page): Promise<void> {
  const field = textArea(page);
  await setText(page, '');
  await field.pressSequentially('Hello there, fox');
  expect(await textOf(page)).toBe('<s>Hello there, fox');
  const [first, second] = await tokensOf(page);
  expect([first?.text, second?.text.startsWith(' ')]).toEqual(['<s>', false]);
  await field.press('Control+Home');
  await field.press('Delete');
  expect(await textOf(page)).toBe('Hello there, fox');
  await field.press('Control+z');
  expect(await textOf(page)).toBe('<s>Hello there, fox');
}

test('spaces in front and bytes as a last way out, from a tokenizer.json', async ({ page }) => {
  const json: object = JSON.parse(golden('llama2-layout/tokenizer.json').toString());
  const single = [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }];
  const tokenizer = JSON.stringify({ ...json, post_processor: { type: 'TemplateProcessing', single } });
  await open(page, { 'tokenizer.json': tokenizer }, vocabularyOf('llama2-layout/tokenizer.json'));
  // The text that was there begins as this tokenizer says.
  expect(await textOf(page)).toMatch(/^<s>Once upon/);
  await writes(page);
  await stepButton(page).click();
  await runFinished(page);
  const text = await textOf(page);
  await page.getByRole('tab', { name: 'Follow', exact: true }).click();
  await expect(page.getByText(/does not start from bytes/)).toBeVisible();
  await page.reload();
  await modelReady(page);
  expect(await textOf(page)).toBe(text);
});

test('a SentencePiece model', async ({ page }) => {
  const bytes = golden('sentencepiece-bpe/tokenizer.model');
  const config = JSON.stringify({ tokenizer_class: 'LlamaTokenizer', bos_token: '<s>' });
  await open(page, { 'tokenizer.model': bytes, 'tokenizer_config.json': config }, 700);
  await writes(page);
});
