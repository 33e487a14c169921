// Every cause of a missing WebGPU is named, with advice that fits the browser.
import { describe, expect, test } from 'vitest';
import { type BrowserFacts, checkCapability, readBrowser, webgpuAdvice } from './capability.ts';

const CHROME_LINUX =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36';
const CHROME_WINDOWS =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36';
const EDGE = `${CHROME_WINDOWS} Edg/150.0.0.0`;
const FIREFOX_LINUX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const FIREFOX_WINDOWS = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0';
const SAFARI =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4 Safari/605.1.15';
const CHROME_IOS =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/130.0 Mobile/15E148 Safari/604.1';

const facts = (part: Partial<BrowserFacts>): BrowserFacts => ({
  secure: true,
  hasGpu: true,
  hasWorker: true,
  userAgent: CHROME_WINDOWS,
  origin: 'http://192.168.1.5:4173',
  ...part,
});

describe('checkCapability', () => {
  test('finds nothing where all is there', () => expect(checkCapability(facts({}))).toBeNull());

  test('an insecure page is the cause, not the browser', () => {
    expect(checkCapability(facts({ secure: false, hasGpu: false }))).toMatchObject({
      code: 'insecure_context',
      detail: { origin: 'http://192.168.1.5:4173' },
    });
  });

  test('a browser without WebGPU', () => {
    expect(checkCapability(facts({ hasGpu: false, userAgent: SAFARI }))).toMatchObject({
      code: 'no_webgpu',
      detail: { browser: 'safari', version: 18, advice: expect.stringContaining('26') },
    });
    expect(checkCapability(facts({ hasWorker: false }))).toMatchObject({ code: 'no_webgpu' });
  });
});

test.each([
  [CHROME_LINUX, { name: 'chrome', version: 120, platform: 'linux' }],
  [EDGE, { name: 'edge', version: 150, platform: 'windows' }],
  [FIREFOX_LINUX, { name: 'firefox', version: 140, platform: 'linux' }],
  [SAFARI, { name: 'safari', version: 18, platform: 'mac' }],
  [CHROME_IOS, { name: 'safari', version: 18, platform: 'ios' }],
  ['', { name: 'other', version: 0, platform: 'other' }],
])('readBrowser: %s', (userAgent, expected) => expect(readBrowser(userAgent)).toEqual(expected));

test.each([
  [CHROME_LINUX, /version 144 on Linux.*--enable-unsafe-webgpu/],
  [CHROME_WINDOWS, /graphics acceleration.*chrome:\/\/gpu/],
  [EDGE, /edge:\/\/gpu/],
  [FIREFOX_LINUX, /dom\.webgpu\.enabled/],
  [FIREFOX_WINDOWS, /version 141 on Windows/],
  [SAFARI, /version 26 on macOS/],
  [CHROME_IOS, /iOS 26/],
  ['curl/8', /current Chrome/],
])('webgpuAdvice: %s', (userAgent, words) => expect(webgpuAdvice(readBrowser(userAgent))).toMatch(words));
