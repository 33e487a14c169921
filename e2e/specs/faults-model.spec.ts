// Models that cannot run: what is wrong is said in a sentence before the weights come, and the model in use stays.

import { defined } from '../../src/lib/assert.ts';
import {
  alertsOf,
  type Files,
  goesOn,
  openLocal,
  says,
  smallModel,
  WRITTEN,
  without,
  write,
} from '../support/faults.ts';
import { type HubServer, startHubServer } from '../support/hub-server.ts';
import { lookAt, openWithoutModel } from '../support/open-model.ts';
import {
  closeDialog,
  modelButton,
  openModels,
  openPage,
  run,
  scored,
  setHub,
  setNumbers,
  setText,
  textArea,
  textOf,
  tokensOf,
} from '../support/page.ts';
import { expect, type Page, engineTest as test } from '../support/tests.ts';

const GOOD = smallModel();
const WEIGHTS = GOOD['model.safetensors'] as Uint8Array;
const headerEnd = 8 + new DataView(WEIGHTS.buffer).getUint32(0, true);

/** The weights with another header, after `change` of its JSON; its length is as the header says. */
function otherHeader(
  change: (header: Record<string, { data_offsets: [number, number]; shape: number[] }>) => void,
): Buffer {
  const header = JSON.parse(new TextDecoder().decode(WEIGHTS.subarray(8, headerEnd)));
  change(header);
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, WEIGHTS.subarray(headerEnd)]);
}

function badLength(): Uint8Array {
  const bytes = Uint8Array.from(WEIGHTS);
  bytes.fill(0xff, 0, 7);
  return bytes;
}

/** The tokenizer with `count` tokens more than the model's 2,048 rows. */
function moreTokens(count: number): string {
  const json = JSON.parse(String(GOOD['tokenizer.json']));
  for (let i = 0; i < count; i++) json.model.vocab[`one too many ${i}`] = 2048 + i;
  return JSON.stringify(json);
}

/** The tokenizer with bytes alone, where the model has 2,048 rows. */
function fewTokens(): string {
  const json = JSON.parse(String(GOOD['tokenizer.json']));
  const vocab = Object.entries(json.model.vocab).filter(([token]) => [...token].length === 1);
  return JSON.stringify({
    ...json,
    added_tokens: [],
    model: { ...json.model, vocab: Object.fromEntries(vocab), merges: [] },
  });
}

const weights = (bytes: Uint8Array): Files => ({ ...GOOD, 'model.safetensors': bytes });
const config = (text: string): Files => ({ ...GOOD, 'config.json': text });
const changed = (fields: object): Files =>
  config(JSON.stringify({ ...JSON.parse(String(GOOD['config.json'])), ...fields }));

/** By what is at fault. */
const CASES: Readonly<Record<string, Readonly<Record<string, readonly [Files, RegExp]>>>> = {
  'a config that cannot be run': {
    'a type that is not supported': [changed({ model_type: 'bert' }), /type "bert".*Choose another model/],
    'a config value that is not supported': [
      changed({ activation_function: 'softplus' }),
      /activation_function.*softplus.*another model/,
    ],
    'a config.json that is no JSON': [config('{"model_type": "gpt2",'), /config\.json is not what it should be.*JSON/],
    'a config.json that holds a list': [config('[]'), /config\.json/],
  },
  'files that are missing': {
    'no config.json': [without(GOOD, 'config.json'), /config\.json is missing/],
    'neither config.json nor weights': [
      { 'tokenizer.json': GOOD['tokenizer.json'] ?? '' },
      /config\.json and model\.safetensors are missing/,
    ],
    'no weights': [without(GOOD, 'model.safetensors'), /model\.safetensors is missing/],
    'PyTorch weights that are cut': [
      { ...without(GOOD, 'model.safetensors'), 'pytorch_model.bin': 'PK' },
      /pytorch_model\.bin is damaged.*cut short/,
    ],
  },
  'weights that are cut': {
    'truncated weights': [weights(WEIGHTS.subarray(0, WEIGHTS.length - 1000)), /model\.safetensors is damaged/],
    'weights cut inside the header': [weights(WEIGHTS.subarray(0, 300)), /model\.safetensors is damaged/],
    'a header longer than the file': [weights(badLength()), /model\.safetensors is damaged.*header/],
  },
  'weights or a tokenizer of another kind': {
    'offsets that overlap': [
      weights(
        otherHeader(header => {
          const [first, second] = Object.values(header);
          if (first && second) second.data_offsets = [...first.data_offsets];
        }),
      ),
      /model\.safetensors is damaged/,
    ],
    'a tensor of another shape': [
      weights(
        otherHeader(header => {
          header['wpe.weight']?.shape.reverse();
        }),
      ),
      /wpe\.weight does not have the shape/,
    ],
    'a tensor that is missing': [
      weights(
        otherHeader(header => {
          const wpe = header['wpe.weight'];
          delete header['wpe.weight'];
          if (wpe) header['another.weight'] = wpe;
        }),
      ),
      /wpe\.weight is not in the weights/,
    ],
    'a Git LFS pointer': [
      weights(Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:0123456789abcdef\nsize 548105171\n')),
      /Git LFS pointer.*git lfs pull/,
    ],
    'a tokenizer of another model': [
      { ...GOOD, 'tokenizer.json': fewTokens() },
      /tokenizer and the weights do not belong together/,
    ],
  },
};

const nameOf = (title: string) => `owner/${title.toLowerCase().replace(/[^a-z]+/g, '-')}`;
let hub: HubServer;
test.beforeAll(async () => {
  hub = await startHubServer({
    models: Object.fromEntries(
      Object.values(CASES).flatMap(cases => Object.entries(cases).map(([title, [files]]) => [nameOf(title), files])),
    ),
  });
});
test.afterAll(() => hub.close());

// The page stays open from one case to the next, as a person's does.
for (const kinds of [
  ['a config that cannot be run', 'files that are missing'],
  ['weights that are cut', 'weights or a tokenizer of another kind'],
]) {
  test(`${kinds.join(', ')}: from the Hub before the download, and from disk`, async ({ page }) => {
    await setHub(page, hub.url);
    await openPage(page);
    for (const kind of kinds)
      for (const [title, [files, words]] of Object.entries(defined(CASES[kind], kind)))
        await test.step(title, () => refused(page, { title, files, words }));
  });
}

async function refused(
  page: Page,
  { title, files, words }: { title: string; files: Files; words: RegExp },
): Promise<void> {
  await write(page);
  await lookAt(page, nameOf(title));
  const looked = await says(page, words);
  expect(looked.length).toBeLessThan(420);
  const dialog = page.getByRole('dialog', { name: 'Models' });
  await expect(dialog.getByRole('button', { name: /^Download/ })).toBeHidden();
  await dialog.getByRole('button', { name: 'Close', exact: true }).click();
  await expect(textArea(page)).toHaveValue(WRITTEN);

  await openLocal(page, files);
  await dialog.getByRole('button', { name: 'Close', exact: true }).click();
  await says(page, words);
  await expect(modelButton(page)).toHaveAccessibleName(/^Model: nucleus-3m, f16/);
  // A run on the model that is there: the other one is no longer spoken of.
  await goesOn(page);
  expect(await alertsOf(page)).toEqual([]);
}

test('a load that fails says so in the dialog it was begun in, where the model before it is still in use', async ({
  page,
}) => {
  await openPage(page);
  await openLocal(page, without(GOOD, 'config.json'));
  await expect(page.getByRole('dialog', { name: 'Models' }).getByRole('alert')).toHaveText(/config\.json is missing/);
});

const modelsDialog = (page: Page) => page.getByRole('dialog', { name: 'Models' });

test('a model without a readable tokenizer opens with ids as its text', async ({ page }) => {
  await openWithoutModel(page);
  await write(page);
  await openLocal(page, { ...GOOD, 'tokenizer.json': '{"model": {"type": "Nothing"}}' });
  await expect(modelButton(page)).toHaveAccessibleName(/^Model: model, f32/);
  await expect(modelsDialog(page)).toBeHidden();
  await expect(page.getByRole('main').getByText(/no tokenizer that can be read here/)).toBeVisible();
  await expect(textArea(page)).toHaveValue(WRITTEN);
  await setText(page, '');
  await textArea(page).pressSequentially('\\[17\\]\\[3\\]');
  expect((await tokensOf(page)).map(token => token.text)).toEqual(['\\[17\\]', '\\[3\\]']);
  await setNumbers(page, { Length: 3 });
  await run(page);
  expect(await textOf(page)).toMatch(/^\\\[17\\\]\\\[3\\\](?:\\\[\d+\\\]){3}$/);
  await scored(page);
});

test('a tokenizer with a few tokens more than the model has rows opens, and says so', async ({ page }) => {
  await openPage(page);
  await openLocal(page, { ...GOOD, 'tokenizer.json': moreTokens(1) });
  await expect(modelButton(page)).toHaveAccessibleName(/^Model: model, f32/);
  await expect(modelsDialog(page)).toBeHidden();
  await expect(page.getByRole('main').getByText(/tokenizer has more tokens than the model/)).toBeVisible();
  await openModels(page);
  await expect(page.getByText(/1 more token than the 2,048 rows/)).toBeVisible();
  await closeDialog(modelsDialog(page));
  await setText(page, 'one too many 0');
  expect(await textOf(page)).toBe('one too many 0');
  await goesOn(page, 'one too many 0');
});
