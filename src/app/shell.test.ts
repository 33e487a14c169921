// The grid of the page and its components change at the same sizes of the window: shell.css says what useMedia.ts says.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { LOW, NARROW, ROOMY, TOUCH } from '../ui/controls/useMedia.ts';
import { LEAST, settingsRoom, sideRoom } from './columns.ts';

const sheet = (path: string): string =>
  readFileSync(new URL(path, import.meta.url), 'utf8')
    .replaceAll(/\s+/g, ' ')
    .replaceAll('( ', '(')
    .replaceAll(' )', ')');

test('one column, and settings that fold, at the same sizes as in the style sheet', () => {
  expect(sheet('./shell.css')).toContain(`@media ${NARROW} {`);
  expect(sheet('./shell.css')).toContain(`@media ${LOW} {`);
  expect(sheet('./shell.css')).toContain(`@media ${ROOMY} {`);
  expect(sheet('../ui/tokens.css')).toContain(`@media ${TOUCH} {`);
});

test('columns have the same least widths as in the style sheet, and in every window that shows them there is room for all', () => {
  const { text, side, roomyText, settings } = LEAST;
  expect(sheet('./shell.css')).toContain(`--side-now: clamp(${side}px, var(--side-own), 100vw - ${text}px);`);
  expect(sheet('./shell.css')).toContain(
    `--side-now: clamp(${side}px, var(--side-own), 100vw - ${roomyText}px - ${settings}px);`,
  );
  expect(sheet('./shell.css')).toContain(`--settings-now: clamp(${settings}px,`);
  for (const [width, roomy] of [
    [761, false],
    [1600, true],
  ] as const) {
    const { least, most } = sideRoom(width, roomy);
    expect(most).toBeGreaterThanOrEqual(least);
    const beside = settingsRoom(width, most);
    expect(beside.most).toBeGreaterThanOrEqual(roomy ? beside.least : -LEAST.roomyText);
  }
});

test('every rule for one column with room across is about the same windows', () => {
  const queries = [...sheet('./shell.css').matchAll(/@media \(min-width: \d+px\) and \((\(max-width.*?)\) \{/g)].map(
    match => match[1],
  );
  expect(queries.length).toBeGreaterThan(0);
  for (const query of queries) expect(query).toBe(NARROW);
});
