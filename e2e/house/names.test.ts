// Names and sizes of files: what each is for, in a first line; short enough to read; none of the words that say nothing.
import path from 'node:path';
import { expect, test } from 'vitest';
import { sources } from './sources.ts';

const FORBIDDEN = ['manager', 'helper', 'util', 'handler', 'service', 'data', 'info', 'misc', 'common'];
const SOFT_LIMIT = 300;
const HARD_LIMIT = 400;
const TEST_LIMIT = 700; // a list of cases may be long

const CODE = ['src', 'e2e/house', 'e2e/specs', 'e2e/support', 'e2e/tools', 'e2e/bench'].flatMap(folder =>
  sources(folder, ['.ts', '.tsx', '.mjs', '.css']),
);
const SHADERS = sources('shaders', ['.wgsl']);
const FILES = [...CODE, ...SHADERS];

/** `readbackRing`, `readback-ring` and `ReadbackRing` are all readback, ring; a plural counts as its singular. */
function wordsOf(name: string): string[] {
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  return words.map(word => (word !== 'data' && word.length > 3 ? word.replace(/s$/, '') : word));
}

const saysNothing = (name: string): boolean => wordsOf(name).some(word => FORBIDDEN.includes(word));
const linesOf = (text: string): number => text.trimEnd().split('\n').length;

test('no file is too long to read', () => {
  const long = FILES.map(({ file, text }) => ({ file, lines: linesOf(text) })).filter(
    ({ lines }) => lines > SOFT_LIMIT,
  );
  for (const { file, lines } of long) console.warn(`${file} has ${lines} lines`);
  const limit = (file: string) => (/\.(test|spec)\.tsx?$/.test(file) ? TEST_LIMIT : HARD_LIMIT);
  expect(long.filter(({ file, lines }) => lines > limit(file))).toEqual([]);
});

test('the first line of a file says what it is for', () => {
  // the style of a component stands beside it under the same name
  const silent = FILES.filter(({ file }) => !file.endsWith('.module.css')).filter(
    ({ text }) => !/^(\/\/|\/\*|<!--)\s*\S+/.test(text),
  );
  expect(silent.map(({ file }) => file)).toEqual([]);
});

test('no barrels', () => {
  const barrels = CODE.filter(({ file, text }) => /\/index\.\w+$/.test(file) || /^export \* from/m.test(text));
  expect(barrels.map(({ file }) => file)).toEqual([]);
});

test('no file and nothing exported has a name that says nothing', () => {
  const named = CODE.flatMap(({ file, text }) => [
    ...(saysNothing(path.basename(file)) ? [file] : []),
    ...[
      ...text.matchAll(
        /^export (?:async |abstract |declare )*(?:function\*?|class|const|let|interface|type|enum) (\w+)/gm,
      ),
    ]
      .map(match => match[1] ?? '')
      .filter(saysNothing)
      .map(name => `${file}: ${name}`),
  ]);
  expect(named).toEqual([]);
});

test('what features share is not written again in one of them', () => {
  const exported = (text: string): string[] =>
    [...text.matchAll(/^export (?:async )?(?:function|const|class) (\w+)/gm)].map(match => match[1] ?? '');
  const features = sources('src/features', ['.ts', '.tsx']);
  const shared = new Set(
    features.filter(({ file }) => file.startsWith('src/features/shared/')).flatMap(({ text }) => exported(text)),
  );
  expect(shared).toContain('weightStep');
  const again = features
    .filter(({ file }) => !file.startsWith('src/features/shared/'))
    .flatMap(({ file, text }) =>
      exported(text)
        .filter(name => shared.has(name))
        .map(name => `${file}: ${name}`),
    );
  expect(again).toEqual([]);
});

test('a kernel file is flat and in snake_case', () => {
  expect(SHADERS.map(({ file }) => file).filter(file => !/^shaders\/[a-z0-9_]+\.wgsl$/.test(file))).toEqual([]);
});

test('imports of the project name their file with its ending', () => {
  const bare = CODE.flatMap(({ file, text }) =>
    [...text.matchAll(/\bfrom '(\.[^']*)'/g)]
      .map(match => match[1] ?? '')
      .filter(target => !/\.(ts|tsx|mjs|css|json|wgsl)(\?\w+)?$/.test(target))
      .map(target => `${file}: ${target}`),
  );
  expect(bare).toEqual([]);
});
