// Builds one of the pages beside this file, in which the benchmark measures.
import path from 'node:path';
import { build } from 'vite';

/** @param publicDir a folder whose files are served beside the page; false for none. */
export async function buildPage(html: string, outDir: string, publicDir: string | false): Promise<void> {
  await build({
    root: import.meta.dirname,
    base: './',
    configFile: false,
    publicDir,
    logLevel: 'error',
    build: {
      target: 'es2022',
      outDir,
      emptyOutDir: true,
      rollupOptions: { input: path.join(import.meta.dirname, html) },
    },
  });
}
