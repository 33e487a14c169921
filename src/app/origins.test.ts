// The Hub, unless a mirror is set that can be trusted as far as its address goes.
import { expect, test } from 'vitest';
import { HUB_HOST, hubHost } from './origins.ts';

const kept = (value: string | null) => ({ getItem: () => value });

test('the Hub by default and for what is no address', () => {
  for (const value of [null, '', 'nonsense', 'ftp://example.org', 'http://example.org', 'javascript:alert(1)']) {
    expect(hubHost(kept(value))).toBe(HUB_HOST);
  }
  expect(hubHost(null)).toBe(HUB_HOST);
});

test('a mirror over https, or on this machine', () => {
  expect(hubHost(kept('https://mirror.example/'))).toBe('https://mirror.example');
  expect(hubHost(kept('http://127.0.0.1:4000'))).toBe('http://127.0.0.1:4000');
});
