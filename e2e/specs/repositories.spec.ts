// Repositories as people find them: every layout of weights, what is quantised, what asks for a token; and the list of models on offer.

import { type HubServer, startHubServer } from '../support/hub-server.ts';
import { greedyText, inUse, lookFor, openWithoutModel } from '../support/open-model.ts';
import { openModels, openPage, setHub } from '../support/page.ts';
import {
  pytorchModel,
  quantisedModel,
  shardedPytorchModel,
  shippedModel,
  vocabularyModel,
} from '../support/page-models.ts';
import { engineTest, expect, type Page, test } from '../support/tests.ts';

const F16 = /f16 /;
const PROMPT = 'Once upon a time there was a small';
const TOKEN = 'hf_averysecrettoken';
const STRANGER = 'hf_astrangerstoken';

const servers: HubServer[] = [];
const started = async (...given: Parameters<typeof startHubServer>): Promise<HubServer> => {
  const server = await startHubServer(...given);
  servers.push(server);
  return server;
};
engineTest.afterEach(() => Promise.all(servers.splice(0).map(server => server.close())));

/** Loads a model by its name; the dialog closes by itself once it is there. */
async function load(page: Page, name: string): Promise<void> {
  const dialog = await openModels(page);
  await lookFor(dialog, name);
  await dialog.getByRole('button', { name: /^Download / }).click();
  await inUse(page, name, F16);
}

engineTest('PyTorch weights, in one file and in shards, and older tokenizers write the same', async ({ page }) => {
  const models = {
    'acme/vocabulary': vocabularyModel(),
    'acme/torch': pytorchModel(),
    'acme/shards': shardedPytorchModel(),
  };
  const hub = await started({ models });
  await setHub(page, hub.url);
  await openPage(page);
  const expected = await greedyText(page, PROMPT);
  for (const name of Object.keys(models)) {
    await load(page, name);
    expect(await greedyText(page, PROMPT)).toBe(expected);
  }
  expect(hub.requests.filter(({ path }) => /training_args|consolidated|README/.test(path))).toEqual([]);
  const asked = hub.requests.length;
  await page.reload();
  await inUse(page, 'acme/shards', F16);
  expect(await greedyText(page, PROMPT)).toBe(expected);
  expect(hub.requests.slice(asked)).toEqual([]);
});

engineTest('a quantised repository is refused with the model that its card names', async ({ page }) => {
  const hub = await started({ models: { 'acme/gptq': quantisedModel() } });
  await setHub(page, hub.url);
  await openWithoutModel(page);
  const dialog = await openModels(page);
  await lookFor(dialog, 'acme/gptq');
  await expect(dialog.getByRole('alert')).toContainText('This repository is quantised (gptq)');
  await expect(dialog.getByRole('alert')).toContainText('try acme/whole');
  expect(hub.requests.filter(({ path }) => path.endsWith('.safetensors'))).toEqual([]);
});

engineTest('a gated model opens with a token, which goes to the Hub alone and stays in the tab', async ({ page }) => {
  const models = { 'acme/gated': shippedModel() };
  const cdn = await started({ models });
  const closed = { 'acme/gated': { kind: 'gated', tokens: [TOKEN], strangers: [STRANGER] } } as const;
  const hub = await started({ models, closed, redirect: cdn.url });
  const said: string[] = [];
  page.on('console', message => said.push(message.text()));
  await setHub(page, hub.url);
  await openWithoutModel(page);
  const dialog = await openModels(page);
  await lookFor(dialog, 'acme/gated');
  const alert = dialog.getByRole('alert');
  await expect(alert).toContainText("The model acme/gated is gated: ask for access on the model's page");
  const link = dialog.getByRole('link', { name: 'The page of acme/gated on the Hub' });
  await expect(link).toHaveAttribute('href', `${hub.url}/acme/gated`);

  const named = dialog.getByRole('region', { name: 'By name' });
  const give = async (token: string) => {
    await named.getByLabel('Access token', { exact: true }).fill(token);
    await named.getByRole('button', { name: 'Use this token' }).click();
  };
  await give('hf_unknown');
  await expect(alert).toContainText('the Hub does not know the access token');
  await give(STRANGER);
  await expect(alert).toContainText('is not open to the account of your access token');
  await expect(named.getByLabel('Access token', { exact: true })).toHaveCount(0);
  const shut = dialog.getByRole('region', { name: 'Gated and private models' });
  await shut.getByLabel('Access token', { exact: true }).fill(TOKEN);
  await shut.getByRole('button', { name: 'Use this token' }).click();
  await expect(shut).toContainText('A token is kept for this tab alone.');
  await lookFor(dialog, 'acme/gated');
  await dialog.getByRole('button', { name: /^Download / }).click();
  await inUse(page, 'acme/gated', F16);

  expect(cdn.requests.length).toBeGreaterThan(2);
  expect(cdn.requests.filter(({ headers }) => headers.includes('authorization'))).toEqual([]);
  expect(hub.requests.some(({ authorization }) => authorization === `Bearer ${TOKEN}`)).toBe(true);
  const kept = await page.evaluate(() => ({
    local: JSON.stringify({ ...localStorage }),
    tab: JSON.stringify({ ...sessionStorage }),
    address: location.href,
    page: document.documentElement.outerHTML,
  }));
  expect(kept.tab).toContain(TOKEN);
  for (const place of [kept.local, kept.address, kept.page, ...said]) expect(place).not.toContain(TOKEN);

  const asked = hub.requests.length;
  await page.reload();
  await inUse(page, 'acme/gated', F16);
  expect(hub.requests.slice(asked)).toEqual([]);
  await openModels(page);
  await shut.getByRole('button', { name: 'Forget the token' }).click();
  await expect(shut.getByRole('button', { name: 'Forget the token' })).toHaveCount(0);
  expect(await page.evaluate(() => JSON.stringify({ ...sessionStorage }))).not.toContain(TOKEN);
});

engineTest('a token that is kept in the browser is not given to another host', async ({ page }) => {
  const models = { 'acme/gated': shippedModel() };
  const closed = { 'acme/gated': { kind: 'gated', tokens: [TOKEN] } } as const;
  const hub = await started({ models, closed });
  await page.addInitScript(token => localStorage.setItem('nucleus.token', `https://huggingface.co ${token}`), TOKEN);
  await setHub(page, hub.url);
  await openWithoutModel(page);
  const dialog = await openModels(page);
  await lookFor(dialog, 'acme/gated');
  await expect(dialog.getByRole('alert')).toContainText('is gated');
  expect(hub.requests.filter(({ headers }) => headers.includes('authorization'))).toEqual([]);
});

test('models on offer can be searched, and say what they take', async ({ page }) => {
  await openPage(page);
  const dialog = await openModels(page);
  const offer = dialog.getByRole('region', { name: 'On offer' });
  await expect(offer.getByRole('listitem')).toHaveCount(18);
  await offer.getByRole('searchbox', { name: 'Search the models on offer' }).fill('gemma gated');
  await expect(offer.getByRole('listitem')).toHaveCount(1);
  await expect(offer.getByRole('listitem')).toContainText('268 M · 536 MB on the GPU as BF16 · Gemma · gated');
  await offer.getByRole('searchbox').fill('no such thing');
  await expect(offer.getByRole('status')).toContainText('Any other model can be had by its name');
  await offer.getByRole('searchbox').press('Escape');
  await expect(offer.getByRole('listitem')).toHaveCount(18);
  await expect(dialog).toBeVisible();
});
