// The colours of the page keep their contrast: parsed from tokens.css, both themes.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');

/** `{ ink: ['#1c1d20', '#e9e9e6'], ... }`, light and dark, outside media queries. */
const pairs = new Map(
  [...(css.split('@media')[0] ?? '').matchAll(/--([\w-]+):\s*light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(m => [
    m[1] ?? '',
    [m[2] ?? '', m[3] ?? ''] as const,
  ]),
);

/** Red, green and blue, linear. */
function linear(hex: string): number[] {
  return [1, 3, 5]
    .map(i => Number.parseInt(hex.slice(i, i + 2), 16) / 255)
    .map(c => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
}

const times = (matrix: readonly (readonly number[])[], v: readonly number[]): number[] =>
  matrix.map(row => row.reduce((sum, each, i) => sum + each * (v[i] ?? 0), 0));

/** Relative luminance, WCAG 2.2. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = linear(hex);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** As eyes without red cones and without green cones see it (Machado 2009, severity 1), and as all cones do. */
const EYES = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protan: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deutan: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
} as const;

/** Oklab, in which distances are about as they are seen. */
function oklab(rgb: readonly number[]): number[] {
  const lms = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    rgb,
  );
  return times(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    lms.map(Math.cbrt),
  );
}

function contrastOf(a: string, b: string): number {
  const [la, lb] = [luminance(a), luminance(b)];
  return (Math.max(la, lb) + 0.05) / (Math.min(la, lb) + 0.05);
}

function contrast(a: string, b: string, theme: 0 | 1): number {
  return contrastOf(pairs.get(a)?.[theme] ?? '', pairs.get(b)?.[theme] ?? '');
}

/** `over` laid on `under`, letting 1 - `share` of it through, as the page mixes colours: in sRGB. */
function mixed(over: string, under: string, share: number): string {
  const channels = [1, 3, 5].map(i => {
    const [a, b] = [over, under].map(hex => Number.parseInt(hex.slice(i, i + 2), 16));
    return Math.round((a ?? 0) * share + (b ?? 0) * (1 - share));
  });
  return `#${channels.map(c => c.toString(16).padStart(2, '0')).join('')}`;
}

/** How much of the selection's colour lies over a token. */
const SELECTION_SHARE = Number(/var\(--selection\) (\d+)%/.exec(css)?.[1]) / 100;

const TINTS = ['tint-0', 'tint-1', 'tint-2', 'tint-3', 'tint-4', 'tint-5'];
const COOL = ['cool-1', 'cool-2', 'cool-3', 'cool-4', 'cool-5'];

const seenAs = (name: string, theme: 0 | 1, eyes: readonly (readonly number[])[]): number[] =>
  oklab(times(eyes, linear(pairs.get(name)?.[theme] ?? '')).map(c => Math.min(1, Math.max(0, c))));

const distance = (a: readonly number[], b: readonly number[]): number =>
  Math.hypot(...a.map((x, k) => x - (b[k] ?? 0)));

describe.each([
  ['light', 0],
  ['dark', 1],
] as const)('%s theme', (_, theme) => {
  test.each([...TINTS, ...COOL])('text is readable on %s', tint => {
    expect(contrast('ink', tint, theme)).toBeGreaterThanOrEqual(4.5);
    expect(contrast('drawn', tint, theme)).toBeGreaterThanOrEqual(4.5);
  });

  test.each(['paper', ...TINTS])('selected text is readable on %s, and the selection stands out', tint => {
    const below = pairs.get(tint)?.[theme] ?? '';
    const above = mixed(pairs.get('selection')?.[theme] ?? '', below, SELECTION_SHARE);
    const ink = pairs.get('ink')?.[theme] ?? '';
    expect(contrastOf(ink, above)).toBeGreaterThanOrEqual(4.5);
    const [a, b] = [oklab(linear(below)), oklab(linear(above))];
    expect(Math.hypot(...a.map((x, k) => x - (b[k] ?? 0)))).toBeGreaterThan(0.08);
  });

  test.each(['ground', 'paper', 'raised'])('every text colour is readable on %s', ground => {
    for (const ink of ['ink', 'ink-2', 'ink-3', 'accent', 'drawn', 'warn', 'bad', 'good']) {
      expect(contrast(ink, ground, theme), ink).toBeGreaterThanOrEqual(4.5);
    }
  });

  test('text on the accent, on soft grounds and on hover', () => {
    expect(contrast('on-accent', 'accent', theme)).toBeGreaterThanOrEqual(4.5);
    expect(contrast('on-accent', 'accent-strong', theme)).toBeGreaterThanOrEqual(4.5);
    expect(contrast('ink', 'accent-soft', theme)).toBeGreaterThanOrEqual(4.5);
    expect(contrast('ink-2', 'accent-soft', theme)).toBeGreaterThanOrEqual(4.5);
    expect(contrast('warn', 'warn-soft', theme)).toBeGreaterThanOrEqual(4.5);
    expect(contrast('bad', 'bad-soft', theme)).toBeGreaterThanOrEqual(4.5);
    expect(contrast('ink-2', 'hover', theme)).toBeGreaterThanOrEqual(4.5);
  });

  test('edges of controls and the marks under tokens stand out (3:1)', () => {
    expect(contrast('line-strong', 'paper', theme)).toBeGreaterThanOrEqual(3);
    for (const tint of TINTS.slice(0, 5)) expect(contrast('mark', tint, theme), tint).toBeGreaterThanOrEqual(3);
  });

  test('lines stand out, and no two look alike to any eyes', () => {
    const series = Array.from({ length: 8 }, (_, i) => `series-${i}`);
    for (const line of [...series, 'mark']) {
      for (const ground of ['ground', 'paper']) expect(contrast(line, ground, theme), line).toBeGreaterThanOrEqual(3);
    }
    for (const eyes of Object.values(EYES)) {
      const seen = series.map(line => seenAs(line, theme, eyes));
      seen.forEach((a, i) => {
        for (const b of seen.slice(0, i)) expect(distance(a, b)).toBeGreaterThan(0.08);
      });
    }
  });

  test('the ramp is ordered by lightness, every step away from the paper', () => {
    const steps = TINTS.map(t => luminance(pairs.get(t)?.[theme] ?? ''));
    const sorted = [...steps].sort((a, b) => (theme === 0 ? b - a : a - b));
    expect(steps).toEqual(sorted);
    expect(new Set(steps).size).toBe(steps.length);
  });

  test.each([
    ['the ramp', TINTS],
    ['its other arm', ['tint-0', ...COOL]],
  ])('neighbouring steps of %s are told apart, by all eyes, each as well as the next', (_name, ramp) => {
    const ratios = ramp.slice(1).map((step, i) => contrast(step, ramp[i] ?? '', theme));
    expect(Math.min(...ratios)).toBeGreaterThan(theme === 0 ? 1.15 : 1.2);
    expect(Math.max(...ratios) / Math.min(...ratios)).toBeLessThan(1.03);
    for (const eyes of Object.values(EYES)) {
      const seen = ramp.map(step => seenAs(step, theme, eyes));
      for (const [i, step] of seen.slice(1).entries()) expect(distance(step, seen[i] ?? [])).toBeGreaterThan(0.04);
    }
  });

  test('what rises and what falls are told apart at every step, by all eyes', () => {
    for (const eyes of Object.values(EYES)) {
      for (const [i, fall] of COOL.entries()) {
        const rise = TINTS[i + 1] ?? '';
        expect(distance(seenAs(fall, theme, eyes), seenAs(rise, theme, eyes)), fall).toBeGreaterThan(0.06);
      }
    }
  });

  test('a listed row on a tint keeps its grey words readable', () => {
    expect(contrast('ink-2', 'tint-2', theme)).toBeGreaterThanOrEqual(4.5);
    expect(contrast('accent', 'tint-2', theme)).toBeGreaterThanOrEqual(4.5);
  });
});
