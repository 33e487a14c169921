// Names for opened files: a name stands for one content. The same bytes get the name they had; others whose name is taken get a number.
import type { KnownLocal } from './cache.ts';
import type { FileContent } from './content.ts';
import { sha256 } from './hash.ts';
import type { LocalListing } from './origin.ts';
import type { CopyRecord } from './records.ts';

/** Longest name, suffix included: what the page reads back out of a key. */
const MOST_NAME = 96;

/** `name`, `name-2`, `name-3`, ... */
export function numberedName(name: string, n: number): string {
  const suffix = n === 1 ? '' : `-${n}`;
  return name.slice(0, MOST_NAME - suffix.length) + suffix;
}

/**
 * The name for opened files that would like to be called `wanted`, and the stored copy of the very same bytes, if there is one. Reads the opened files
 * only as far as they agree with what is known. Rejects as reading them does.
 */
export async function nameLocal(
  wanted: string,
  opened: LocalListing,
  known: readonly KnownLocal[],
): Promise<{ readonly name: string; readonly copy: CopyRecord | null }> {
  for (let n = 1; ; n++) {
    const name = numberedName(wanted, n);
    // What is stored comes first: it can be read.
    const taken = known.filter(model => model.name === name).sort((a, b) => Number(!a.copy) - Number(!b.copy));
    if (taken.length === 0) return { name, copy: null };
    for (const { files, copy } of taken) if (await contains(opened, files)) return { name, copy };
  }
}

/** True when the opened files are these, byte for byte. */
async function contains({ files: opened, origin }: LocalListing, files: readonly FileContent[]): Promise<boolean> {
  const byName = new Map(files.map(file => [file.name, file]));
  if (opened.length !== files.length || !opened.every(({ name, size }) => byName.get(name)?.size === size))
    return false;
  for (const { name, size } of opened) {
    const { chunkBytes = 1, hashes = [] } = byName.get(name) ?? {};
    for (const [index, hash] of hashes.entries()) {
      const begin = index * chunkBytes;
      if ((await sha256(await origin.range(name, begin, Math.min(size, begin + chunkBytes)))) !== hash) return false;
    }
  }
  return true;
}
