// Structurally different families on the real engine: opened from a folder, written greedily as the oracle does, looked at in every view; some from the
// cache, too.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { inUse, openWithoutModel } from '../support/open-model.ts';
import { factOf, openModels, run, setCaret, setNumbers, setText, textOf } from '../support/page.ts';
import { engineTest, expect, type Locator, type Page } from '../support/tests.ts';

interface Family {
  readonly name: string;
  /** The first layer with attention, where it is not layer 0, and what stands in its place there. */
  readonly firstAttention?: number;
  readonly mixer?: 'attention' | 'convolution' | 'delta rule';
}

/** A family whose words in the views are read, too. */
interface SpelledFamily extends Family {
  /** What the steps of Follow say of its embedding, its layers, its attention; and the vectors inside its MLP. */
  readonly embed: RegExp;
  readonly layers: RegExp;
  readonly attention: RegExp;
  readonly mlp: 'Gate, up and product in the MLP' | 'Before and after the activation in the MLP';
  /** What the last step adds to the sum of products. */
  readonly logits?: RegExp;
  readonly grouped: boolean;
  /** The head is the embedding: its products give the logit. */
  readonly tied?: true;
  readonly window?: number;
}

const GATED = 'Gate, up and product in the MLP';
const PLAIN = 'Before and after the activation in the MLP';

/** Those of a page, here and below. */
const SPELLED: readonly (readonly SpelledFamily[])[] = [
  [
    {
      name: 'llama-gqa',
      embed: /embed_tokens.*turned by their position/s,
      layers: /through an RMS norm/,
      attention: /4 query heads share 2 heads of keys and values/,
      mlp: GATED,
      grouped: true,
    },
    {
      name: 'gemma2',
      embed: /multiplied by/,
      layers: /through one RMS norm and gives through another/,
      attention: /capped softly at .* a window of 16 positions/s,
      mlp: GATED,
      logits: /tanh/,
      tied: true,
      grouped: true,
      window: 16,
    },
  ],
  [
    {
      name: 'gptj',
      embed: /wte.*neighbours in pairs/s,
      layers: /through a layer norm.*side by side/s,
      attention: /of the \d+ columns of a head/,
      mlp: PLAIN,
      logits: /a learned bias/,
      grouped: false,
    },
    {
      name: 'bloom',
      embed: /goes through a layer norm.*ALiBi/s,
      layers: /through a layer norm/,
      attention: /ALiBi/,
      mlp: PLAIN,
      tied: true,
      grouped: false,
    },
  ],
  [
    {
      name: 'granite',
      embed: /multiplied by/,
      layers: /What a part gives is multiplied by/,
      attention: /turned by their position/,
      mlp: GATED,
      logits: /times/,
      tied: true,
      grouped: true,
    },
    {
      name: 'lfm2',
      embed: /embed_tokens/,
      layers: /In layers 0 and 2 a\s+convolution.*stands in the place of attention/s,
      attention: /norm of their own/,
      mlp: GATED,
      tied: true,
      grouped: true,
      firstAttention: 1,
      mixer: 'convolution',
    },
  ],
];

const OTHERS: readonly (readonly Family[])[] = [
  [{ name: 'gemma3' }, { name: 'gpt-neo' }, { name: 'gpt-neox' }, { name: 'mistral-window' }],
  [{ name: 'nanochat' }, { name: 'olmo2' }, { name: 'opt' }, { name: 'phi3' }],
  [{ name: 'qwen2-wide' }, { name: 'qwen3' }, { name: 'smollm3' }, { name: 'starcoder2' }],
  [{ name: 'qwen3-5', firstAttention: 3, mixer: 'delta rule' }],
];

const isSpelled = (family: Family): family is SpelledFamily => 'embed' in family;

const ANY_FORMAT = /./;
/** Tokens that every family writes. */
const GREEDY = 16;
const side = (page: Page, name: string): Promise<void> => page.getByRole('tab', { name, exact: true }).click();
const view = (page: Page, name: string): Locator => page.getByRole('region', { name, exact: true });
const written = (ids: readonly number[]): string => ids.map(id => `\\[${id}\\]`).join('');

async function noAlert(page: Page): Promise<void> {
  await expect(page.getByRole('alert')).toHaveCount(0);
}

async function writesAsTheOracle(page: Page, ids: readonly number[], greedy: readonly number[]): Promise<void> {
  await setText(page, written(ids));
  await run(page);
  expect(await textOf(page)).toBe(written([...ids, ...greedy]));
}

async function followed(page: Page, family: Family): Promise<void> {
  await side(page, 'Follow');
  const follow = view(page, 'Follow');
  const step = async (title: string) => {
    await follow.getByRole('button', { name: title, exact: true }).click();
  };
  await step('2 Embed and position');
  await expect(follow.getByRole('table', { name: 'First numbers and norms' })).toBeVisible();
  if (isSpelled(family)) await expect(follow).toContainText(family.embed);
  await step('3 Layers');
  await expect(follow.getByRole('slider', { name: isSpelled(family) ? family.mlp : /in the MLP$/ })).toBeVisible();
  if (isSpelled(family)) await expect(follow).toContainText(family.layers);
  await step('4 Attention');
  const strongest = follow.getByRole('table', { name: 'The strongest head of every layer' });
  await expect(strongest).toBeVisible();
  if (isSpelled(family)) {
    await expect(follow.getByTestId('follow-attention')).toContainText(family.attention);
    await expect(strongest.getByRole('columnheader', { name: 'key head' })).toHaveCount(family.grouped ? 1 : 0);
  }
  await step('5 Logits');
  await expect(follow.getByRole('table', { name: 'Largest logits' })).toBeVisible();
  if (isSpelled(family)) await spelledLogits(follow, family);
  await step('7 Select and repeat');
  await expect(follow.getByRole('button', { name: 'Measure on this text' })).toBeVisible();
  await noAlert(page);
}

async function spelledLogits(follow: Locator, family: SpelledFamily): Promise<void> {
  if (family.logits) await expect(follow.getByTestId('follow-rule')).toContainText(family.logits);
  if (family.tied) {
    const product = follow.getByTestId('follow-product');
    await expect(product).toContainText("the model's logit for it is");
    const numbers = await product
      .locator('.num[title]')
      .evaluateAll(all => all.map(each => Number(each.getAttribute('title'))));
    const [logit = Number.NaN, own = Number.NaN] = numbers.slice(-2);
    expect(Math.abs(logit - own)).toBeLessThan(1e-4);
  }
}

async function lensEndsWithTheModel(page: Page, logprob: number): Promise<void> {
  await side(page, 'Lens');
  const last = view(page, 'Lens')
    .getByRole('table', { name: /^What each layer would say/ })
    .locator('tbody tr')
    .last();
  await expect(last.locator('th')).toHaveText('model');
  await expect(last.getByText(/not computed|–/)).toHaveCount(0);
  const asked = Number.parseFloat((await last.locator('td').nth(2).getAttribute('title')) ?? '');
  expect(Math.abs(Math.log(asked) - logprob)).toBeLessThan(1e-4);
  await noAlert(page);
}

async function attended(page: Page, family: Family): Promise<void> {
  const { firstAttention = 0 } = family;
  await side(page, 'Attention');
  const attention = view(page, 'Attention');
  await attention.getByRole('tab', { name: 'Heads', exact: true }).click();
  await expect(attention.getByRole('grid', { name: 'Heads', exact: true })).toBeVisible();
  await expect(attention.getByTestId('weight-sum')).toHaveText('100 %');
  await attention.getByRole('combobox', { name: 'Layer' }).selectOption(String(firstAttention));
  const groups = attention.getByRole('combobox', { name: 'Head' }).locator('optgroup');
  if (isSpelled(family)) await expect(groups).toHaveCount(family.grouped ? 2 : 0);
  await attention.getByRole('tab', { name: 'Map' }).click();
  await expect(attention.getByRole('grid', { name: /^Attention map/ })).toBeVisible();
  if (isSpelled(family)) await spelledWindow(attention, family);
  await noAlert(page);
}

async function spelledWindow(attention: Locator, { window }: SpelledFamily): Promise<void> {
  await expect(attention.getByTestId('map-window')).toHaveCount(window === undefined ? 0 : 1);
  if (window !== undefined) await expect(attention.getByTestId('map-window')).toContainText(`${window} positions`);
}

async function ablated(page: Page, { mixer = 'attention' }: Family): Promise<void> {
  await side(page, 'Ablation');
  const ablation = view(page, 'Ablation');
  await expect(ablation.locator('[data-current="true"]').first()).toBeVisible();
  const part = ablation.getByRole('switch', { name: new RegExp(`^Layer 0, ${mixer}`) });
  await part.click();
  await expect(ablation.locator('[data-current="true"]').first()).toBeVisible();
  await expect.poll(async () => Number(await ablation.getByTestId('target-change').getAttribute('title'))).not.toBe(0);
  await part.click();
  await noAlert(page);
}

/** Opens it from its folder, and sees it write and in every view. What returns has it write the same anew. */
async function through(page: Page, family: Family): Promise<() => Promise<void>> {
  const folder = fileURLToPath(new URL(`../golden/${family.name}`, import.meta.url));
  const { cases, greedy_after_7 } = JSON.parse(readFileSync(`${folder}/expected.json`, 'utf8'));
  const ids: number[] = cases.find(({ tokens }: { tokens: number[] }) => tokens.length === 7).tokens;
  const greedy: number[] = greedy_after_7;
  const dialog = await openModels(page);
  await dialog.locator('input[aria-label="Folder of a model"]').setInputFiles(folder);
  await inUse(page, family.name, ANY_FORMAT);
  await expect(dialog).toBeHidden();
  expect(greedy).toHaveLength(GREEDY);
  await writesAsTheOracle(page, ids, greedy);
  await noAlert(page);

  await setCaret(page, written([...ids, ...greedy]).length - 2);
  const { exact: logprob } = await factOf(page, 'log-prob');
  await side(page, 'Text');
  await expect(view(page, 'Whole text').getByText('perplexity', { exact: true })).toBeVisible();
  await side(page, 'Branches');
  await noAlert(page);
  await lensEndsWithTheModel(page, logprob);
  await attended(page, family);
  await ablated(page, family);
  await followed(page, family);
  return () => writesAsTheOracle(page, ids, greedy);
}

/** Opens the page without a model, set to write greedily: the column has no room for settings beside the views that come later. */
async function openGreedy(page: Page): Promise<void> {
  await openWithoutModel(page);
  await setNumbers(page, { Temperature: 0, Length: GREEDY });
}

function faultsOf(page: Page): string[] {
  const faults: string[] = [];
  page.on('pageerror', error => faults.push(error.message));
  return faults;
}

/** All of them in one page, one after the other: ids of one family are none of the next, and give way to its own. What returns has the last one write anew. */
async function oneAfterTheOther(page: Page, families: readonly Family[]): Promise<() => Promise<void>> {
  let again = async (): Promise<void> => {};
  await openGreedy(page);
  for (const family of families) {
    await side(page, 'Token');
    await engineTest.step(family.name, async () => {
      again = await through(page, family);
    });
  }
  return again;
}

const namesOf = (families: readonly Family[]): string => families.map(({ name }) => name).join(', ');

// A cache knows no families: some of them show that.
for (const families of SPELLED) {
  engineTest(`${namesOf(families)}: from a folder, through every view, the last from the cache`, async ({ page }) => {
    const faults = faultsOf(page);
    const again = await oneAfterTheOther(page, families);
    await page.reload();
    await inUse(page, families.at(-1)?.name ?? '', ANY_FORMAT);
    await again();
    expect(faults).toEqual([]);
  });
}

for (const families of OTHERS) {
  engineTest(`${namesOf(families)}: from a folder, through every view`, async ({ page }) => {
    const faults = faultsOf(page);
    await oneAfterTheOther(page, families);
    expect(faults).toEqual([]);
  });
}
