// Every request of the page and its workers goes through the gate in src/lib/network.ts, so that what a person switches off is off.
import { expect, test } from 'vitest';
import { sources } from './sources.ts';

/** The gate, and the service worker, which asks the kept switch itself. */
const MAY_FETCH = ['src/lib/network.ts', 'src/offline/worker.ts'];

const WAYS =
  /\b(?:WebSocket|WebSocketStream|EventSource|XMLHttpRequest|WebTransport|RTCPeerConnection|sendBeacon|importScripts|SharedWorker)\b|\bnew Image\b|(?:globalThis|self|window)\.fetch\b/;

/** The browser's own `fetch`, called or given on: no member of an object, and no word of a sentence. */
function usesFetch(line: string): boolean {
  const isMember = /^\s*(?:readonly |async |static )*fetch\??\(.*[{;,]$/.test(line);
  return !isMember && /(?<![\w.#$])fetch\(|(?<=[=:(,]\s*)fetch\s*[,;)}]|\{\s*fetch\s*[,}]/.test(line);
}

const code = (text: string): string =>
  text.replaceAll(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, comment => comment.replaceAll(/[^\n]/g, ' '));

test('nothing but the gate asks the network', () => {
  const files = sources('src', ['.ts', '.tsx']).filter(({ file }) => !/\.(?:test|fixture)\.tsx?$/.test(file));
  const found = files
    .filter(({ file }) => !MAY_FETCH.includes(file))
    .flatMap(({ file, text }) =>
      code(text)
        .split('\n')
        .flatMap((line, i) => (WAYS.test(line) || usesFetch(line) ? [`${file}:${i + 1} ${line.trim()}`] : [])),
    );
  expect(found).toEqual([]);
});

test('the rule sees what it is for', () => {
  for (const line of [
    'await fetch(url)',
    '  fetch: (url) => fetch(url),',
    'net = { fetch: fetch }',
    'globalThis.fetch.bind(x)',
  ])
    expect(WAYS.test(line) || usesFetch(line), line).toBe(true);
  for (const line of ['await net.fetch(url)', '  fetch(url: string): Promise<Response>;', 'this.#fetch()', "'fetch'"])
    expect(WAYS.test(line) || usesFetch(line), line).toBe(false);
});
