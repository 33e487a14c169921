// What is dropped on the page as files: folders in folders, by their paths, as a browser's entries have them.
import { expect, test } from 'vitest';
import { droppedFiles } from './dropped.ts';

type Tree = { readonly [name: string]: Tree | string };

/** Entries of a folder come in parts of two. */
function entryAt(path: string, node: Tree | string): FileSystemEntry {
  const name = path.split('/').at(-1) ?? '';
  const common = { name, fullPath: path, isFile: typeof node === 'string', isDirectory: typeof node !== 'string' };
  if (typeof node === 'string')
    return {
      ...common,
      file: (done: (file: File) => void) => done(new File([node], name)),
    } as unknown as FileSystemEntry;
  const inner = Object.entries(node).map(([key, each]) => entryAt(`${path}/${key}`, each));
  const createReader = () => {
    const left = [...inner];
    return { readEntries: (done: (part: FileSystemEntry[]) => void) => done(left.splice(0, 2)) };
  };
  return { ...common, createReader } as unknown as FileSystemEntry;
}

const dropOf = (tree: Tree, files: readonly File[] = []): DataTransfer =>
  ({
    files,
    items: Object.entries(tree).map(([name, node]) => ({ webkitGetAsEntry: () => entryAt(`/${name}`, node) })),
  }) as unknown as DataTransfer;

const told = async (transfer: DataTransfer) =>
  Promise.all((await droppedFiles(transfer)).map(async file => [file.name, await file.text()]));

test('files of folders in folders have their paths, a file by itself its name', async () => {
  const tree: Tree = {
    'a.gguf': 'a',
    models: { 'b.gguf': 'b', owner: { deep: { 'c.gguf': 'c' }, 'd.gguf': 'd', 'e.gguf': 'e' }, empty: {} },
  };
  expect(await told(dropOf(tree))).toEqual([
    ['a.gguf', 'a'],
    ['models/b.gguf', 'b'],
    ['models/owner/deep/c.gguf', 'c'],
    ['models/owner/d.gguf', 'd'],
    ['models/owner/e.gguf', 'e'],
  ]);
});

test('of very many files the first ones come', async () => {
  const folder = (of: string) => Object.fromEntries(Array.from({ length: 6_000 }, (_, i) => [`${of}${i}`, '']));
  const found = await droppedFiles(dropOf({ one: folder('a'), two: folder('b'), three: folder('c') }));
  expect(found).toHaveLength(10_000);
  expect(found.at(-1)?.name).toBe('two/b3999');
});

test('where a browser tells no entries, the files as they are', async () => {
  const files = [new File(['x'], 'x.gguf')];
  expect(await droppedFiles(dropOf({}, files))).toEqual(files);
});
