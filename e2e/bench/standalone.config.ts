// Bundles the engine part of the benchmark into one file for machines that have Node and no npm: dist/bench/bench.mjs.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  publicDir: false,
  ssr: { noExternal: true },
  build: {
    ssr: 'e2e/bench/standalone.ts',
    target: 'node20',
    outDir: 'dist/bench',
    emptyOutDir: true,
    rollupOptions: { output: { entryFileNames: 'bench.mjs' } },
  },
});
