// A model folder on disk as the files that the engine reads, for programs in Node.
import { type FileHandle, open, readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { CheckpointFiles } from '../../src/checkpoint/checkpoint.ts';
import { checkFirstBytes } from '../../src/checkpoint/first-bytes.ts';
import { modelFiles } from '../../src/checkpoint/formats.ts';
import { isGguf, modelOfFile } from '../../src/checkpoint/gguf/splits.ts';
import type { ModelFiles } from '../../src/hub/files.ts';
import { NucleusError } from '../../src/lib/error.ts';

export type FolderFiles = CheckpointFiles & Pick<ModelFiles, 'stream'>;

const PIECE_BYTES = 16 * 1024 * 1024;

/** Opens a folder in Hugging Face layout, or a GGUF file with its parts; it may lack a tokenizer. Throws `missing_file` that names the folder or the file. */
export async function openFolder(where: string): Promise<FolderFiles> {
  const single = isGguf(where);
  const folder = single ? path.dirname(where) : where;
  const all = await sizesOf(folder);
  const parts = modelOfFile(path.basename(where)).files;
  if (single && !all.has(path.basename(where)))
    throw new NucleusError('missing_file', `${where}: there is no such file`, { file: where });
  const sizes = single ? new Map([...all].filter(([name]) => parts.includes(name))) : all;
  await modelFiles(new Set(sizes.keys()), name => readFile(path.join(folder, name)));
  const size = (name: string): number => {
    const bytes = sizes.get(name);
    if (bytes === undefined) throw new NucleusError('missing_file', `${name} is missing in ${folder}`, { file: name });
    return bytes;
  };
  const pathOf = (name: string): string => {
    size(name);
    return path.join(folder, name);
  };
  return {
    names: [...sizes.keys()],
    has: name => sizes.has(name),
    size,
    bytes: async name => checkedBytes(name, new Uint8Array(await readFile(pathOf(name)))),
    read: async (name, begin, end) => {
      const file = await open(pathOf(name));
      try {
        const bytes = await readAt(file, begin, end);
        return begin === 0 ? checkedBytes(name, bytes) : bytes;
      } finally {
        await file.close();
      }
    },
    card: async () => (sizes.has('README.md') ? readFile(pathOf('README.md'), 'utf8') : ''),
    stream: name => streamFile(pathOf(name)),
  };
}

/** Sizes of the files by name; links are followed, as the Hub's own cache is made of them. */
async function sizesOf(folder: string): Promise<ReadonlyMap<string, number>> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    const why =
      error.code === 'ENOENT'
        ? 'there is no such folder'
        : error.code === 'ENOTDIR'
          ? 'it is not a folder'
          : error.code;
    throw new NucleusError('missing_file', `${folder}: ${why}`, { file: folder });
  });
  const sizes = new Map<string, number>();
  for (const name of names.sort()) {
    const facts = await stat(path.join(folder, name)).catch(() => null);
    if (facts?.isFile()) sizes.set(name, facts.size);
  }
  return sizes;
}

function checkedBytes(name: string, bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  checkFirstBytes(name, bytes);
  return bytes;
}

async function readAt(file: FileHandle, begin: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(Math.max(0, end - begin));
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, begin + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

async function* streamFile(file: string): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const handle = await open(file);
  try {
    for (let at = 0; ; at += PIECE_BYTES) {
      const piece = await readAt(handle, at, at + PIECE_BYTES);
      if (piece.length > 0) yield piece;
      if (piece.length < PIECE_BYTES) return;
    }
  } finally {
    await handle.close();
  }
}
