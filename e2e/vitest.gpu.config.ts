// Kernel and engine tests in a real Chromium; no adapter is a failure, not a skip.
import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { launchOptions } from './tools/browser.ts';

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  worker: { format: 'es' },
  define: {
    'import.meta.env.GPU_HOST': JSON.stringify('browser'),
    'import.meta.env.GPU': JSON.stringify(process.env.GPU ?? ''),
  },
  test: {
    name: 'gpu',
    include: ['src/**/*.gpu.test.ts'],
    globalSetup: ['e2e/tools/require-browser.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({ launchOptions: launchOptions() }),
      instances: [{ browser: 'chromium' }],
    },
  },
});
