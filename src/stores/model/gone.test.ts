// When what is about a model learns that it is gone.
import { expect, test } from 'vitest';
import { digestOfWords, until } from '../../../e2e/support/scripted-engine.ts';
import { loseDevice } from '../../../e2e/support/scripted-page.ts';
import { visitsOf } from '../../../e2e/support/visits.ts';
import { onModelGone } from './gone.ts';

const { visit } = visitsOf('real');

test('the same model after a loss is no other; other weights that come back in its place are, and so is none', async () => {
  let weights = 'first';
  const { model, ...page } = await visit({
    get model() {
      return { digest: digestOfWords(weights) };
    },
  });
  let gone = 0;
  const end = onModelGone(model, () => gone++);
  const lost = async (): Promise<void> => {
    const { load } = model.getState();
    loseDevice({ model, ...page });
    await until(() => model.getState().load.status === 'ready' && model.getState().load !== load);
  };
  await lost();
  expect(gone).toBe(0);
  weights = 'second';
  await lost();
  expect(gone).toBe(1);
  model.getState().unload('person');
  expect(gone).toBe(2);
  end();
});
