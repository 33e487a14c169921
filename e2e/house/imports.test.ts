// Imports only go down the list of layers: the page meets the worker in protocol/ alone.
import path from 'node:path';
import { expect, test } from 'vitest';
import { type Import, importsOf, sources } from './sources.ts';

const PURE = ['lib', 'tokenizer', 'sampling', 'model'];
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  lib: [],
  protocol: ['lib', 'sampling', 'model'],
  checkpoint: ['lib'],
  tokenizer: ['lib'],
  sampling: ['lib'],
  model: ['lib'],
  reference: ['lib', 'model'],
  gpu: ['lib', 'model', 'shaders'],
  hub: ['lib', 'checkpoint'],
  engine: ['lib', 'protocol', 'checkpoint', 'tokenizer', 'sampling', 'model', 'gpu', 'hub'],
  offline: ['lib'],
  remote: ['lib', 'protocol', 'tokenizer', 'sampling'],
  recorded: ['lib', 'protocol', 'sampling'],
  client: ['lib', 'protocol', 'remote', 'recorded'],
  stores: ['client', 'lib', 'protocol', 'sampling', 'tokenizer'],
  ui: ['lib'],
  features: ['stores', 'client', 'ui', 'protocol', ...PURE],
  app: ['features', 'stores', 'ui', 'client', 'protocol', 'remote', ...PURE],
};
/** What a test and its fixtures may import besides: the layers that run anywhere, the oracle, what tests share, the shipped model. */
const FOR_TESTS = [...PURE, 'checkpoint', 'protocol', 'reference', 'e2e', 'public'];
/** The one room of the page that may ask the oracle; it is a chunk of its own, loaded by the first command of the debug panel. */
const SELF_CHECK = 'src/engine/debug/';
const WITH_REACT = ['src/ui/', 'src/features/', 'src/app/', 'src/stores/react.ts'];
/** What the layers above see of checkpoint/: no reader of a single format. */
const CHECKPOINT_DOORS = ['checkpoint.ts', 'formats.ts', 'dtypes.ts', 'first-bytes.ts', 'json.ts', 'strided.ts'];
/** From here only types may come: nothing of them is left in the build. */
const TYPES_ONLY: Readonly<Record<string, readonly string[]>> = {
  protocol: ['lib', 'sampling', 'model'],
  features: ['protocol'],
};

/** Why a file of the project may not hold this import; undefined where it may. */
function breach(file: string, { target, typeOnly, named, dynamic }: Import): string | undefined {
  const [, layer = '', part] = file.split('/');
  const isTest = /\.(test|fixture)\.tsx?$/.test(file);
  if (!target.startsWith('.')) {
    if (isTest) return undefined;
    if (target.startsWith('node:')) return 'src/ runs in a browser';
    const known = WITH_REACT.some(start => file.startsWith(start));
    return /^react(-dom)?(\/|$)/.test(target) && !known ? `${layer} does not know React` : undefined;
  }
  const [top, inner = '', innerPart] = path.posix.join(path.posix.dirname(file), target).split('/');
  const to = top === 'src' ? inner : (top ?? '');
  if (named && layer === 'client' && target === '../engine/worker.ts') return undefined;
  const isSelfCheck = file.startsWith(SELF_CHECK);
  if (to === 'engine' && innerPart === 'debug' && !dynamic && !isSelfCheck)
    return 'the debug room is loaded when asked';
  if (to === layer) {
    const crosses = layer === 'features' && part !== innerPart && innerPart !== 'shared' && !isTest;
    return crosses ? `a feature imports another, ${innerPart}` : undefined;
  }
  if (layer === 'gpu' && to === 'model' && innerPart === 'architectures' && !isTest)
    return 'gpu knows ops, not architectures';
  if (to === 'checkpoint' && to !== layer && !isTest && !CHECKPOINT_DOORS.includes(innerPart ?? ''))
    return 'a checkpoint is read through its one interface, whatever its format';
  const allowed = [...(LAYERS[layer] ?? []), ...(isTest ? FOR_TESTS : []), ...(isSelfCheck ? ['reference'] : [])];
  if (!allowed.includes(to)) return `${layer} may not import ${to}`;
  return TYPES_ONLY[layer]?.includes(to) && !typeOnly && !isTest
    ? `${layer} may import only types of ${to}`
    : undefined;
}

test('imports only go down the list of layers', () => {
  const files = sources('src', ['.ts', '.tsx']);
  expect(files.length).toBeGreaterThan(5);
  const breaches = files.flatMap(({ file, text }) =>
    importsOf(text).flatMap(found => {
      const why = breach(file, found);
      return why === undefined ? [] : [`${file}:${found.line} '${found.target}': ${why}`];
    }),
  );
  expect(breaches).toEqual([]);
});

test('the layers of the list are the folders of src/', () => {
  const folders = new Set(sources('src', ['.ts', '.tsx']).map(({ file }) => file.split('/')[1]));
  expect([...folders].toSorted()).toEqual(Object.keys(LAYERS).toSorted());
});

test.each([
  ['src/lib/a.ts', `import { x } from '../model/graph.ts';`, 'lib may not import model'],
  [
    'src/protocol/a.ts',
    `import {\n  type A,\n  b,\n} from '../model/graph.ts';`,
    'protocol may import only types of model',
  ],
  ['src/protocol/a.ts', `import { type A, type B } from '../model/graph.ts';`, undefined],
  ['src/protocol/a.ts', `import type { A } from '../gpu/plan.ts';`, 'protocol may not import gpu'],
  ['src/client/a.ts', `new Worker(new URL('../engine/worker.ts', import.meta.url), { type: 'module' })`, undefined],
  ['src/client/a.ts', `import '../engine/worker.ts';`, 'client may not import engine'],
  ['src/stores/a.ts', `const w = new URL('../engine/worker.ts', import.meta.url);`, 'stores may not import engine'],
  ['src/stores/a.ts', `export * from '../gpu/plan.ts';`, 'stores may not import gpu'],
  ['src/features/editor/A.tsx', `import { B } from '../tokens/B.tsx';`, 'a feature imports another, tokens'],
  ['src/features/editor/A.tsx', `import { B } from './B.tsx';\nimport { s } from '../../stores/s.ts';`, undefined],
  ['src/features/shared/A.tsx', `import { B } from '../tokens/B.tsx';`, 'a feature imports another, tokens'],
  ['src/features/tokens/A.tsx', `import { B } from '../shared/B.tsx';`, undefined],
  ['src/stores/run/a.ts', `import type { B } from '../../features/lens/types.ts';`, 'stores may not import features'],
  ['src/gpu/a.ts', `import { gpt2 } from '../model/architectures/gpt2.ts';`, 'gpu knows ops, not architectures'],
  [
    'src/features/editor/A.tsx',
    `import { isEvent } from '../../protocol/events.ts';`,
    'features may import only types of protocol',
  ],
  ['src/app/A.tsx', `const E = await import('../engine/engine.ts');`, 'app may not import engine'],
  ['src/engine/a.ts', `import { oracle } from '../reference/run.ts';`, 'engine may not import reference'],
  ['src/engine/debug/a.ts', `import { run } from '../../reference/run.ts';`, undefined],
  ['src/engine/a.ts', `import { a } from './debug/a.ts';`, 'the debug room is loaded when asked'],
  ['src/engine/a.ts', `const { a } = await import('./debug/a.ts');`, undefined],
  ['src/gpu/a.ts', `import { run } from '../reference/run.ts';`, 'gpu may not import reference'],
  ['src/engine/a.gpu.test.ts', `import { oracle } from '../reference/run.ts';`, undefined],
  ['src/engine/a.ts', `import { golden } from '../../e2e/support/golden.ts';`, 'engine may not import e2e'],
  ['src/gpu/a.ts', `const s = import.meta.glob<string>('../../shaders/*.wgsl', { eager: true });`, undefined],
  ['src/ui/a.ts', `const s = import.meta.glob('../../shaders/*.wgsl');`, 'ui may not import shaders'],
  ['src/model/a.ts', `import { useState } from 'react';`, 'model does not know React'],
  ['src/hub/a.ts', `import fs from 'node:fs';`, 'src/ runs in a browser'],
  ['src/lib/a.ts', `// import { x } from '../model/graph.ts';`, undefined],
])('%s with %s', (file, text, why) => {
  const found = importsOf(text);
  expect(found.map(one => breach(file, one)).find(one => one !== undefined)).toBe(why);
});
