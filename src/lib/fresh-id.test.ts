// Fresh ids: their form, that no two are the same, and that a page on an insecure address has them.
import { afterEach, expect, test, vi } from 'vitest';
import { freshId } from './fresh-id.ts';

afterEach(() => vi.unstubAllGlobals());

test('32 digits, a new one each time, without what only secure addresses have', () => {
  vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) });
  const ids = Array.from({ length: 100 }, freshId);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
  expect(new Set(ids).size).toBe(100);
});
