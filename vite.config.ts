// Build of the page: relative URLs, so that dist/ works from any static host and any sub-path.
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  base: './',
  plugins: [react()],
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    // Every browser that has WebGPU knows modulepreload.
    modulePreload: { polyfill: false },
    // How long plugins take says how busy the machine is, not how the page is built.
    rolldownOptions: { checks: { bundlerTimings: false } },
  },
});
