// What there is to choose from among opened files: by their names alone, whatever the folder is called.
import { expect, test } from 'vitest';
import { choicesAmongOpened } from './choices.ts';

/** A file as a browser gives it out of a folder; by itself where it has none. */
function opened(path: string, bytes = 1): File {
  const file = new File([new Uint8Array(bytes)], path.split('/').at(-1) ?? path);
  return Object.assign(file, { webkitRelativePath: path.includes('/') ? path : '' });
}
const choices = (...paths: string[]) => choicesAmongOpened(paths.map(path => opened(path)));

test('each model once with its own files, parts as one, projectors passed over', () => {
  const files = [
    opened('quants/b-00002-of-00002.gguf', 20),
    opened('quants/README.md', 5),
    opened('quants/mmproj-model.gguf', 7),
    opened('quants/a.Q4_0.gguf', 3),
    opened('quants/b-00001-of-00002.gguf', 10),
  ];
  expect(choicesAmongOpened(files)).toEqual([
    { file: 'a.Q4_0.gguf', parts: 1, bytes: 3, opened: [3] },
    { file: 'b-00001-of-00002.gguf', parts: 2, bytes: 30, opened: [4, 0] },
  ]);
});

test('of two that are called the same the folders tell which is which', () => {
  expect(choices('models/q4/m.gguf', 'models/q8/m.gguf').map(({ file, opened: own }) => [file, own])).toEqual([
    ['q4/m.gguf', [0]],
    ['q8/m.gguf', [1]],
  ]);
});

test('a file out of a dropped folder has the folders in its name', () => {
  const files = ['models/q4/m.gguf', 'models/q8/m.gguf'].map(path => new File(['m'], path));
  expect(choicesAmongOpened(files).map(({ file }) => file)).toEqual(['q4/m.gguf', 'q8/m.gguf']);
});

test('a part that is not there takes no bytes, and its model is on offer all the same', () => {
  expect(choices('f/a.gguf', 'f/b-00001-of-00003.gguf', 'f/b-00003-of-00003.gguf')[1]).toEqual({
    file: 'b-00001-of-00003.gguf',
    parts: 3,
    bytes: 2,
    opened: [1, 2],
  });
});

test.each([
  ['a file', ['a.gguf']],
  ['a file beside a projector and a card', ['f/a.gguf', 'f/mmproj-a.gguf', 'f/README.md']],
  ['the parts of one', ['a-00001-of-00002.gguf', 'a-00002-of-00002.gguf']],
  ['a folder of another format', ['f/config.json', 'f/model.safetensors', 'f/a.gguf', 'f/b.gguf']],
  ['nothing', []],
])('there is nothing to choose in %s', (_, paths) => {
  expect(choices(...paths)).toEqual([]);
});

test('files without a folder', () => {
  expect(choices('b.gguf', 'a.gguf').map(({ file, opened: own }) => [file, own])).toEqual([
    ['a.gguf', [1]],
    ['b.gguf', [0]],
  ]);
});
