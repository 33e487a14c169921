// For the browser tests: builds the page into a folder of its own and serves it at two addresses, the root and /x/y/.
//
// Ports come from E2E_ROOT_PORT and E2E_SUBPATH_PORT. The policy also lets the page reach test servers on this machine.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { build } from 'vite';
import { serveFolder } from './static-server.mjs';

const ROOT = path.resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(path.join(tmpdir(), 'nucleus-build-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(0));

try {
  await build({
    root: ROOT,
    configFile: path.join(ROOT, 'vite.config.ts'),
    logLevel: 'warn',
    build: { outDir: folder, emptyOutDir: true },
  });
  // The scripted engine lies beside the page, for tests that need no numbers of a model.
  await build({
    root: ROOT,
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    build: {
      outDir: path.join(folder, 'scripted'),
      emptyOutDir: true,
      target: 'es2022',
      minify: false,
      chunkSizeWarningLimit: 2_000,
      lib: { entry: path.join(ROOT, 'e2e/support/scripted-worker.ts'), formats: ['es'], fileName: () => 'worker.js' },
    },
  });
  const connect = ['http://127.0.0.1:*'];
  const { E2E_ROOT_PORT, E2E_SUBPATH_PORT } = process.env;
  await serveFolder({ folder, prefix: '/', ports: [Number(E2E_ROOT_PORT)], connect });
  await serveFolder({ folder, prefix: '/x/y/', ports: [Number(E2E_SUBPATH_PORT)], connect });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
