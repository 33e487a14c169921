// Unit tests of the pure layers: Node, no browser, no GPU.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    name: 'unit',
    environment: 'node',
    include: [
      'src/**/*.test.ts',
      'src/**/*.test.tsx',
      'e2e/house/**/*.test.ts',
      'e2e/support/**/*.test.ts',
      'e2e/tools/**/*.test.{ts,tsx}',
    ],
    exclude: ['src/**/*.gpu.test.ts', '**/*.dawn.test.ts', 'node_modules/**'],
    setupFiles: ['e2e/tools/property-seed.ts'],
    // Files share a thread and its modules: most of the time went into loading them anew. What a test changes outside of itself it puts back.
    pool: 'threads',
    isolate: false,
    // For what hangs; the slowest take seconds, and a busy machine is many times slower.
    expect: { poll: { timeout: 60_000 } },
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
});
