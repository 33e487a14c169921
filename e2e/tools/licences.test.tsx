// Whatever package reaches the build has its licence in the file beside the page, and the page leads there.
import { readFileSync } from 'node:fs';
import { build } from 'vite';
import { afterEach, expect, test, vi } from 'vitest';
import { dependencies } from '../../package.json' with { type: 'json' };
import { Keys } from '../../src/app/Keys.tsx';
import { rendered } from '../support/rendered.ts';
import { readyPage } from '../support/scripted-page.ts';
import { LICENCES_FILE, licencesText, packageOf } from './licences.ts';

afterEach(() => vi.unstubAllEnvs());

const named = (text: string): string[] =>
  Array.from(text.matchAll(/^(\S+) \d+\.\d+\.\S+ \(.+\)$/gm), ([, name = '']) => name);

test('every package of the page, of a worker and of the service worker is there with its text', async () => {
  vi.stubEnv('NODE_ENV', 'production');
  const made = await build({ mode: 'production', logLevel: 'error', build: { write: false } });
  if (Array.isArray(made) || !('output' in made)) throw new Error('the build is not one bundle');
  const file = made.output.find(({ fileName }) => fileName === LICENCES_FILE);
  const text = file?.type === 'asset' ? String(file.source) : '';
  const modules = made.output.flatMap(each => (each.type === 'chunk' ? each.moduleIds : []));
  const reached = modules.flatMap(id => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1] ?? []);
  expect(reached).toContain('scheduler');
  const there = named(text);
  // The template worker alone has one of the dependencies, the service worker another.
  expect(there).toEqual(expect.arrayContaining([...new Set(reached), ...Object.keys(dependencies), 'workbox-core']));
  expect(there).not.toContain('vitest');
  for (const licence of ['LICENSE', 'node_modules/react/LICENSE', 'node_modules/idb-keyval/LICENCE'])
    expect(text).toContain(readFileSync(licence, 'utf8').trim());
});

test('a module belongs to the innermost package; helpers belong to the bundler; a package without a text is refused', () => {
  expect(packageOf('/a/node_modules/x/node_modules/@b/c/d.js')).toBe('@b/c');
  expect(packageOf('C:\\a\\node_modules\\x\\y.js')).toBe('x');
  expect(packageOf('\0vite/preload-helper.js')).toBe('vite');
  expect(packageOf('/a/src/app/main.tsx')).toBeNull();
  expect(() => licencesText(['.bin'])).toThrow();
});

test('the page leads to it', async () => {
  const page = await readyPage();
  vi.stubGlobal('navigator', { platform: 'Linux' });
  const markup = rendered(page, <Keys />);
  page.dispose();
  expect(markup).toMatch(new RegExp(`<a href="${LICENCES_FILE}"`));
});
