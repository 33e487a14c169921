// The access token crosses to the worker and to no other place: not into a state, a saved visit, an export or a link.
import { afterEach, expect, test } from 'vitest';
import { idle, type Page, readyPage } from '../../../e2e/support/scripted-page.ts';
import { writeLink } from './link.ts';
import { readLink } from './readLink.ts';
import { writeRunCsv } from './runCsv.ts';
import { RUN_SHAPES, writeRunJson } from './runJson.ts';
import { runToShare } from './sharedRun.ts';

const TOKEN = 'hf_nobodyelseseesthis';

let page: Page | undefined;
afterEach(() => page?.dispose());

test('nothing that leaves the page or is kept has the token in it', async () => {
  page = await readyPage({ hubToken: { host: 'https://hub.test', value: TOKEN } });
  await page.model.getState().loadModel({ kind: 'hub', repo: 'acme/gated', revision: 'main' });
  expect(page.worker.of('load').at(-1)?.origins.token?.value).toBe(TOKEN);
  await page.generation.getState().run();
  await idle(page);
  const run = runToShare(page);
  if (run === null) throw new Error('nothing to share');
  const link = await writeLink(run);
  if (!link.ok) throw new Error('no link');
  const read = await readLink(link.fragment);
  await page.flush();
  const left = [
    JSON.stringify(read),
    link.fragment,
    writeRunCsv(run),
    ...RUN_SHAPES.map(shape => writeRunJson(run, shape, () => new Uint8Array(), 0)),
    JSON.stringify([...page.memory]),
    JSON.stringify(page.model.getState()),
  ];
  expect(left.length).toBe(5 + RUN_SHAPES.length);
  for (const each of left) {
    expect(each.length).toBeGreaterThan(50);
    expect(each).not.toContain(TOKEN);
  }
});
