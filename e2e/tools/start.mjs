// npm start: builds the playground, serves it, prints its address and opens a browser where there is one. Ctrl+C ends it.
import { spawn } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { build } from 'vite';
import { serveFolder } from './static-server.mjs';

const ROOT = path.resolve(import.meta.dirname, '../..');
// The same port each time where possible: a browser keeps cached models and settings by address.
const PORTS = [4280, 4281, 4282, 4283, 4284, 0];

/** Opens the address in the person's browser; silent where there is none. */
function openBrowser(url) {
  const { platform, env } = process;
  if (env.CI !== undefined || env.BROWSER === 'none') return;
  if (platform !== 'darwin' && platform !== 'win32' && !env.DISPLAY && !env.WAYLAND_DISPLAY) return;
  const [program, args] =
    platform === 'darwin'
      ? ['open', [url]]
      : platform === 'win32'
        ? ['cmd', ['/c', 'start', '', url]]
        : ['xdg-open', [url]];
  const child = spawn(program, args, { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(0));

try {
  const asked = process.env.PORT;
  console.log('Building...');
  await build({ root: ROOT, configFile: path.join(ROOT, 'vite.config.ts'), logLevel: 'warn' });
  const server = await serveFolder({ folder: path.join(ROOT, 'dist'), ports: asked ? [Number(asked)] : PORTS });
  console.log(`\n  Nucleus is at ${server.url}\n  Ctrl+C ends it.\n`);
  openBrowser(server.url);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
