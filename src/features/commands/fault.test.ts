// A command that takes the name of another one, or has no room, is not kept.
import { expect, test } from 'vitest';
import { faultOf } from './fault.ts';
import { MOST_DEFINITIONS } from './library.ts';
import { define } from './store.fixture.ts';

test('a name that another command has is refused, its own is not', () => {
  const known = [define({ name: 'A' }), define({ name: 'B' })];
  expect(faultOf({ name: null, definition: define({ name: 'A' }) }, known)).toContain('There is a command A already');
  expect(faultOf({ name: 'B', definition: define({ name: 'A' }) }, known)).toContain('There is a command A already');
  expect(faultOf({ name: 'B', definition: define({ name: 'B' }) }, known)).toBe('');
  expect(faultOf({ name: 'B', definition: define({ name: 'C' }) }, known)).toBe('');
  expect(faultOf({ name: null, definition: define({ name: 'C' }) }, known)).toBe('');
});

test('no command gives way to one more than there is room for', () => {
  const known = Array.from({ length: MOST_DEFINITIONS }, (_, i) => define({ name: `N${i}` }));
  expect(faultOf({ name: null, definition: define({ name: 'C' }) }, known)).toContain('no room');
  expect(faultOf({ name: 'N3', definition: define({ name: 'C' }) }, known)).toBe('');
});

test.each([
  [{ name: 'lower' }, 'capital letters'],
  [{ by: 'expression', source: ' ' }, 'Write an expression'],
  [{ by: 'text', source: 'x'.repeat(4001) }, 'What answers is too long. 4,001 characters are more than 4,000'],
  [{ by: 'person', source: 'x'.repeat(4001) }, 'What answers is too long'],
  [{ purpose: 'x'.repeat(301) }, 'What it is for is too long'],
  [{ by: 'address', source: 'https://a.example.com/', path: 'a.'.repeat(200) }, 'The part of its JSON is too long'],
  [{ by: 'address', source: 'https://a.example.com/', path: '[' }, 'The path cannot be read'],
] as const)('%j is refused', (part, words) => {
  expect(faultOf({ name: null, definition: define(part) }, [])).toContain(words);
});
