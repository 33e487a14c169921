// The keyboard comes back to the button whose field has closed, and is never taken from where a person went on.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { focusBack } from './focusBack.ts';

const body = { name: 'body' };
const page = { body, activeElement: body };
let frames: (() => void)[] = [];
let asked = 0;
const button = { focus: () => asked++ };

beforeEach(() => {
  frames = [];
  asked = 0;
  page.activeElement = body;
  vi.stubGlobal('document', page);
  vi.stubGlobal('requestAnimationFrame', (paint: () => void) => frames.push(paint));
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const painted = (): void => {
  for (const paint of frames.splice(0)) paint();
};

test('after Enter or Esc, when nothing has the focus', () => {
  focusBack(() => button);
  expect(asked).toBe(0);
  painted();
  expect(asked).toBe(1);
});

test('not from what was pressed meanwhile', () => {
  focusBack(() => button);
  page.activeElement = { name: 'the text' };
  painted();
  expect(asked).toBe(0);
});

test('a row that is gone by then is no fault', () => {
  focusBack(() => null);
  expect(painted).not.toThrow();
});
