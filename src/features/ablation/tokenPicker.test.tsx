// The field that finds the token a ranking asks for reads what is typed as every other field does.
import { afterEach, expect, test } from 'vitest';
import { rendered } from '../../../e2e/support/rendered.ts';
import { type Page, readyPage } from '../../../e2e/support/scripted-page.ts';
import { defined } from '../../lib/assert.ts';
import { TokensFound } from './TokenPicker.tsx';

let page: Page;
afterEach(() => page.dispose());

/** The markup below the field with this text in it, and the ids that it offers, in their order. */
async function found(typed: string): Promise<{ markup: string; ids: number[] }> {
  page = await readyPage();
  const tokenizer = defined(page.document.getState().tokenizer, 'tokenizer');
  const markup = rendered(page, <TokensFound typed={typed} tokenizer={tokenizer} onPick={() => {}} />);
  return { markup, ids: Array.from(markup.matchAll(/<span>id (\d+)<\/span>/g), ([, id]) => Number(id)) };
}

test.each(['\\n', '↵', '\\x0a', '\\u000A', '\\u{a}'])('%s is a line end, and the field says so', async typed => {
  const { markup, ids } = await found(typed);
  const tokenizer = defined(page.document.getState().tokenizer, 'tokenizer');
  expect([...tokenizer.bytes(ids[0] ?? 0)]).toEqual([10]);
  expect(markup).toContain('new line');
});

test('an id is found with and without its sign, and what is not there is said', async () => {
  expect((await found('#300')).ids).toEqual([300]);
  expect((await found('300')).ids).toContain(300);
  expect((await found('no such token anywhere')).markup).toContain('No token has that text or id.');
  expect((await found('')).markup).toBe('');
});
