// How a person looks at the page: which dialog is open.
import { expect, test } from 'vitest';
import { createViewStore } from './view.ts';

test('what has to close one dialog leaves another that has taken its place', () => {
  const view = createViewStore();
  const dialog = () => view.getState().dialog;
  view.getState().open('documents');
  view.getState().closeOf('models');
  expect(dialog()).toBe('documents');
  view.getState().open('models');
  view.getState().closeOf('documents');
  expect(dialog()).toBe('models');
  view.getState().closeOf('models');
  expect(dialog()).toBeNull();
});
