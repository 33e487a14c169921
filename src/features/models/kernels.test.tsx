// The check of the kernels on the page: when it begins, what gives way to what, and what is said of right and wrong ones.
import { createElement } from 'react';
import { afterEach, expect, test } from 'vitest';
import { rendered } from '../../../e2e/support/rendered.ts';
import { ADAPTER, type Interception, until } from '../../../e2e/support/scripted-engine.ts';
import { RIGHT_KERNELS } from '../../../e2e/support/scripted-kernels.ts';
import { type Page, readyPage } from '../../../e2e/support/scripted-page.ts';
import { toWire } from '../../lib/error.ts';
import type { CheckedVariant, SelfTestReport } from '../../protocol/self-test.ts';
import { CurrentModel } from './CurrentModel.tsx';
import { KernelNotice } from './KernelNotice.tsx';
import { kernelsStore } from './kernels.ts';
import { checkedWords, faultWords, reportText } from './kernelWords.ts';
import { QUIET_MS } from './quiet.ts';

const WRONG: CheckedVariant = { name: 'attention', error: 0.123, wrong: 3, off: true };
const reportOf = (...variants: CheckedVariant[]): SelfTestReport => ({
  ...RIGHT_KERNELS,
  variants: [...RIGHT_KERNELS.variants, ...variants],
});

let page: Page | null = null;
afterEach(() => page?.dispose());

async function open(report: SelfTestReport = RIGHT_KERNELS, intercept?: Interception) {
  page = await readyPage({ report, ...(intercept && { intercept }) });
  page.document.getState().setText('');
  const opened = page;
  const kernels = kernelsStore.of(opened);
  const asked = () => opened.worker.of('self_test').map(({ forget, several }) => ({ forget, several }));
  /** Lets the time pass that the check waits. */
  const quiet = (): void => {
    for (const wait of [...opened.waits]) if (wait.ms === QUIET_MS) wait.callback();
  };
  const words = (part: typeof CurrentModel | typeof KernelNotice) =>
    rendered({ ...opened, kernels } as Page, createElement(part)).replace(/<[^>]*>/g, ' ');
  return { page: opened, kernels, asked, quiet, words };
}

test('a load that has come to rest is checked once; a person may ask for all of it again', async () => {
  const { kernels, asked, quiet, words } = await open();
  expect(asked()).toEqual([]);
  expect(words(CurrentModel)).toContain('in idle time after a load');
  quiet();
  await until(() => kernels.getState().report !== null);
  expect(asked()).toEqual([{ forget: false, several: false }]);
  expect(words(CurrentModel)).toMatch(/Checked on this GPU: largest error 2\.5e-7 .* in 2 kernels\./);
  expect(words(KernelNotice).trim()).toBe('');
  await kernels.getState().check();
  expect(asked()).toEqual([
    { forget: false, several: false },
    { forget: true, several: true },
  ]);
});

test('without a network its code does not come: nothing is said, unless a person asked', async () => {
  const { kernels, asked, quiet, words } = await open(RIGHT_KERNELS, (command, say) => {
    if (command.type !== 'self_test') return false;
    const error = toWire(new TypeError('Failed to fetch dynamically imported module: https://a.example/b.js'));
    say({ type: 'failed', run: command.run, error });
    return true;
  });
  quiet();
  await until(() => asked().length === 1 && kernels.getState().task.status === 'idle');
  expect(words(CurrentModel)).not.toContain('could not be fetched');
  await kernels.getState().check();
  expect(words(CurrentModel)).toContain('A part of Nucleus could not be fetched');
});

test('another model forgets what was found, and is checked in its turn', async () => {
  const { page: opened, kernels, asked, quiet } = await open();
  quiet();
  await until(() => kernels.getState().report !== null);
  await opened.model.getState().keepFormat('int8');
  expect(kernels.getState().report).toBeNull();
  quiet();
  await until(() => kernels.getState().report !== null);
  expect(asked()).toHaveLength(2);
});

test('wrong kernels are named under the text, with what was done about them', async () => {
  const { kernels, words } = await open(reportOf(WRONG, { name: 'layernorm', error: null, wrong: 1, off: false }));
  await kernels.getState().check();
  const said = words(KernelNotice);
  expect(said).toContain('attention (wrong each time, error 1.2e-1)');
  expect(said).toContain('layernorm (wrong in 1 of 3 runs, error not a number)');
  expect(said).toContain('do not trust what it writes');
  expect(words(CurrentModel)).toContain('2 of them wrong');
});

test('a replaced kernel alone leaves the numbers right', () => {
  const report = reportOf(WRONG);
  expect(faultWords(report).broken).toBe('');
  expect(checkedWords(report)).toMatch(/largest error 2\.5e-7 .* 3 kernels, 1 of them wrong\.$/);
  expect(faultWords(RIGHT_KERNELS)).toEqual({ replaced: '', broken: '' });
});

test('the report has adapter, driver, browser, shaders and each variant with its error', () => {
  const text = reportText(reportOf(WRONG), ADAPTER, 'gpt2, f16');
  for (const line of [
    'adapter: test scripted',
    'driver: an engine of the tests',
    'browser: a browser of the tests',
    'shaders: 0123456789abcdef',
    'model: gpt2, f16',
    'attention: 1.2e-1, wrong in 3 of 3, switched off',
    'linear_row f16: 1.5e-7, right',
  ])
    expect(text.split('\n')).toContain(line);
});
