// Pictures of the page as numbers: which pixels two of them differ in, and how much.
import type { Page } from '@playwright/test';

/** CSS pixels, from the top left corner of the window. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Difference {
  /** Share of the pixels that differ, 0 to 1. */
  readonly share: number;
  /** The largest ratio of luminances between a pixel and the one it was, WCAG 2.2. */
  readonly contrast: number;
  /** The largest distance between the two colours of a pixel, of 441 between black and white. */
  readonly distance: number;
}

/** A part of the window, as a PNG. */
export interface Picture {
  readonly png: Buffer;
  readonly clip: Box;
}

/** `clip` of the window, with the blinking caret of a field or without it. */
export async function picture(page: Page, clip: Box, caret: 'hide' | 'initial' = 'hide'): Promise<Picture> {
  return { png: await page.screenshot({ caret, animations: 'disabled', clip }), clip };
}

/** For each box of the window, how two pictures of the same part differ within it. A device pixel is a CSS pixel. */
export async function differences(
  page: Page,
  before: Picture,
  after: Picture,
  boxes: readonly Box[],
): Promise<Difference[]> {
  const pictures = [before, after].map(({ png }) => png.toString('base64'));
  const { clip } = before;
  return page.evaluate(
    async ({ pictures, boxes, clip }) => {
      const pixelsOf = async (base64: string) => {
        const bytes = Uint8Array.from(atob(base64), letter => letter.charCodeAt(0));
        const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
        const canvas = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
        if (canvas === null) throw new Error('no canvas');
        canvas.drawImage(bitmap, 0, 0);
        return canvas;
      };
      const luminance = (rgb: readonly number[]): number => {
        const [r = 0, g = 0, b = 0] = rgb
          .map(c => c / 255)
          .map(c => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const canvases = await Promise.all(pictures.map(pixelsOf));
      return boxes.map(box => {
        const [a, b] = canvases.map(
          canvas => canvas.getImageData(box.x - clip.x, box.y - clip.y, box.width, box.height).data,
        );
        let changed = 0;
        let contrast = 1;
        let distance = 0;
        const count = (a?.length ?? 0) / 4;
        for (let i = 0; i < count; i++) {
          const [was, is] = [a, b].map(all => [...(all?.subarray(4 * i, 4 * i + 3) ?? [])]);
          const far = Math.hypot(...(was ?? []).map((c, k) => c - (is?.[k] ?? 0)));
          if (far === 0) continue;
          changed += 1;
          distance = Math.max(distance, far);
          const [dark = 0, light = 0] = [luminance(was ?? []), luminance(is ?? [])].toSorted((x, y) => x - y);
          contrast = Math.max(contrast, (light + 0.05) / (dark + 0.05));
        }
        return { share: changed / count, contrast, distance };
      });
    },
    { pictures, boxes, clip },
  );
}
