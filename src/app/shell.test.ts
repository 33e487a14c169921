// The grid of the page and its components change at the same sizes of the window: shell.css says what useMedia.ts says.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { LOW, NARROW, TOUCH } from '../ui/controls/useMedia.ts';

const sheet = (path: string): string =>
  readFileSync(new URL(path, import.meta.url), 'utf8')
    .replaceAll(/\s+/g, ' ')
    .replaceAll('( ', '(')
    .replaceAll(' )', ')');

test('one column, and settings that fold, at the same sizes as in the style sheet', () => {
  expect(sheet('./shell.css')).toContain(`@media ${NARROW} {`);
  expect(sheet('./shell.css')).toContain(`@media ${LOW} {`);
  expect(sheet('../ui/tokens.css')).toContain(`@media ${TOUCH} {`);
});

test('every rule for one column with room across is about the same windows', () => {
  const queries = [...sheet('./shell.css').matchAll(/@media \(min-width: \d+px\) and \((\(max-width.*?)\) \{/g)].map(
    match => match[1],
  );
  expect(queries.length).toBeGreaterThan(0);
  for (const query of queries) expect(query).toBe(NARROW);
});
