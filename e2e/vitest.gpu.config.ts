// Kernel and engine tests in a real Chromium; no adapter is a failure, not a skip.
import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { launchOptions } from './tools/browser.ts';

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  worker: { format: 'es' },
  // All that the page imports is bundled beforehand: a dependency found later would reload the page in the middle of a test.
  optimizeDeps: {
    include: [
      'react',
      'react-dom/client',
      'react/jsx-dev-runtime',
      'zustand',
      'zustand/vanilla',
      'valibot',
      'idb-keyval',
      'fast-check',
    ],
  },
  // An address that is not there gives the start page, which must not bring its modules in.
  server: { preTransformRequests: false },
  define: {
    'import.meta.env.GPU_HOST': JSON.stringify('browser'),
    'import.meta.env.GPU': JSON.stringify(process.env.GPU ?? ''),
  },
  test: {
    name: 'gpu',
    include: ['src/**/*.gpu.test.ts'],
    globalSetup: ['e2e/tools/require-browser.ts'],
    expect: { poll: { timeout: 60_000 } },
    testTimeout: 300_000,
    hookTimeout: 300_000,
    fileParallelism: false,
    // One page for all files, so that they share a device and what was compiled on it.
    isolate: false,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({ launchOptions: launchOptions() }),
      instances: [{ browser: 'chromium' }],
    },
  },
});
