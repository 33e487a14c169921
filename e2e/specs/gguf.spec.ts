// GGUF files as people come to them: a repository with several, the address of one, a file of this computer.

import { complaints } from '../support/axe.ts';
import { type HubServer, startHubServer } from '../support/hub-server.ts';
import { greedyText, inUse, lookAt } from '../support/open-model.ts';
import { openModels, openPage, setHub } from '../support/page.ts';
import { ggufModel } from '../support/page-models.ts';
import { engineTest, expect } from '../support/tests.ts';

const F16 = /f16 /;
const PROMPT = 'Once upon a time there was a small';

let hub: HubServer;
const { whole, parts } = ggufModel();
const REPOSITORY = {
  'nucleus.F16.gguf': whole,
  'parts/nucleus-00001-of-00002.gguf': parts[0],
  'parts/nucleus-00002-of-00002.gguf': parts[1],
  'mmproj-nucleus.gguf': 'not read',
  'README.md': 'a card',
};
engineTest.beforeEach(async ({ page }) => {
  hub = await startHubServer({ models: { 'acme/several': REPOSITORY } });
  await setHub(page, hub.url);
  await openPage(page);
});
engineTest.afterEach(() => hub.close());

engineTest(
  'of a repository with several models one is looked at, loaded, and there again after a reload',
  async ({ page }) => {
    const expected = await greedyText(page, PROMPT);
    const dialog = await lookAt(page, 'acme/several');
    const choices = dialog.getByRole('list', { name: 'Models of the repository' });
    await expect(choices.getByRole('listitem')).toHaveCount(2);
    const inParts = choices.getByRole('listitem').filter({ hasText: 'parts/nucleus-00001-of-00002.gguf' });
    await expect(inParts).toContainText(/and 1 more · 6[.,]\d MB/);
    expect(await complaints(page, 'dialog[open]')).toEqual([]);
    await choices.getByRole('button', { name: 'Look at parts/nucleus-00001-of-00002.gguf' }).click();
    await choices.getByRole('button', { name: /^Download 6[.,]\d MB/ }).click();
    await inUse(page, 'acme/several:parts/nucleus-00001-of-00002.gguf', F16);
    expect(await greedyText(page, PROMPT)).toBe(expected);
    const asked = hub.requests.length;
    await page.reload();
    await inUse(page, 'acme/several:parts/nucleus-00001-of-00002.gguf', F16);
    expect(await greedyText(page, PROMPT)).toBe(expected);
    expect(hub.requests.slice(asked)).toEqual([]);
  },
);

engineTest('the address of a file, and a file of this computer', async ({ page }) => {
  const expected = await greedyText(page, PROMPT);
  const dialog = await lookAt(page, 'https://huggingface.co/acme/several/blob/main/nucleus.F16.gguf');
  await dialog.getByRole('button', { name: /^Download / }).click();
  await inUse(page, 'acme/several:nucleus.F16.gguf', F16);
  expect(await greedyText(page, PROMPT)).toBe(expected);

  const again = await openModels(page);
  await again.getByLabel('Files of a model').setInputFiles({
    name: 'mine.gguf',
    mimeType: 'application/octet-stream',
    buffer: Buffer.from(whole),
  });
  await inUse(page, 'mine', F16);
  expect(await greedyText(page, PROMPT)).toBe(expected);
});
