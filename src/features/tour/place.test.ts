// The words of the tour: within the window wherever their part is, and not over it where there is room beside it.
import { expect, test } from 'vitest';
import { placeBeside, type Rect } from './place.ts';
import { TOUR } from './steps.ts';

const words = { width: 320, height: 170 };

test('four to six steps, each with a part to point at', () => {
  expect(TOUR.length).toBeGreaterThanOrEqual(4);
  expect(TOUR.length).toBeLessThanOrEqual(6);
  for (const { parts, title, words: said } of TOUR) {
    expect(parts.length).toBeGreaterThan(0);
    expect(title.length).toBeGreaterThan(0);
    expect(said.length).toBeLessThan(180);
  }
  expect(new Set(TOUR.map(({ key }) => key)).size).toBe(TOUR.length);
});

test('within the window in every size, whatever the part', () => {
  for (const room of [
    { width: 1440, height: 900 },
    { width: 390, height: 844 },
    { width: 844, height: 390 },
    { width: 340, height: 480 },
  ]) {
    const parts: (Rect | null)[] = [null];
    for (const left of [-20, 0, room.width / 2, room.width - 30])
      for (const top of [0, room.height / 2, room.height - 20])
        for (const size of [24, 200, 4000]) parts.push({ left, top, width: size, height: size });
    for (const part of parts) {
      const { left, top } = placeBeside(part, words, room);
      expect(left).toBeGreaterThanOrEqual(8);
      expect(top).toBeGreaterThanOrEqual(8);
      expect(left + words.width).toBeLessThanOrEqual(room.width - 8);
      expect(top + words.height).toBeLessThanOrEqual(room.height - 8);
    }
  }
});

test('below a part, above one at the foot, beside one as high as the window', () => {
  const room = { width: 1440, height: 900 };
  const part = { left: 100, top: 100, width: 60, height: 30 };
  expect(placeBeside(part, words, room)).toEqual({ left: 8, top: 142 });
  expect(placeBeside({ ...part, top: 800 }, words, room).top).toBe(800 - 12 - 170);
  expect(placeBeside({ left: 900, top: 50, width: 500, height: 840 }, words, room).left).toBe(900 - 12 - 320);
  expect(placeBeside({ left: 0, top: 50, width: 500, height: 840 }, words, room).left).toBe(512);
});
