// Which addresses may become scripts.
import { expect, test } from 'vitest';
import { ownScript } from './trusted.ts';

const BASE = 'https://page.test/x/';

test('those of the page, relative or whole', () => {
  for (const address of ['assets/a.js', '/scripted/worker.js?turn=1', 'https://page.test/x/service-worker.js'])
    expect(ownScript(address, BASE)).toBe(address);
});

test.each([
  'https://evil.test/a.js',
  '//evil.test/a.js',
  'https://page.test:8443/a.js',
  'http://page.test/a.js',
  'data:text/javascript,0',
  'blob:https://page.test/5f6c',
  'javascript:0',
])('not %s', address => expect(ownScript(address, BASE)).toBeNull());
