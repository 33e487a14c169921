// The notice of a newer version: it waits for whatever would be lost with the page that draws it.
import { afterEach, expect, test } from 'vitest';
import { rendered } from '../../e2e/support/rendered.ts';
import { until } from '../../e2e/support/scripted-engine.ts';
import { type Page, readyPage } from '../../e2e/support/scripted-page.ts';
import { answersStore } from '../features/answers/store.ts';
import type { Command } from '../protocol/commands.ts';
import { NewVersion } from './NewVersion.tsx';

let page: Page;
afterEach(() => page.dispose());

const words = (): string => rendered(page, <NewVersion />).replaceAll(/<[^>]*>/g, ' ');
const disabled = (): boolean => rendered(page, <NewVersion />).includes('disabled=""');

/** A page that is offered a newer version, and whose engine never answers commands of this kind from now on. */
async function offered(unanswered: Command['type']): Promise<void> {
  let opened = false;
  page = await readyPage({ intercept: ({ type }) => opened && type === unanswered });
  opened = true;
  expect(rendered(page, <NewVersion />)).toBe('');
  page.version.setState({ waiting: true });
  expect(words()).toContain('The page opens again with it');
  expect(disabled()).toBe(false);
}

function expectWaits(when: string): void {
  expect(words()).toContain(when);
  expect(disabled()).toBe(true);
}

test('a run', async () => {
  await offered('generate');
  void page.generation.getState().run();
  expectWaits('once the run is over');
});

test('several answers', async () => {
  await offered('answers');
  void answersStore.of(page).getState().draw();
  await until(() => page.worker.of('answers').length > 0);
  expectWaits('once the run is over');
  const [command] = page.worker.of('answers');
  page.worker.say({ type: 'done', run: command?.run ?? 0 });
  await until(() => !disabled());
  expect(words()).toContain('The page opens again with it');
});

test('another model', async () => {
  await offered('load');
  void page.model.getState().loadModel({ kind: 'local', name: 'another' }, { files: [] });
  await until(() => page.model.getState().load.status === 'loading');
  expectWaits('once the model is loaded');
});
