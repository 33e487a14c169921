// A static web server for dist/, at the root or under a prefix, with the headers a careful host would send.
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { contentSecurityPolicy } from './policy.mjs';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.wasm': 'application/wasm',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
};

/** The two scripts that may connect where a person says: the workers that speak to servers and to addresses of commands. A worker has the policy of its own file. */
const OUTWARD_WORKERS = /\/assets\/(?:server|address)-worker-[\w-]+\.js$/;

/** The file that a URL path names inside `folder`; undefined where there is none, or only outside of it. */
async function locate(folder, prefix, pathname) {
  if (!pathname.startsWith(prefix)) return undefined;
  let relative;
  try {
    relative = decodeURIComponent(pathname.slice(prefix.length));
  } catch {
    return undefined;
  }
  if (relative.includes('\0')) return undefined;
  try {
    const root = await realpath(folder);
    const file = await realpath(
      path.join(root, relative === '' || relative.endsWith('/') ? `${relative}index.html` : relative),
    );
    if (!file.startsWith(root + path.sep)) return undefined;
    const facts = await stat(file);
    return facts.isFile() ? { file, size: facts.size } : undefined;
  } catch {
    return undefined;
  }
}

function refuse(response, status, headers = {}) {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', ...headers });
  response.end(`${status}\n`);
}

/** The first and last byte of a plain `bytes=first-last`; 'none' beyond the end of the file; undefined: the whole file. */
function rangeOf(header, size) {
  const match = /^bytes=(\d+)-(\d*)$/.exec(header ?? '');
  if (!match) return undefined;
  const first = Number(match[1]);
  const last = match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  return first > last ? 'none' : [first, last];
}

async function answer(request, response, { folder, prefix, headers, outwardPolicy }) {
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, { Allow: 'GET, HEAD' });
  const { pathname } = new URL(request.url, 'http://host');
  if (`${pathname}/` === prefix) return refuse(response, 308, { Location: prefix });
  const found = await locate(folder, prefix, pathname);
  if (!found) return refuse(response, 404);
  const part = rangeOf(request.headers.range, found.size);
  if (part === 'none') return refuse(response, 416, { 'Content-Range': `bytes */${found.size}` });
  const [first, last] = part ?? [0, found.size - 1];
  response.writeHead(part ? 206 : 200, {
    'Content-Type': TYPES[path.extname(found.file)] ?? 'application/octet-stream',
    'Content-Length': last - first + 1,
    'Accept-Ranges': 'bytes',
    ...(part && { 'Content-Range': `bytes ${first}-${last}/${found.size}` }),
    ...headers,
    ...(outwardPolicy !== null && OUTWARD_WORKERS.test(pathname) && { 'Content-Security-Policy': outwardPolicy }),
  });
  if (request.method === 'HEAD' || last < first) return response.end();
  const file = createReadStream(found.file, { start: first, end: last }).on('error', () => response.destroy());
  response.on('close', () => file.destroy()).on('error', () => {});
  file.pipe(response);
}

/**
 * Serves `folder` under `prefix` (starts and ends with `/`) on 127.0.0.1.
 * `ports` are tried in order; 0 is any free one. `connect`: more sources for the policy's connect-src.
 * `policy`: another one in its place, or null for none, as a plain host.
 * Resolves to the page's address and a `close()` that cuts open connections. Throws when no port could be had.
 */
export async function serveFolder({
  folder,
  prefix = '/',
  ports = [0],
  connect = [],
  policy = contentSecurityPolicy(connect),
}) {
  const headers = {
    'Cache-Control': 'no-store',
    ...(policy !== null && { 'Content-Security-Policy': policy }),
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
  };
  const outwardPolicy = policy === null ? null : contentSecurityPolicy([...connect, 'https:', 'http:']);
  const server = createServer((request, response) => {
    answer(request, response, { folder, prefix, headers, outwardPolicy }).catch(() => response.destroy());
  });
  let last;
  for (const port of ports) {
    try {
      await new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, '127.0.0.1', () => {
          server.off('error', reject);
          resolve();
        });
      });
      const close = () =>
        new Promise(resolve => {
          server.close(() => resolve());
          server.closeAllConnections();
        });
      return { url: `http://127.0.0.1:${server.address().port}${prefix}`, close };
    } catch (error) {
      last = error;
    }
  }
  throw last;
}
