// Build of the page: relative URLs, so that dist/ works from any static host and any sub-path.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import react from '@vitejs/plugin-react';
import { build, defineConfig, type Plugin, type UserConfig } from 'vite';
import { bundledPackages, LICENCES_FILE, licencesText } from './e2e/tools/licences.ts';
import { pagePolicy } from './e2e/tools/policy.mjs';

/** How long plugins take says how busy the machine is, not how the page is built. */
const CHECKS = { bundlerTimings: false };

const PUBLIC = path.join(import.meta.dirname, 'public');

const digest = (content: string | Uint8Array): string =>
  createHash('sha256').update(content).digest('hex').slice(0, 16);

/** Files of public/ that the app needs; models are kept by the app itself. */
function publicFiles(): string[] {
  return readdirSync(PUBLIC, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => path.relative(PUBLIC, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .filter(file => !file.startsWith('models/'));
}

/** Writes the content security policy into the page, so that it holds on a host that sends no header. Behind the encoding, before all that is fetched. */
function policy(): Plugin {
  return {
    name: 'policy',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: html => {
        const charset = '<meta charset="utf-8" />';
        const meta = `<meta http-equiv="Content-Security-Policy" content="${pagePolicy()}" />`;
        if (!html.includes(charset)) throw new Error('index.html says its encoding otherwise');
        return html.replace(charset, `${charset}\n    ${meta}`);
      },
    },
  };
}

/** Writes service-worker.js beside the page, with the list of all files of the app. Names in assets/ change with their content. */
function serviceWorker(): Plugin {
  return {
    name: 'service-worker',
    apply: 'build',
    async writeBundle({ dir = 'dist' }, bundle) {
      const built = Object.values(bundle).map(file => {
        const hashed = file.fileName.startsWith('assets/');
        return {
          url: file.fileName,
          revision: hashed ? null : digest(file.type === 'chunk' ? file.code : file.source),
        };
      });
      const copied = publicFiles().map(url => ({ url, revision: digest(readFileSync(path.join(PUBLIC, url))) }));
      const files = [...built, ...copied].toSorted((a, b) => (a.url < b.url ? -1 : 1));
      const precache = { version: `nucleus-app-${digest(JSON.stringify(files))}`, files };
      await buildServiceWorker({ build: { outDir: dir }, define: { PRECACHE: JSON.stringify(precache) } });
    },
  };
}

async function buildServiceWorker({ build: to, define, plugins }: Pick<UserConfig, 'build' | 'define' | 'plugins'>) {
  await build({
    root: import.meta.dirname,
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    plugins: plugins ?? [],
    define: { ...define, 'process.env.NODE_ENV': '"production"' },
    build: {
      ...to,
      emptyOutDir: false,
      target: 'es2022',
      rolldownOptions: { checks: CHECKS },
      lib: { entry: 'src/offline/worker.ts', formats: ['iife'], name: 'nucleus', fileName: () => 'service-worker.js' },
    },
  });
}

/** Writes the licences of all packages that are in the page, its workers and its service worker. */
function licences(packages: Set<string>): Plugin {
  return {
    name: 'licences',
    apply: 'build',
    generateBundle: {
      order: 'post',
      async handler() {
        // The list of files is in the service worker, and this file in the list: what the worker is made of is asked beforehand.
        const plugins = [bundledPackages(packages)];
        await buildServiceWorker({ build: { write: false }, define: { PRECACHE: '{}' }, plugins });
        this.emitFile({ type: 'asset', fileName: LICENCES_FILE, source: licencesText(packages) });
      },
    },
  };
}

export default defineConfig(({ command }) => {
  // What is built is the page of people, whatever the program that asks for it is for: with another value React is the slow one, and no service worker comes.
  if (command === 'build') process.env.NODE_ENV = 'production';
  const packages = new Set<string>();
  return {
    base: './',
    plugins: [react(), policy(), bundledPackages(packages), licences(packages), serviceWorker()],
    worker: { format: 'es', plugins: () => [bundledPackages(packages)], rolldownOptions: { checks: CHECKS } },
    build: {
      target: 'es2022',
      assetsInlineLimit: 0,
      // Every browser that has WebGPU knows modulepreload.
      modulePreload: { polyfill: false },
      rolldownOptions: {
        checks: CHECKS,
        output: {
          // The name of a shared chunk would list all that share it.
          chunkFileNames: ({ name }) => `assets/${name.startsWith('shared') ? 'shared' : '[name]'}-[hash].js`,
          assetFileNames: ({ names }) =>
            `assets/${names.some(name => name.startsWith('shared')) ? 'shared' : '[name]'}-[hash][extname]`,
          // What several parts use comes in fewer files: each costs a request, and most are small. Larger ones would import each other in circles.
          codeSplitting: {
            groups: [
              { name: 'first', tags: ['$initial'], priority: 1 },
              { name: 'shared', minShareCount: 2, entriesAware: true, entriesAwareMergeThreshold: 3_000 },
            ],
          },
        },
      },
    },
  };
});
