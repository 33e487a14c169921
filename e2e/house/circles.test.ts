// No file imports itself by way of others: a circle is one room that nobody drew. Types count too.
import path from 'node:path';
import { expect, test } from 'vitest';
import { importsOf, sources } from './sources.ts';

type Imports = ReadonlyMap<string, readonly string[]>;

/** Groups of files each of which reaches all others of its group; Tarjan 1972, "Depth-first search and linear graph algorithms". */
function circles(imports: Imports): string[][] {
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (file: string): number => {
    const at = order.size;
    order.set(file, at);
    stack.push(file);
    let lowest = at;
    for (const next of imports.get(file) ?? []) {
      if (!order.has(next)) lowest = Math.min(lowest, visit(next));
      else if (stack.includes(next)) lowest = Math.min(lowest, order.get(next) ?? lowest);
    }
    low.set(file, lowest);
    if (lowest === at) {
      const group = stack.splice(stack.indexOf(file));
      if (group.length > 1 || imports.get(file)?.includes(file)) found.push(group.toSorted());
    }
    return lowest;
  };
  for (const file of imports.keys()) if (!order.has(file)) visit(file);
  return found;
}

function importsOfFiles(folder: string): Imports {
  const files = sources(folder, ['.ts', '.tsx']);
  return new Map(
    files.map(({ file, text }) => [
      file,
      importsOf(text)
        .filter(({ target }) => target.startsWith('.'))
        .map(({ target }) => path.posix.join(path.posix.dirname(file), target)),
    ]),
  );
}

test.each(['src', 'e2e'])('%s has no circles', folder => {
  const imports = importsOfFiles(folder);
  expect(imports.size).toBeGreaterThan(5);
  expect(circles(imports)).toEqual([]);
});

test('a circle is found, also through a third file and of one file', () => {
  const imports = new Map([
    ['a', ['b', 'd']],
    ['b', ['c']],
    ['c', ['a']],
    ['d', ['d']],
    ['e', ['a']],
  ]);
  expect(circles(imports)).toEqual([['d'], ['a', 'b', 'c']]);
});
