// The head of the inspector as markup: what it says of a draw that cannot be made again.
import { afterEach, expect, test } from 'vitest';
import { rendered } from '../../../e2e/support/rendered.ts';
import { digestOfWords, until } from '../../../e2e/support/scripted-engine.ts';
import { type Page, readyPage } from '../../../e2e/support/scripted-page.ts';
import { Inspector } from './Inspector.tsx';

let page: Page | null = null;
afterEach(() => page?.dispose());

const CHANGED = 'the text before it, or the model, has changed since';

test('a draw outlives a look with another model; once the text before it is another, it says so', async () => {
  let weights = 'first';
  const opened = await readyPage({
    get model() {
      return { key: 'local/mine', name: 'mine', digest: digestOfWords(weights) };
    },
  });
  page = opened;
  await opened.generation.getState().run();
  const { tokens, selectToken } = opened.document.getState();
  selectToken(tokens.length - 1);
  const settled = () => until(() => opened.rows.getState().selected.status === 'ready');
  const words = () => rendered(opened, <Inspector />).replaceAll(/<[^>]*>/g, ' ');
  await settled();
  expect(words()).toContain('its run');
  expect(words()).not.toContain(CHANGED);

  for (weights of ['second', 'first']) {
    await opened.model.getState().loadModel({ kind: 'local', name: 'mine' }, { files: [] });
    await settled();
  }
  expect(words()).toContain('its run');
  expect(words()).not.toContain(CHANGED);
  opened.document.getState().edit(0, 0, 'X');
  selectToken(opened.document.getState().tokens.length - 1);
  expect(words()).toContain(CHANGED);
});
