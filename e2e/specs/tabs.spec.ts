// Two tabs side by side: each keeps its own text, a new one begins with what was written last.
import { expect, type Page, test } from '../support/tests.ts';

const editor = (page: Page) => page.getByRole('textbox', { name: /text|prompt/i }).first();

async function write(page: Page, text: string): Promise<void> {
  await editor(page).fill(text);
  await expect(editor(page)).toHaveValue(text);
  // What was not written yet is written when the page is hidden, which `reload` does.
}

test('tabs do not write over each other', async ({ context }) => {
  const [first, second] = [await context.newPage(), await context.newPage()];
  await first.goto('');
  await second.goto('');
  await write(first, 'The text of the first tab');
  await write(second, 'The text of the second tab');
  await first.reload();
  await expect(editor(first)).toHaveValue('The text of the first tab');
  await second.reload();
  await expect(editor(second)).toHaveValue('The text of the second tab');

  await write(first, 'Written last');
  await first.reload();
  await expect(editor(first)).toHaveValue('Written last');
  const third = await context.newPage();
  await third.goto('');
  await expect(editor(third)).toHaveValue('Written last');
});
