// Files that a person opens, on a scripted worker: one model is loaded, several are listed and opened by themselves.
import { describe, expect, test } from 'vitest';
import { until } from '../../../e2e/support/scripted-engine.ts';
import { type Page, readyPage } from '../../../e2e/support/scripted-page.ts';
import type { OpenedChoice } from '../../lib/model-source.ts';
import { kept, load } from './load.fixture.ts';
import { choiceName, forgetSeveral, localName, offerFiles, openFiles } from './opening.ts';

const inFolder = (path: string): File =>
  Object.assign(new File(['gguf'], path.split('/').at(-1) ?? path), { webkitRelativePath: path });
const FOLDER = ['quants/a.gguf', 'quants/b-00001-of-00002.gguf', 'quants/b-00002-of-00002.gguf', 'quants/q8/a.gguf'];
const FILES = FOLDER.map(inFolder);
const CHOICES: readonly OpenedChoice[] = [
  { file: 'a.gguf', parts: 1, bytes: 4, opened: [0] },
  { file: 'b-00001-of-00002.gguf', parts: 2, bytes: 8, opened: [1, 2] },
  { file: 'q8/a.gguf', parts: 1, bytes: 4, opened: [3] },
];
/** Two files of one model. */
const PARTS = FILES.slice(1, 3);

/** Lists are answered by `answer`; where it is held, once the test lets it: `waiting`. */
async function open({ hold = false, fails = false } = {}) {
  const waiting: (() => void)[] = [];
  const page = kept(
    await readyPage({
      intercept: (command, say) => {
        if (command.type !== 'list_opened') return false;
        const { run, files } = command;
        const answer = () => {
          if (fails) return say({ type: 'failed', run, error: { code: 'internal', message: 'broken', detail: {} } });
          say({ type: 'listed', run, choices: files.length === FILES.length ? CHOICES : [] });
          say({ type: 'done', run });
        };
        if (hold) waiting.push(answer);
        else answer();
        return true;
      },
    }),
  );
  return { page, waiting };
}
const several = (page: Page) => page.model.getState().several;
const loads = (page: Page) =>
  page.worker
    .of('load')
    .flatMap(({ source, files }) => (source.kind === 'local' ? [[source.name, files?.length]] : []));

describe('several models', () => {
  test('are listed, nothing is loaded, and nobody is asked to keep anything', async () => {
    const { page } = await open();
    const before = load(page);
    await openFiles(page, FILES, true);
    expect(several(page)).toMatchObject({ folder: 'quants' });
    expect(several(page)?.models.map(({ source, files }) => [source, files])).toEqual([
      [{ kind: 'local', name: 'a' }, [FILES[0]]],
      [{ kind: 'local', name: 'b-00001-of-00002' }, [FILES[1], FILES[2]]],
      [{ kind: 'local', name: 'q8-a' }, [FILES[3]]],
    ]);
    expect([load(page), page.model.getState().asks, loads(page)]).toEqual([before, 1, []]);
  });

  test('one is loaded with its own files alone, and the list stays for the next until it is closed', async () => {
    const { page } = await open();
    await openFiles(page, FILES, true);
    const list = several(page);
    for (const place of [1, 2]) {
      const one = list?.models[place];
      if (one) await page.model.getState().loadModel(one.source, { files: one.files, keep: false });
      expect(page.model.getState().openedFrom().files).toEqual(one?.files);
    }
    expect(loads(page)).toEqual([
      ['b-00001-of-00002', 2],
      ['q8-a', 1],
    ]);
    expect(several(page)).toBe(list);
    forgetSeveral(page);
    expect(several(page)).toBeNull();
  });

  test('are offered without opening; one model is not, and leaves the list as it is', async () => {
    const { page } = await open();
    expect(await offerFiles(page, FILES)).toBe(true);
    const list = several(page);
    expect(list?.models).toHaveLength(3);
    expect(await offerFiles(page, PARTS)).toBe(false);
    expect(await offerFiles(page, [inFolder('other/c.gguf')])).toBe(false);
    expect([several(page), loads(page)]).toEqual([list, []]);
  });
});

describe('one model', () => {
  test('is loaded in the place of a list, in parts or alone', async () => {
    const { page } = await open();
    await openFiles(page, FILES, true);
    await openFiles(page, PARTS, true);
    expect([several(page), loads(page)]).toEqual([null, [['quants', 2]]]);
    await openFiles(page, [new File([''], 'c.gguf')], true);
    expect(loads(page).at(-1)).toEqual(['c', 1]);
    // What one file is needs no asking.
    expect(page.worker.of('list_opened')).toHaveLength(2);
  });

  test('where they cannot be listed the load says what is wrong', async () => {
    const { page } = await open({ fails: true });
    await openFiles(page, FILES, true);
    expect([several(page), loads(page)]).toEqual([null, [['quants', 4]]]);
  });
});

describe('while files are listed', () => {
  test('those that are opened last count', async () => {
    const { page, waiting } = await open({ hold: true });
    const first = openFiles(page, PARTS, true);
    const second = openFiles(page, FILES, true);
    await until(() => waiting.length === 2);
    for (const answer of waiting.reverse()) answer();
    await Promise.all([first, second]);
    expect([several(page)?.models.length, loads(page)]).toEqual([3, []]);
  });

  test('a load that is asked for goes on', async () => {
    const { page, waiting } = await open({ hold: true });
    const opening = openFiles(page, PARTS, true);
    await until(() => waiting.length === 1);
    await page.model.getState().loadDefault();
    waiting[0]?.();
    await opening;
    expect(loads(page)).toEqual([]);
  });
});

test('names of opened files', () => {
  expect(localName(FILES)).toBe('quants');
  expect(localName([new File([], 'My model (1).gguf')])).toBe('My-model-1-');
  expect(localName([new File([], 'dropped/sub/model.gguf'), new File([], 'dropped/README.md')])).toBe('dropped');
  expect(choiceName('q4/My model (1).gguf')).toBe('q4-My-model-1-');
  expect(choiceName(`${'x'.repeat(200)}.gguf`)).toHaveLength(96);
});
