// A large model in two tabs: the second asks, takes it over or goes beside it, and a tab that crashed holds nothing.
import { download, engineWorkers, goesOn, smallModel, write } from '../support/faults.ts';
import { type HubServer, startHubServer } from '../support/hub-server.ts';
import { inUse, openWithoutModel } from '../support/open-model.ts';
import { closeDialog, modelButton, modelReady, setHub, textArea } from '../support/page.ts';
import { expect, engineTest as test } from '../support/tests.ts';

let hub: HubServer;
// Its table of positions takes 117 MB; what is computed is small.
const LARGE = smallModel({ n_positions: 1_048_576, n_embd: 28, n_head: 1 });
test.beforeAll(async () => {
  hub = await startHubServer({ models: { 'owner/large': LARGE } });
});
test.afterAll(() => hub.close());

test('a second tab asks and takes over; the first keeps its text and has the model back once the second has crashed', async ({
  context,
}) => {
  const [first, second, third] = [await context.newPage(), await context.newPage(), await context.newPage()];
  for (const page of [first, second, third]) await setHub(page, hub.url);
  await openWithoutModel(first);
  await download(first, 'owner/large');
  await inUse(first, 'owner/large', /f32/);
  await write(first, 'The text of the first tab');
  // The list is given once what stands here is written.
  await first.getByRole('button', { name: 'Documents', exact: true }).click();
  const documents = first.getByRole('dialog', { name: 'Documents', exact: true });
  await expect(documents.getByRole('list', { name: 'Documents' })).toContainText('The text of the first tab');
  await closeDialog(documents);

  // It begins with what was written last, and with its model.
  await second.goto('');
  await expect(second.getByText(/owner\/large is loaded in another tab, “The text of the first tab”/)).toBeVisible();
  await expect(modelButton(second)).toHaveAccessibleName('Model: owner/large, waits for your word');
  await second.getByRole('button', { name: 'Take over' }).click();
  await inUse(second, 'owner/large', /f32/);
  await expect(first.getByText(/^Another tab has taken over owner\/large, so it was let go here/)).toBeVisible();
  await expect.poll(() => engineWorkers(first).length).toBe(0);
  await expect(textArea(first)).toHaveValue('The text of the first tab');

  await third.goto('');
  await third.getByRole('button', { name: 'Cancel' }).click();
  await expect(modelButton(third)).toHaveAccessibleName('Model: No model, choose one');
  await third.getByRole('button', { name: 'Load the one that ships with the page' }).click();
  await modelReady(third);

  const session = await context.newCDPSession(second);
  const crashed = second.waitForEvent('crash');
  session.send('Page.crash').catch(() => {});
  await crashed;
  await first.getByRole('button', { name: 'Load it again' }).click();
  await inUse(first, 'owner/large', /f32/);
  await expect(first.getByText(/in another tab/)).toHaveCount(0);
  await goesOn(third, 'The text of the first tab');
});
