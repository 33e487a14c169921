// Browser tests on the production build: built once, served at the root and under /x/y/ with a strict policy.
import { createServer } from 'node:net';
import process from 'node:process';
import { defineConfig } from '@playwright/test';
import { launchOptions, wholeBrowser } from './tools/browser.ts';

/** A port that nobody listens on. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

// The workers read this file again and must come to the same ports, so they travel in the environment.
process.env.E2E_ROOT_PORT ??= String(await freePort());
process.env.E2E_SUBPATH_PORT ??= String(await freePort());
process.env.E2E_ROOT_URL = `http://127.0.0.1:${process.env.E2E_ROOT_PORT}/`;
process.env.E2E_SUBPATH_URL = `http://127.0.0.1:${process.env.E2E_SUBPATH_PORT}/x/y/`;

const forTests = launchOptions();
const whole = wholeBrowser();
const viewport = { width: 1280, height: 800 };

export default defineConfig({
  testDir: 'specs',
  outputDir: '../test-results',
  globalSetup: './tools/require-browser.ts',
  // A test waits for timers and paints about as long as it computes.
  workers: 2,
  fullyParallel: true,
  forbidOnly: process.env.CI !== undefined,
  retries: 0,
  // For what hangs: a busy machine is many times slower.
  timeout: 1_200_000,
  expect: { timeout: 240_000 },
  reporter: 'list',
  use: {
    baseURL: process.env.E2E_ROOT_URL,
    headless: true,
    actionTimeout: 240_000,
    // A test begins with a first visit, which none serves; what is about them allows them.
    serviceWorkers: 'block',
    trace: 'off', // it costs a quarter of all the time; `--trace retain-on-failure` where one is wanted
    launchOptions: forTests,
  },
  projects: [
    { name: 'desktop', use: { viewport }, grepInvert: /@phone/ },
    // Where the others run in the headless shell.
    ...(whole.executablePath === forTests.executablePath
      ? []
      : [{ name: 'whole browser', use: { viewport, launchOptions: whole }, grep: /@whole/ }]),
    {
      name: 'phone',
      use: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 },
      grep: /@phone/,
    },
  ],
  webServer: {
    command: 'node tools/serve-build.mjs',
    url: process.env.E2E_SUBPATH_URL,
    timeout: 300_000,
    reuseExistingServer: false,
    stdout: 'pipe',
    gracefulShutdown: { signal: 'SIGTERM', timeout: 5_000 },
  },
});
