// Colours and type of a heatmap: the page's one ramp as a table to look up, read from the style sheet as the theme stands.
import { useEffect, useState } from 'react';

export type Rgb = readonly [red: number, green: number, blue: number];

/** Steps of the table that shares are looked up in. */
export const SHADES = 256;

export interface HeatColours {
  /** [SHADES] CSS colours from the least to the most. */
  readonly shades: readonly string[];
  /** [SHADES] The same as pixels in memory: red, green, blue, opaque, as little-endian words. */
  readonly words: Uint32Array;
  readonly ink: string;
  readonly faint: string;
  readonly ground: string;
  readonly paper: string;
  readonly line: string;
  readonly mark: string;
  readonly accent: string;
  readonly accentSoft: string;
  /** Families of text in cells and of labels, and the size of both in px. */
  readonly mono: string;
  readonly face: string;
  readonly size: number;
}

/** A colour as the browser computes it: `rgb(1, 2, 3)`, `rgba(...)` or `color(srgb 0 0.5 1)`. Black where it is something else. */
export function readRgb(computed: string): Rgb {
  const numbers = [...computed.replace(/^color\(srgb/, '').matchAll(/-?[\d.]+(?:e-?\d+)?/g)].map(Number);
  const scale = computed.startsWith('color(') ? 255 : 1;
  const [red = 0, green = 0, blue = 0] = numbers.map(each => Math.round(each * scale));
  return [red, green, blue];
}

/** The ramp through `stops`, evenly spaced, in `SHADES` steps. */
export function shadesOf(stops: readonly Rgb[]): Rgb[] {
  const spans = stops.length - 1;
  return Array.from({ length: SHADES }, (_, i) => {
    const at = (i / (SHADES - 1)) * spans;
    const low = Math.min(spans - 1, Math.floor(at));
    const [a, b] = [stops[low] ?? [0, 0, 0], stops[low + 1] ?? [0, 0, 0]];
    const mix = (channel: 0 | 1 | 2): number => Math.round(a[channel] + (b[channel] - a[channel]) * (at - low));
    return [mix(0), mix(1), mix(2)];
  });
}

/** Index into the shades of a share of the scale; what lies outside counts as its end. */
export function shadeOf(share: number): number {
  return Math.round(Math.max(0, Math.min(1, share)) * (SHADES - 1));
}

function coloursOf(element: HTMLElement): HeatColours {
  const swatch = element.ownerDocument.createElement('span');
  swatch.style.font = '400 var(--size-s) var(--font-text)';
  element.append(swatch);
  const style = getComputedStyle(swatch);
  const read = (name: string): string => {
    swatch.style.color = `var(--${name})`;
    return style.color;
  };
  const shades = shadesOf([0, 1, 2, 3, 4, 5].map(step => readRgb(read(`tint-${step}`))));
  const colours = {
    shades: shades.map(([r, g, b]) => `rgb(${r} ${g} ${b})`),
    words: Uint32Array.from(shades, ([r, g, b]) => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0),
    ink: read('ink'),
    faint: read('ink-3'),
    ground: read('ground'),
    paper: read('paper'),
    line: read('line'),
    mark: read('mark'),
    accent: read('accent'),
    accentSoft: read('accent-soft'),
    mono: style.getPropertyValue('--font-mono') || 'monospace',
    face: style.fontFamily,
    size: Number.parseFloat(style.fontSize) || 12,
  };
  swatch.remove();
  return colours;
}

const PREFERENCES = ['(prefers-color-scheme: dark)', '(prefers-contrast: more)', '(forced-colors: active)'];

/** The colours where `element` stands, followed as theme and preferences change; null before it is there. */
export function useHeatColours(element: HTMLElement | null): HeatColours | null {
  const [colours, setColours] = useState<HeatColours | null>(null);
  useEffect(() => {
    if (!element) return;
    const read = (): void => setColours(coloursOf(element));
    read();
    const observer = new MutationObserver(read);
    observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    const lists = PREFERENCES.map(query => matchMedia(query));
    for (const list of lists) list.addEventListener('change', read);
    return () => {
      observer.disconnect();
      for (const list of lists) list.removeEventListener('change', read);
    };
  }, [element]);
  return colours;
}
