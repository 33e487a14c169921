// Build of the page: relative URLs, so that dist/ works from any static host and any sub-path.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import react from '@vitejs/plugin-react';
import { build, defineConfig, type Plugin } from 'vite';
import { pagePolicy } from './e2e/tools/policy.mjs';

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
      await build({
        root: import.meta.dirname,
        configFile: false,
        publicDir: false,
        logLevel: 'warn',
        define: {
          PRECACHE: JSON.stringify({ version: `nucleus-app-${digest(JSON.stringify(files))}`, files }),
          'process.env.NODE_ENV': '"production"',
        },
        build: {
          outDir: dir,
          emptyOutDir: false,
          target: 'es2022',
          lib: {
            entry: 'src/offline/worker.ts',
            formats: ['iife'],
            name: 'nucleus',
            fileName: () => 'service-worker.js',
          },
        },
      });
    },
  };
}

export default defineConfig(({ command }) => {
  // What is built is the page of people, whatever the program that asks for it is for: with another value React is the slow one, and no service worker comes.
  if (command === 'build') process.env.NODE_ENV = 'production';
  return {
    base: './',
    plugins: [react(), policy(), serviceWorker()],
    worker: { format: 'es' },
    build: {
      target: 'es2022',
      assetsInlineLimit: 0,
      // Every browser that has WebGPU knows modulepreload.
      modulePreload: { polyfill: false },
      // How long plugins take says how busy the machine is, not how the page is built.
      rolldownOptions: { checks: { bundlerTimings: false } },
    },
  };
});
