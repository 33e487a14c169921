// Files of the repository for tests, in Node from the disk and in Vitest's browser from its server.

/** Bytes of a file, by its path from the repository's root. Throws where there is none. */
export async function readBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const url = fromRoot(path);
  if (url.protocol === 'file:') {
    const { readFile } = process.getBuiltinModule('node:fs/promises');
    return new Uint8Array(await readFile(url));
  }
  const response = await fetch(url);
  // A server of single-page applications answers an unknown path with its page.
  const page = response.headers.get('content-type')?.startsWith('text/html') ?? false;
  if (!response.ok || page) throw new Error(`${path}: ${page ? 'not found' : `HTTP ${response.status}`}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** The JSON of a file, decoded but not checked. */
export async function readJson(path: string): Promise<unknown> {
  return JSON.parse(new TextDecoder().decode(await readBytes(path)));
}

function fromRoot(path: string): URL {
  // Not in one expression: bundlers turn `new URL(..., import.meta.url)` into an import of the file.
  const here = import.meta.url;
  // Vite serves what lies in public/ at the root of its site.
  if (path.startsWith('public/') && !here.startsWith('file:')) return new URL(path.slice('public'.length), here);
  return new URL(`../../${path}`, here);
}
