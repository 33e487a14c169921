// No call takes as many arguments as a list is long: past some tens of thousands of them a browser's stack overflows, and the call is lost.
import { parseSync } from 'vite';
import { expect, test } from 'vitest';
import { sources } from './sources.ts';

/** Spreads into calls that cannot grow with a text, a vocabulary or a model's files: what is spread, by file, and what bounds it. */
const BOUNDED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'src/checkpoint/safetensors.ts': { 'first8.subarray(0, 8)': 'eight bytes' },
  'src/checkpoint/first-bytes.ts': { 'first.subarray(0, 24)': 'twenty-four bytes' },
  'src/sampling/adjust.ts': { 'step.apply(value, past, changeIn(logits, lines))': 'the apply of a step of sampling' },
  'src/sampling/pipeline.ts': {
    'step.apply(slice, value, past)': 'the apply of a step of sampling',
    'step.apply(now.logits, value, past)': 'the apply of a step of sampling',
  },
};

interface Spread {
  /** What is spread, as it is written. */
  readonly spread: string;
  /** Counted from 1. */
  readonly line: number;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value;

function children(node: object): Node[] {
  return Object.values(node).flatMap((part: unknown) =>
    Array.isArray(part) ? part.filter(isNode) : isNode(part) ? [part] : [],
  );
}

/** Lists whose length stands in the code. */
function isWritten(node: Node): boolean {
  return node.type === 'ArrayExpression' && children(node).every(each => each.type !== 'SpreadElement');
}

/** Every `f(...list)`, `new C(...list)` and `f.apply(that, list)` of a file. */
function spreadsOf(file: string, text: string): Spread[] {
  const found: Spread[] = [];
  const visit = (node: Node): void => {
    if (node.type === 'CallExpression' || node.type === 'NewExpression') {
      const parts = 'arguments' in node && Array.isArray(node.arguments) ? node.arguments.filter(isNode) : [];
      for (const part of parts) {
        const [inner] = part.type === 'SpreadElement' ? children(part) : [];
        if (inner !== undefined && !isWritten(inner)) found.push(at(inner));
      }
      const callee = 'callee' in node && isNode(node.callee) ? text.slice(node.callee.start, node.callee.end) : '';
      if (/\.apply$/.test(callee)) found.push(at(node));
    }
    for (const child of children(node)) visit(child);
  };
  const at = ({ start, end }: Node): Spread => ({
    spread: text.slice(start, end).replaceAll(/\s+/g, ' '),
    line: text.slice(0, start).split('\n').length,
  });
  visit(parseSync(file, text).program);
  return found;
}

test('no list of unknown length is spread into a call', () => {
  const files = sources('src', ['.ts', '.tsx']).filter(({ file }) => !/\.(test|fixture)\.tsx?$/.test(file));
  expect(files.length).toBeGreaterThan(100);
  const breaches = files.flatMap(({ file, text }) =>
    spreadsOf(file, text).flatMap(({ spread, line }) =>
      BOUNDED[file]?.[spread] === undefined ? [`${file}:${line} ...${spread}`] : [],
    ),
  );
  expect(breaches).toEqual([]);
});

test('every bounded spread of the list is there', () => {
  const there = new Map(sources('src', ['.ts']).map(({ file, text }) => [file, spreadsOf(file, text)]));
  const gone = Object.entries(BOUNDED).flatMap(([file, list]) =>
    Object.keys(list).filter(spread => !there.get(file)?.some(each => each.spread === spread)),
  );
  expect(gone).toEqual([]);
});

test.each([
  ['made.push(...tokens.slice(1));', ['tokens.slice(1)']],
  ['const most = Math.max(0, ...counts);', ['counts']],
  ['new Uint8Array(...parts);', ['parts']],
  ['String.fromCharCode.apply(null, bytes);', ['String.fromCharCode.apply(null, bytes)']],
  ['const all = [...tokens]; const one = { ...all }; const f = (...rest: number[]) => rest;', []],
  ['f(...[1, 2]);', []],
  ['f(...[1, ...many]);', ['[1, ...many]']],
])('%s', (text, wanted) => {
  expect(spreadsOf('a.ts', text).map(({ spread }) => spread)).toEqual(wanted);
});
