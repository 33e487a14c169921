// Every wait for the GPU goes through src/gpu/waits.ts, which knows the browser that has to be made to look.
import { expect, test } from 'vitest';
import { sources } from './sources.ts';

test('nothing else maps a buffer or waits for the queue', () => {
  const found = sources('src', ['.ts', '.tsx'])
    .filter(
      ({ file, text }) => !/\.(?:test|fixture)\.tsx?$/.test(file) && /\.(?:mapAsync|onSubmittedWorkDone)\(/.test(text),
    )
    .map(({ file }) => file);
  expect(found).toEqual(['src/gpu/waits.ts']);
});
