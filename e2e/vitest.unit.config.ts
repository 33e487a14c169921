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
      'e2e/tools/**/*.test.ts',
    ],
    exclude: ['src/**/*.gpu.test.ts', '**/*.dawn.test.ts', 'node_modules/**'],
    setupFiles: ['e2e/tools/property-seed.ts'],
    testTimeout: 30_000,
  },
});
