// What a first visit must fetch before it sees the page: the scripts that the entry imports, without those that come when something is opened.
import { build, createLogger, type Rolldown } from 'vite';
import { afterEach, expect, test, vi } from 'vitest';

afterEach(() => vi.unstubAllEnvs());

/** Bytes of script, uncompressed. React alone is 218,000 of them. */
const MOST_BYTES = 350_000;

async function built(): Promise<{ chunks: Rolldown.OutputChunk[]; complaints: string[] }> {
  const complaints: string[] = [];
  const logger = createLogger('warn');
  // How long parts of the build took is of the machine.
  const keep = (words: string): void => {
    if (!words.includes('PLUGIN_TIMINGS')) complaints.push(words);
  };
  const customLogger = { ...logger, warn: keep, warnOnce: keep, error: keep };
  const made = await build({ mode: 'production', customLogger, build: { write: false } });
  if (!Array.isArray(made) && !('output' in made)) throw new Error('the build only watches');
  const outputs = Array.isArray(made) ? made : [made];
  return { chunks: outputs.flatMap(({ output }) => output.filter(each => each.type === 'chunk')), complaints };
}

/** The entry of the page and all that it imports at once. */
function firstChunks(chunks: readonly Rolldown.OutputChunk[]): Rolldown.OutputChunk[] {
  const named = new Map(chunks.map(chunk => [chunk.fileName, chunk]));
  const first = new Set<Rolldown.OutputChunk>();
  const add = (chunk: Rolldown.OutputChunk | undefined): void => {
    if (chunk === undefined || first.has(chunk)) return;
    first.add(chunk);
    for (const name of chunk.imports) add(named.get(name));
  };
  add(chunks.find(chunk => chunk.isEntry));
  return [...first];
}

/** Chunks that import each other in a circle: which of them runs first would depend on what is opened first, and on the network. */
function circlesOf(chunks: readonly Rolldown.OutputChunk[]): string[] {
  const left = new Map(chunks.map(({ fileName, imports }) => [fileName, imports.filter(name => name !== fileName)]));
  for (let before = -1; before !== left.size; ) {
    before = left.size;
    for (const [name, imports] of left) if (!imports.some(each => left.has(each))) left.delete(name);
  }
  return [...left.keys()];
}

test('the first page is small, each view is a chunk of its own, and the build has nothing to complain about', async () => {
  // Whatever the program that builds is for itself: a slow React, and a page without a service worker, would be tested in place of the real one.
  vi.stubEnv('NODE_ENV', 'development');
  const { chunks, complaints } = await built();
  expect(chunks.map(({ name }) => name)).toContain('offline');
  const first = firstChunks(chunks);
  const bytes = first.reduce((sum, { code }) => sum + new TextEncoder().encode(code).length, 0);
  console.log(`first page: ${bytes.toLocaleString('en-US')} bytes of script`);
  const modules = first.flatMap(chunk => chunk.moduleIds);
  const views = /features\/(text|chat|branches|lens|attention|ablation|follow|probabilities|settings)\//;
  expect(modules.filter(id => views.test(id) && id.endsWith('.tsx'))).toEqual([]);
  expect(bytes).toBeLessThan(MOST_BYTES);
  expect(bytes).toBeGreaterThan(200_000);
  expect(circlesOf(chunks)).toEqual([]);
  expect(complaints).toEqual([]);
});
